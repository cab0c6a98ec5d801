// A volume from a snapshot: its life, its size, and what changes it in place.

import {
    AttachVolumeCommand,
    DeleteVolumeCommand,
    DetachVolumeCommand,
    ModifyVolumeCommand,
    RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, outside, program, snapshot, volume } from "../steps";

// A life of several steps: a dozen starts of the CLI, each of several seconds where the machine is busy.
vi.setConfig({ testTimeout: 300_000 });

let snapshotId: string;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
});

const credentials = { credentials: { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" } };
const zone = { availabilityZone: "us-east-1a" };
/** The volumes that were made from a snapshot. */
const made = async () => (await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId !== "");

test("a snapshot and a volume from it: created once, unchanged without a call, destroyed", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const text = program(
        snapshot("data", { volumeId }),
        volume(
            "disk",
            '{ snapshotId: data.snapshotId, availabilityZone: "us-east-1a", group: "payments", tags: { Tier: "gold" } }',
        ),
        "exports.id = disk.volumeId; exports.state = disk.state; exports.size = disk.size;",
        "exports.grow = disk.filesystemNeedsGrowing;",
    );
    const project = await createProject(text);
    const previewed = await during(emulator, () => project.preview());
    // A forced replacement looks like a new resource: the owner tags tell them apart.
    expect(previewed.all.map(({ action }) => action).sort()).toEqual([
        "DescribeSnapshots",
        "DescribeVolumes",
    ]);

    await emulator.set({ snapshotSeconds: 1, volumeSeconds: 1 });
    const up = await during(emulator, () => project.up());
    expect(
        up.calls.filter(({ action }) => /^(Create|Modify|Delete)/.test(action)).map(({ action }) => action),
    ).toEqual(["CreateSnapshot", "CreateVolume"]);
    const [disk] = await made();
    const id = disk?.VolumeId;
    expect(await project.outputs()).toEqual({ id, state: "available", size: 8, grow: false });
    const { outputs } = await live(project, "disk");
    expect(outputs).toMatchObject({
        volumeId: id,
        arn: `arn:aws:ec2:us-east-1:123456789012:volume/${id ?? ""}`,
        availabilityZone: "us-east-1a",
        volumeType: "gp3",
        iops: 3000,
        throughput: 125,
        encrypted: false,
        snapshotSize: 8,
        createTime: disk?.CreateTime?.toISOString(),
        tagsAll: { Name: "disk", Group: "payments", Tier: "gold" },
    });

    for (const again of [() => project.preview(), () => project.up()]) {
        const { result, all } = await during(emulator, again);
        expect(result).toContain("3 unchanged");
        expect(all).toEqual([]);
    }
    const refreshed = await during(emulator, () => project.refresh());
    expect(refreshed.actions.sort()).toEqual(["DescribeSnapshots", "DescribeVolumes"]);
    expect(await project.up()).toContain("3 unchanged");

    const gone = await during(emulator, () => project.destroy());
    expect(gone.actions.filter((action) => action.startsWith("Delete"))).toEqual([
        "DeleteVolume",
        "DeleteSnapshot",
    ]);
    expect(await made()).toEqual([]);
});

test("larger, faster and another type change the volume in place, in one call each, and only where EC2 has a part", async () => {
    const text = (args: object) => program(volume("disk", { snapshotId, ...zone, ...args }));
    const project = await createProject(text({}));
    await project.up();
    const id = (await live(project, "disk")).id ?? "";

    await project.program(text({ size: 20, iops: 4000 }));
    await emulator.set({ modifyingSeconds: 1, optimizingSeconds: 60 });
    const grown = await during(emulator, () => project.up());
    expect(grown.calls.filter(({ action }) => action === "ModifyVolume").map(({ params }) => params)).toEqual(
        [{ VolumeId: id, Size: "20", Iops: "4000" }],
    );
    expect(grown.result).toContain("the volume (20 GiB) is larger than its snapshot (8 GiB)");
    expect(grown.result).toContain("growpart");
    expect((await live(project, "disk")).outputs).toMatchObject({
        size: 20,
        iops: 4000,
        filesystemNeedsGrowing: true,
    });

    // None of these is EC2's.
    await project.program(text({ size: 20, iops: 4000, timeout: "1 hour", finalSnapshot: true, group: "a" }));
    const ours = await during(emulator, () => project.up());
    expect(ours.actions).toEqual(["DescribeVolumes", "CreateTags"]);
    expect(ours.result).not.toContain("growpart");

    await emulator.set({ modifyingSeconds: 0, optimizingSeconds: 0, modificationsPerDay: 1 });
    await emulator.advance(3_600);
    await project.program(text({ size: 30, iops: 4000 }));
    const tooSoon = await during(emulator, () => project.upFails());
    expect(tooSoon.result).toMatch(
        new RegExp(`updating volume ${id} from snapshot ${snapshotId}: VolumeModificationRateExceeded: .*`),
    );
    expect(tooSoon.result).toMatch(/can be modified again at \d{4}-\d\d-\d\dT[\d:.]+Z/);
    await emulator.advance(24 * 3_600);
    await emulator.set({ optimizingSeconds: 3 });
    await project.up();

    // The next modification waits until the previous one is completed.
    await emulator.set({ optimizingSeconds: 0, modificationsPerDay: 4 });
    await project.program(text({ size: 30, volumeType: "io2", iops: 4000 }));
    const typed = await during(emulator, () => project.up());
    const modifications = typed.calls.filter(({ action }) => action === "ModifyVolume");
    expect(modifications.at(-1)?.params).toEqual({ VolumeId: id, VolumeType: "io2", Iops: "4000" });

    // A line that is left out keeps what is there.
    await project.program(text({ volumeType: "io2", iops: 4000 }));
    const without = await during(emulator, () => project.up());
    expect(without.actions).toEqual([]);
    expect((await live(project, "disk")).outputs["size"]).toBe(30);
    expect((await made()).map(({ VolumeId }) => VolumeId)).toEqual([id]);
});

test("a size below the snapshot's or the volume's is refused at preview, naming both; an omitted size is no difference", async () => {
    const text = (args: object) => program(volume("disk", { snapshotId, ...zone, ...args }));
    const project = await createProject(text({ size: 5 }));
    const refused = await during(emulator, () => project.run("preview"));
    expect(refused.result.code).not.toBe(0);
    expect(refused.result.output).toContain(
        `property size value {5} has a problem: is 5, but snapshot ${snapshotId} has 8 GiB`,
    );
    expect(refused.actions).toEqual(["DescribeSnapshots"]);

    await project.program(text({ size: 20 }));
    await project.up();
    await project.program(text({ size: 10 }));
    const smaller = await during(emulator, () => project.run("preview"));
    expect(smaller.result.code).not.toBe(0);
    expect(smaller.result.output).toContain(
        "property size value {10} has a problem: is 10, but the volume has 20 GiB",
    );
    expect(smaller.all).toEqual([]);

    await project.program(text({}));
    expect(await project.up()).toContain("2 unchanged");
    // The state alone knows by now that it has 20.
    await project.program(text({ size: 10 }));
    const later = await project.run("preview");
    expect(later.code).not.toBe(0);
    expect(later.output).toContain("size is 10, but the volume has 20 GiB");
});

test("a volume grown outside is no difference; a smaller size with allowShrinkByReplacement replaces it", async () => {
    const text = (args: object) => program(volume("disk", { snapshotId, ...zone, ...args }));
    const project = await createProject(text({ size: 20 }));
    await project.up();
    const id = (await live(project, "disk")).id ?? "";
    await emulator.ec2().send(new ModifyVolumeCommand({ VolumeId: id, Size: 40 }));
    await project.refresh();
    expect((await live(project, "disk")).outputs["size"]).toBe(40);
    for (const more of [{}, { allowShrinkByReplacement: true }]) {
        await project.program(text({ size: 20, ...more }));
        const previewed = await project.preview();
        expect(previewed).not.toContain("replace");
        expect(previewed).toContain("size is 20, but the volume was resized to 40 GiB outside of Pulumi");
        await project.up();
    }

    await project.program(text({ size: 10, allowShrinkByReplacement: true }));
    const shrunk = await project.preview();
    expect(shrunk).toContain(`replacement will delete volume ${id} (40 GiB, us-east-1a, created `);
    expect(shrunk).toContain("data written since then will be lost");
    await project.up();
    expect((await made()).map(({ Size }) => Size)).toEqual([10]);
});

test("another snapshot is refused, kept or replaces as onSnapshotChange says; an upstream one replaces nothing silently", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const text = (release: number, policy?: string) =>
        program(
            snapshot("data", { volumeId, triggers: { release }, keepReplaced: true }),
            volume(
                "disk",
                `{ snapshotId: data.snapshotId, availabilityZone: "us-east-1a", onSnapshotChange: ${policy === undefined ? "undefined" : JSON.stringify(policy)} }`,
            ),
        );
    const project = await createProject(text(1));
    await project.up();
    const first = (await live(project, "disk")).id;
    const origin = String((await live(project, "data")).id);

    await project.program(text(2));
    expect(await project.preview()).not.toMatch(/VolumeFromSnapshot: \(replace\)/);
    const refused = await project.upFails();
    const next = String((await live(project, "data")).id);
    expect(refused).toContain(
        `is "${next}", but the volume was created from ${origin} and holds data written since`,
    );
    expect(refused).toContain(
        'Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one',
    );
    const previewed = await during(emulator, () => project.run("preview"));
    expect(previewed.result.code).not.toBe(0);
    expect(previewed.result.output).toContain("onSnapshotChange");
    expect(previewed.all).toEqual([]);

    await project.program(text(2, "keep"));
    const kept = await during(emulator, () => project.up());
    // The replaced snapshot is read before it is kept.
    expect(kept.actions).toEqual(["DescribeVolumes", "DescribeSnapshots"]);
    expect((await live(project, "disk")).id).toBe(first);
    expect(await project.up()).toContain("3 unchanged");

    await project.program(text(3, "replace"));
    expect(await project.preview()).toContain(
        "snapshotId is not known yet: if it turns out to be another one",
    );
    const replaced = await project.up();
    expect(replaced).toContain(`replacement will delete volume ${first ?? ""}`);
    const second = await live(project, "disk");
    expect(second.id).not.toBe(first);
    expect((await made()).map(({ VolumeId }) => VolumeId)).toEqual([second.id]);
    expect(second.outputs["snapshotId"]).toBe((await live(project, "data")).id);
});

