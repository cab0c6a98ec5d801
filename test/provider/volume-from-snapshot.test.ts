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
import { emulator, test } from "../fixture";
import { snapshot, volume, volumeFrom } from "./declare";
import { Engine } from "./engine";
import { during, outside } from "../engine/steps";

// A life of several steps: a dozen starts of the CLI, each of several seconds where the machine is busy.
vi.setConfig({ testTimeout: 300_000 });

let snapshotId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
});

const credentials = { credentials: { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" } };
/** The volumes that were made from a snapshot. */
const made = async () => (await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId !== "");

test("a snapshot and a volume from it: created once, unchanged without a call, destroyed", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    engine.program = [
        snapshot("data", { volumeId }),
        volumeFrom("disk", "data", { group: "payments", tags: { Tier: "gold" } }),
    ];
    const previewed = await during(emulator, () => engine.preview());
    // A forced replacement looks like a new resource: the owner tags tell them apart.
    expect(previewed.all.map(({ action }) => action).sort()).toEqual([
        "DescribeSnapshots",
        "DescribeVolumes",
    ]);

    await emulator.set({ snapshotSeconds: 1, volumeSeconds: 1 });
    const up = await during(emulator, () => engine.up());
    expect(
        up.calls.filter(({ action }) => /^(Create|Modify|Delete)/.test(action)).map(({ action }) => action),
    ).toEqual(["CreateSnapshot", "CreateVolume"]);
    const [disk] = await made();
    const id = disk?.VolumeId;
    const { outputs } = engine.live("disk");
    expect(outputs).toMatchObject({
        volumeId: id,
        state: "available",
        size: 8,
        filesystemNeedsGrowing: false,
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

    for (const again of [() => engine.preview(), () => engine.up()]) {
        const { result, all } = await during(emulator, again);
        expect(result.steps).toEqual({ data: "same", disk: "same" });
        expect(all).toEqual([]);
    }
    const refreshed = await during(emulator, () => engine.refresh());
    expect(refreshed.actions.sort()).toEqual(["DescribeSnapshots", "DescribeVolumes"]);
    expect((await engine.up()).steps).toEqual({ data: "same", disk: "same" });

    const gone = await during(emulator, () => engine.destroy());
    expect(gone.actions.filter((action) => action.startsWith("Delete"))).toEqual([
        "DeleteVolume",
        "DeleteSnapshot",
    ]);
    expect(await made()).toEqual([]);
});

test("larger, faster and another type change the volume in place, in one call each, and only where EC2 has a part", async () => {
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({});
    await engine.up();
    const id = engine.live("disk").id;

    engine.program = text({ size: 20, iops: 4000 });
    await emulator.set({ modifyingSeconds: 1, optimizingSeconds: 60 });
    const grown = await during(emulator, () => engine.up());
    expect(grown.calls.filter(({ action }) => action === "ModifyVolume").map(({ params }) => params)).toEqual(
        [{ VolumeId: id, Size: "20", Iops: "4000" }],
    );
    expect(grown.result.said).toContain("the volume (20 GiB) is larger than its snapshot (8 GiB)");
    expect(grown.result.said).toContain("growpart");
    expect(engine.live("disk").outputs).toMatchObject({
        size: 20,
        iops: 4000,
        filesystemNeedsGrowing: true,
    });

    // None of these is EC2's.
    engine.program = text({ size: 20, iops: 4000, timeout: "1 hour", finalSnapshot: true, group: "a" });
    const ours = await during(emulator, () => engine.up());
    expect(ours.actions).toEqual(["DescribeVolumes", "CreateTags"]);
    expect(ours.result.said).not.toContain("growpart");

    await emulator.set({ modifyingSeconds: 0, optimizingSeconds: 0, modificationsPerDay: 1 });
    await emulator.advance(3_600);
    engine.program = text({ size: 30, iops: 4000 });
    const tooSoon = await during(emulator, () => engine.upFails());
    expect(tooSoon.result.said).toMatch(
        new RegExp(`updating volume ${id} from snapshot ${snapshotId}: VolumeModificationRateExceeded: .*`),
    );
    expect(tooSoon.result.said).toMatch(/can be modified again at \d{4}-\d\d-\d\dT[\d:.]+Z/);
    await emulator.advance(24 * 3_600);
    await emulator.set({ optimizingSeconds: 3 });
    await engine.up();

    // The next modification waits until the previous one is completed.
    await emulator.set({ optimizingSeconds: 0, modificationsPerDay: 4 });
    engine.program = text({ size: 30, volumeType: "io2", iops: 4000 });
    const typed = await during(emulator, () => engine.up());
    const modifications = typed.calls.filter(({ action }) => action === "ModifyVolume");
    expect(modifications.at(-1)?.params).toEqual({ VolumeId: id, VolumeType: "io2", Iops: "4000" });

    // A line that is left out keeps what is there.
    engine.program = text({ volumeType: "io2", iops: 4000 });
    const without = await during(emulator, () => engine.up());
    expect(without.actions).toEqual([]);
    expect(engine.live("disk").outputs["size"]).toBe(30);
    expect((await made()).map(({ VolumeId }) => VolumeId)).toEqual([id]);
});

test("a size below the snapshot's or the volume's is refused at preview, naming both; an omitted size is no difference", async () => {
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({ size: 5 });
    const refused = await during(emulator, () => engine.previewFails());
    expect(refused.result.said).toContain(`size is 5, but snapshot ${snapshotId} has 8 GiB`);
    expect(refused.actions).toEqual(["DescribeSnapshots"]);

    engine.program = text({ size: 20 });
    await engine.up();
    engine.program = text({ size: 10 });
    const smaller = await during(emulator, () => engine.previewFails());
    expect(smaller.result.said).toContain("size is 10, but the volume has 20 GiB");
    expect(smaller.all).toEqual([]);

    engine.program = text({});
    expect((await engine.up()).steps).toEqual({ disk: "same" });
    // The state alone knows by now that it has 20.
    engine.program = text({ size: 10 });
    const { said: later } = await engine.previewFails();
    expect(later).toContain("size is 10, but the volume has 20 GiB");
});

test("a volume grown outside is no difference; a smaller size with allowShrinkByReplacement replaces it", async () => {
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({ size: 20 });
    await engine.up();
    const id = engine.live("disk").id;
    await emulator.ec2().send(new ModifyVolumeCommand({ VolumeId: id, Size: 40 }));
    await engine.refresh();
    expect(engine.live("disk").outputs["size"]).toBe(40);
    for (const more of [{}, { allowShrinkByReplacement: true }]) {
        engine.program = text({ size: 20, ...more });
        const { said: previewed } = await engine.preview();
        expect(previewed).not.toContain("replace");
        expect(previewed).toContain("size is 20, but the volume was resized to 40 GiB outside of Pulumi");
        await engine.up();
    }

    engine.program = text({ size: 10, allowShrinkByReplacement: true });
    const { said: shrunk } = await engine.preview();
    expect(shrunk).toContain(`replacement will delete volume ${id} (40 GiB, us-east-1a, created `);
    expect(shrunk).toContain("data written since then will be lost");
    await engine.up();
    expect((await made()).map(({ Size }) => Size)).toEqual([10]);
});

test("another snapshot is refused, kept or replaces according to onSnapshotChange; an upstream one replaces nothing silently", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const text = (release: number, onSnapshotChange?: string) => [
        snapshot("data", { volumeId, triggers: { release }, keepReplaced: true }),
        volumeFrom("disk", "data", { ...(onSnapshotChange && { onSnapshotChange }) }),
    ];
    engine.program = text(1);
    await engine.up();
    const first = engine.live("disk").id;
    const origin = engine.live("data").id;

    engine.program = text(2);
    expect((await engine.preview()).steps["disk"]).not.toBe("replace");
    const { said: refused } = await engine.upFails();
    const next = engine.live("data").id;
    expect(refused).toContain(
        `is "${next}", but the volume was created from ${origin} and holds data written since`,
    );
    expect(refused).toContain(
        'Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one',
    );
    const previewed = await during(emulator, () => engine.previewFails());
    expect(previewed.result.said).toContain("onSnapshotChange");
    expect(previewed.all).toEqual([]);

    engine.program = text(2, "keep");
    const kept = await during(emulator, () => engine.up());
    // The replaced snapshot is read before it is kept.
    expect(kept.actions).toEqual(["DescribeVolumes", "DescribeSnapshots"]);
    expect(engine.live("disk").id).toBe(first);
    expect((await engine.up()).steps).toEqual({ data: "same", disk: "same" });

    engine.program = text(3, "replace");
    expect((await engine.preview()).said).toContain(
        "snapshotId is not known yet: if it turns out to be another one",
    );
    const { said: replaced } = await engine.up();
    expect(replaced).toContain(`replacement will delete volume ${first}`);
    const second = engine.live("disk");
    expect(second.id).not.toBe(first);
    expect((await made()).map(({ VolumeId }) => VolumeId)).toEqual([second.id]);
    expect(second.outputs["snapshotId"]).toBe(engine.live("data").id);
});

test("drift of tags and type is reverted; a deleted volume is recreated; an attached one is never deleted", async () => {
    const text = (args: object) => [
        volume("disk", { snapshotId, volumeType: "gp3", tags: { Tier: "gold" }, ...args }),
    ];
    engine.program = text({});
    await engine.up();
    const first = engine.live("disk").id;
    await emulator.ec2().send(new ModifyVolumeCommand({ VolumeId: first, VolumeType: "gp2" }));
    await emulator.advance(7 * 3_600);
    await outside(emulator, first, { tag: { Tier: "lead", Theirs: "yes" } });
    await engine.refresh();
    expect(engine.live("disk").outputs).toMatchObject({
        volumeType: "gp2",
        tags: { Tier: "lead" },
    });
    const previewed = await during(emulator, () => engine.preview());
    expect(previewed.result.steps).toEqual({ disk: "update" });
    expect(previewed.all).toEqual([]);
    const mended = await during(emulator, () => engine.up());
    expect(mended.actions).toEqual([
        "DescribeVolumes",
        "CreateTags",
        "ModifyVolume",
        "DescribeVolumesModifications",
    ]);

    await emulator.ec2().send(new DeleteVolumeCommand({ VolumeId: first }));
    await engine.refresh();
    expect((await engine.up()).steps).toMatchObject({ disk: "create" });
    const second = engine.live("disk").id;
    expect(second).not.toBe(first);

    const { Instances: [instance] = [] } = await emulator
        .ec2()
        .send(new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }));
    const InstanceId = instance?.InstanceId ?? "";
    const attach = { VolumeId: second, InstanceId, Device: "/dev/sdf" };
    await emulator.ec2().send(new AttachVolumeCommand(attach));
    engine.program = text({ availabilityZone: "us-east-1b" });
    const moved = await during(emulator, () => engine.preview());
    expect(moved.actions).toEqual(["DescribeVolumes", "DescribeSnapshots"]);
    expect(moved.result.said).toMatch(
        new RegExp(
            `replacement will delete volume ${second} \\(8 GiB, us-east-1a, .*attached to instance ${InstanceId} as /dev/sdf`,
        ),
    );

    engine.program = text({ finalSnapshot: true });
    await engine.up();
    const blocked = await during(emulator, () => engine.destroyFails());
    expect(blocked.result.said).toContain(
        `deleting volume ${second} from snapshot ${snapshotId}: it is attached to instance ${InstanceId} as /dev/sdf`,
    );
    expect(new Set(blocked.actions)).toEqual(new Set(["DescribeVolumes"]));

    await emulator.ec2().send(new DetachVolumeCommand(attach));
    await emulator.set({ snapshotSeconds: 1 });
    const { result, actions } = await during(emulator, () => engine.destroy());
    expect(actions.filter((action) => !action.startsWith("Describe"))).toEqual([
        "CreateSnapshot",
        "DeleteVolume",
    ]);
    const [, final] = (await emulator.snapshots()).slice(-2);
    expect(result.said).toContain(
        `final snapshot ${final?.SnapshotId ?? ""} of volume ${second} is completed`,
    );
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
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({ kmsKeyId: "alias/one" });
    await engine.up();
    const { id, outputs } = engine.live("disk");
    expect(outputs).toMatchObject({ encrypted: true, kmsKeyId: arn });
    const { availabilityZoneId } = outputs;
    expect((await engine.up()).steps).toEqual({ disk: "same" });
    for (const args of [
        { kmsKeyId: one },
        { kmsKeyId: arn },
        { availabilityZoneId, kmsKeyId: "alias/one" },
        { availabilityZoneId },
    ]) {
        engine.program = text(args);
        expect((await engine.preview()).steps).toEqual({ disk: "same" });
    }
    engine.program = text({ kmsKeyId: "alias/two" });
    expect((await engine.preview()).said).toContain(`replacement will delete volume ${id}`);
    engine.program = text({ availabilityZoneId: "use1-az9" });
    expect((await engine.preview()).said).toContain(`replacement will delete volume ${id}`);
});
