// Tests which volumes get a final snapshot when they are deleted, and that it leaves the deletion enough time.

import { DetachVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { attachToInstance, ec2, restoredVolumes } from "../emulator/calls";
import { during } from "../engine/steps";
import { emulator, test } from "../fixture";
import { volume } from "./declare";
import { Engine } from "./engine";

const snapshotsOf = async (id: string) =>
    (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);

test("a volume whose final snapshot used up the timeout is still deleted and waited for, with one final snapshot", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const engine = new Engine(emulator);
    await engine.up([volume("disk", { snapshotId, finalSnapshot: true, timeout: "10 minutes" })]);
    const { id } = engine.live("disk");
    // EC2 treats the volume as in use, although it shows no attachment.
    await ec2.send(new DetachVolumeCommand(await attachToInstance(id)));
    await emulator.set({ snapshotSeconds: 590, volumeInUseSeconds: 700, deletingSeconds: 120 });

    const { result, calls } = await during(emulator, () => engine.destroy());

    expect(result.output).toContain("waiting until EC2 releases the volume");
    expect(await snapshotsOf(id)).toHaveLength(1);
    const deletions = calls.filter(({ action }) => action === "DeleteVolume");
    expect(deletions.at(-1)?.error).toBeNull();
    const elapsed = Date.parse(calls.at(-1)?.time ?? "") - Date.parse(deletions.at(-1)?.time ?? "");
    expect(elapsed).toBeGreaterThanOrEqual(120_000);
    expect(await restoredVolumes()).toEqual([]);
});

test("an attached volume is neither deleted nor snapshotted, because it may still be written to", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const engine = new Engine(emulator);
    await engine.up([volume("disk", { snapshotId, finalSnapshot: true })]);
    const { id } = engine.live("disk");
    const { InstanceId } = await attachToInstance(id);
    const { output } = await engine.destroyFails();
    expect(output).toContain(`it is attached to instance ${InstanceId} as /dev/sdf`);
    expect(await snapshotsOf(id)).toEqual([]);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([id]);
});

test("a volume that failed is deleted without a final snapshot, which EC2 could not create", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const engine = new Engine(emulator);
    await emulator.set({ volumeError: "error" });
    await engine.upFails([volume("disk", { snapshotId, finalSnapshot: true })]);
    const { id } = engine.live("disk");
    await engine.destroy();
    expect(await snapshotsOf(id)).toEqual([]);
    expect(await restoredVolumes()).toEqual([]);
});
