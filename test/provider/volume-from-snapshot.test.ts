// Tests a volume from a snapshot: its lifecycle, its size, and in-place changes.

import { ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { expect, vi } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { snapshot, volume, volumeFrom } from "./declare";
import { Engine } from "./engine";
import { during } from "../engine/steps";

// The lifecycle has several steps, each of which can take seconds on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

let snapshotId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
});

test("a snapshot and a volume from it are created once, make no call if unchanged, and are destroyed", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    engine.program = [
        snapshot("data", { volumeId }),
        volumeFrom("disk", { source: "data", args: { group: "payments", tags: { Tier: "gold" } } }),
    ];
    const previewed = await during(emulator, () => engine.preview());
    // A forced replacement looks like a new resource; the owner tags distinguish them.
    expect(previewed.all.map(({ action }) => action).sort()).toEqual([
        "DescribeSnapshots",
        "DescribeVolumes",
    ]);

    await emulator.set({ snapshotSeconds: 1, volumeSeconds: 1 });
    const up = await during(emulator, () => engine.up());
    expect(
        up.calls.filter(({ action }) => /^(Create|Modify|Delete)/.test(action)).map(({ action }) => action),
    ).toEqual(["CreateSnapshot", "CreateVolume"]);
    const [disk] = await restoredVolumes();
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

    for (const operation of [() => engine.preview(), () => engine.up()]) {
        const { result, all } = await during(emulator, operation);
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
    expect(await restoredVolumes()).toEqual([]);
});

test("size, performance and type change in place with one call each; other properties change without ModifyVolume", async () => {
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
    expect(grown.result.output).toContain("the volume (20 GiB) is larger than its snapshot (8 GiB)");
    expect(grown.result.output).toContain("growpart");
    expect(engine.live("disk").outputs).toMatchObject({
        size: 20,
        iops: 4000,
        filesystemNeedsGrowing: true,
    });

    // None of these properties exists in EC2.
    engine.program = text({ size: 20, iops: 4000, timeout: "1 hour", finalSnapshot: true, group: "a" });
    const updated = await during(emulator, () => engine.up());
    expect(updated.actions).toEqual(["DescribeVolumes", "CreateTags"]);
    expect(updated.result.output).not.toContain("growpart");

    await emulator.set({ modifyingSeconds: 0, optimizingSeconds: 0, modificationsPerDay: 1 });
    await emulator.advance(3_600);
    engine.program = text({ size: 30, iops: 4000 });
    const tooSoon = await during(emulator, () => engine.upFails());
    expect(tooSoon.result.output).toMatch(
        new RegExp(`updating volume ${id} from snapshot ${snapshotId}: VolumeModificationRateExceeded: .*`),
    );
    expect(tooSoon.result.output).toMatch(/can be modified again at \d{4}-\d\d-\d\dT[\d:.]+Z/);
    await emulator.advance(24 * 3_600);
    await emulator.set({ optimizingSeconds: 3 });
    await engine.up();

    // The next modification waits until the previous one is completed.
    await emulator.set({ optimizingSeconds: 0, modificationsPerDay: 4 });
    engine.program = text({ size: 30, volumeType: "io2", iops: 4000 });
    const typed = await during(emulator, () => engine.up());
    const modifications = typed.calls.filter(({ action }) => action === "ModifyVolume");
    expect(modifications.at(-1)?.params).toEqual({ VolumeId: id, VolumeType: "io2", Iops: "4000" });

    // An omitted argument keeps the current value.
    engine.program = text({ volumeType: "io2", iops: 4000 });
    const without = await during(emulator, () => engine.up());
    expect(without.actions).toEqual([]);
    expect(engine.live("disk").outputs["size"]).toBe(30);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([id]);
});

test("a size below the snapshot's or volume's is rejected at preview with both; an omitted size shows no diff", async () => {
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({ size: 5 });
    const refused = await during(emulator, () => engine.previewFails());
    expect(refused.result.output).toContain(`size is 5, but snapshot ${snapshotId} has 8 GiB`);
    expect(refused.actions).toEqual(["DescribeSnapshots"]);

    engine.program = text({ size: 20 });
    await engine.up();
    engine.program = text({ size: 10 });
    const smaller = await during(emulator, () => engine.previewFails());
    expect(smaller.result.output).toContain("size is 10, but the volume has 20 GiB");
    expect(smaller.all).toEqual([]);

    engine.program = text({});
    expect((await engine.up()).steps).toEqual({ disk: "same" });
    // Only the state contains the size of 20 GiB.
    engine.program = text({ size: 10 });
    const { output: later } = await engine.previewFails();
    expect(later).toContain("size is 10, but the volume has 20 GiB");
});

test("a volume grown outside Pulumi shows no diff; a smaller size with allowShrinkByReplacement replaces it", async () => {
    const text = (args: object) => [volume("disk", { snapshotId, ...args })];
    engine.program = text({ size: 20 });
    await engine.up();
    const id = engine.live("disk").id;
    await emulator.ec2().send(new ModifyVolumeCommand({ VolumeId: id, Size: 40 }));
    await engine.refresh();
    expect(engine.live("disk").outputs["size"]).toBe(40);
    for (const more of [{}, { allowShrinkByReplacement: true }]) {
        engine.program = text({ size: 20, ...more });
        const { output: previewed } = await engine.preview();
        expect(previewed).not.toContain("replace");
        expect(previewed).toContain("size is 20, but the volume was resized to 40 GiB outside of Pulumi");
        await engine.up();
    }

    engine.program = text({ size: 10, allowShrinkByReplacement: true });
    const { output: shrunk } = await engine.preview();
    expect(shrunk).toContain(`replacement will delete volume ${id} (40 GiB, us-east-1a, created `);
    expect(shrunk).toContain("data written since then will be lost");
    await engine.up();
    expect((await restoredVolumes()).map(({ Size }) => Size)).toEqual([10]);
});
