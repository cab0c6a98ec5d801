// Tests a volume from a snapshot that differs from its declaration: another snapshot, drift, a key or a zone.

import {
    AttachVolumeCommand,
    DeleteVolumeCommand,
    DetachVolumeCommand,
    ModifyVolumeCommand,
    RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, vi } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { snapshot, volume, volumeFrom } from "./declare";
import { Engine } from "./engine";
import { during, outside } from "../engine/steps";

// The lifecycle has several steps, each of which can take seconds on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

let snapshotId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
});

const credentials = { credentials: { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" } };

test("onSnapshotChange decides whether another snapshot is rejected, ignored or replaces the volume", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const text = (release: number, onSnapshotChange?: string) => [
        snapshot("data", { volumeId, triggers: { release }, keepReplaced: true }),
        volumeFrom("disk", { source: "data", args: { ...(onSnapshotChange && { onSnapshotChange }) } }),
    ];
    engine.program = text(1);
    await engine.up();
    const first = engine.live("disk").id;
    const origin = engine.live("data").id;

    engine.program = text(2);
    expect((await engine.preview()).steps["disk"]).not.toBe("replace");
    const { output: refused } = await engine.upFails();
    const next = engine.live("data").id;
    expect(refused).toContain(
        `is "${next}", but the volume was created from ${origin} and holds data written since`,
    );
    expect(refused).toContain(
        'Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one',
    );
    const previewed = await during(emulator, () => engine.previewFails());
    expect(previewed.result.output).toContain("onSnapshotChange");
    expect(previewed.all).toEqual([]);

    engine.program = text(2, "keep");
    const kept = await during(emulator, () => engine.up());
    // The replaced snapshot is read before it is kept.
    expect(kept.actions).toEqual(["DescribeVolumes", "DescribeSnapshots"]);
    expect(engine.live("disk").id).toBe(first);
    expect((await engine.up()).steps).toEqual({ data: "same", disk: "same" });

    engine.program = text(3, "replace");
    expect((await engine.preview()).output).toContain(
        "snapshotId is not known yet: if it turns out to be another one",
    );
    const { output: replaced } = await engine.up();
    expect(replaced).toContain(`replacement will delete volume ${first}`);
    const second = engine.live("disk");
    expect(second.id).not.toBe(first);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([second.id]);
    expect(second.outputs["snapshotId"]).toBe(engine.live("data").id);
});

test("drift of tags and type is reverted; a deleted volume is recreated; an attached volume is never deleted", async () => {
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
    expect(moved.result.output).toMatch(
        new RegExp(
            `replacement will delete volume ${second} \\(8 GiB, us-east-1a, .*attached to instance ${InstanceId} as /dev/sdf`,
        ),
    );

    engine.program = text({ finalSnapshot: true });
    await engine.up();
    const blocked = await during(emulator, () => engine.destroyFails());
    expect(blocked.result.output).toContain(
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
    expect(result.output).toContain(
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

test("a key's alias or a zone's id shows no diff; another key or zone does", async () => {
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
    expect((await engine.preview()).output).toContain(`replacement will delete volume ${id}`);
    engine.program = text({ availabilityZoneId: "use1-az9" });
    expect((await engine.preview()).output).toContain(`replacement will delete volume ${id}`);
});