test("drift of tags and type is reverted; a deleted volume is recreated; an attached one is never deleted", async () => {
    const text = (args: object) =>
        program(volume("disk", { snapshotId, ...zone, volumeType: "gp3", tags: { Tier: "gold" }, ...args }));
    const project = await createProject(text({}));
    await project.up();
    const first = (await live(project, "disk")).id ?? "";
    await emulator.ec2().send(new ModifyVolumeCommand({ VolumeId: first, VolumeType: "gp2" }));
    await emulator.advance(7 * 3_600);
    await outside(emulator, first, { tag: { Tier: "lead", Theirs: "yes" } });
    await project.refresh();
    expect((await live(project, "disk")).outputs).toMatchObject({
        volumeType: "gp2",
        tags: { Tier: "lead" },
    });
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toMatch(/volumeType\s*: "gp2" => "gp3"/);
    expect(previewed.all).toEqual([]);
    const mended = await during(emulator, () => project.up());
    expect(mended.actions).toEqual([
        "DescribeVolumes",
        "CreateTags",
        "ModifyVolume",
        "DescribeVolumesModifications",
    ]);

    await emulator.ec2().send(new DeleteVolumeCommand({ VolumeId: first }));
    await project.refresh();
    expect(await project.up()).toContain("1 created");
    const second = (await live(project, "disk")).id ?? "";
    expect(second).not.toBe(first);

    const { Instances: [instance] = [] } = await emulator
        .ec2()
        .send(new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }));
    const InstanceId = instance?.InstanceId ?? "";
    const attach = { VolumeId: second, InstanceId, Device: "/dev/sdf" };
    await emulator.ec2().send(new AttachVolumeCommand(attach));
    await project.program(text({ availabilityZone: "us-east-1b" }));
    const moved = await during(emulator, () => project.preview());
    expect(moved.actions).toEqual(["DescribeVolumes", "DescribeSnapshots"]);
    expect(moved.result).toMatch(
        new RegExp(
            `replacement will delete volume ${second} \\(8 GiB, us-east-1a, .*attached to instance ${InstanceId} as /dev/sdf`,
        ),
    );

    await project.program(text({ finalSnapshot: true }));
    await project.up();
    const blocked = await during(emulator, () => project.run("destroy", "--yes", "--skip-preview"));
    expect(blocked.result.code).not.toBe(0);
    expect(blocked.result.output).toContain(
        `deleting volume ${second} from snapshot ${snapshotId}: it is attached to instance ${InstanceId} as /dev/sdf`,
    );
    expect(new Set(blocked.actions)).toEqual(new Set(["DescribeVolumes"]));

    await emulator.ec2().send(new DetachVolumeCommand(attach));
    await emulator.set({ snapshotSeconds: 1 });
    const { result, actions } = await during(emulator, () => project.destroy());
    expect(actions.filter((action) => !action.startsWith("Describe"))).toEqual([
        "CreateSnapshot",
        "DeleteVolume",
    ]);
    const [, final] = (await emulator.snapshots()).slice(-2);
    expect(result).toContain(`final snapshot ${final?.SnapshotId ?? ""} of volume ${second} is completed`);
    expect(final).toMatchObject({ VolumeId: second, State: "completed" });
    expect(final?.Tags).toEqual(
        expect.arrayContaining([
            { Key: "Name", Value: "disk" },
            { Key: "Tier", Value: "gold" },
        ]),
    );
});

test("a key named otherwise and a zone by its id are no difference; another key is one, and another zone's", async () => {
    const kms = new KMSClient({ endpoint: emulator.endpoint, region: "us-east-1", ...credentials });
    const keyIds = [];
    for (const AliasName of ["alias/one", "alias/two"]) {
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        const TargetKeyId = KeyMetadata?.KeyId ?? "";
        await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
        keyIds.push(TargetKeyId);
    }
    const [one = ""] = keyIds;
    const arn = `arn:aws:kms:us-east-1:123456789012:key/${one}`;
    const text = (args: object) => program(volume("disk", { snapshotId, ...args }));
    const project = await createProject(text({ ...zone, kmsKeyId: "alias/one" }));
    await project.up();
    const { id, outputs } = await live(project, "disk");
    expect(outputs).toMatchObject({ encrypted: true, kmsKeyId: arn });
    const { availabilityZoneId } = outputs;
    expect(await project.up()).toContain("2 unchanged");
    for (const args of [
        { ...zone, kmsKeyId: one },
        { ...zone, kmsKeyId: arn },
        { availabilityZoneId, kmsKeyId: "alias/one" },
        { availabilityZoneId },
    ]) {
        await project.program(text(args));
        expect(await project.preview()).toContain("2 unchanged");
    }
    await project.program(text({ ...zone, kmsKeyId: "alias/two" }));
    expect(await project.preview()).toContain(`replacement will delete volume ${id ?? ""}`);
    await project.program(text({ availabilityZoneId: "use1-az9" }));
    expect(await project.preview()).toContain(`replacement will delete volume ${id ?? ""}`);
});
