// Tests that the steps of a deletion have the timeout each: a final snapshot leaves the volume enough time.

import { AttachVolumeCommand, DetachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, restoredVolumes } from "../emulator/calls";
import { during } from "../engine/steps";
import { emulator, test } from "../fixture";
import { volume } from "./declare";
import { Engine } from "./engine";

/** Leaves the volume in use for EC2, although it shows no attachment. */
async function attachAndDetach(VolumeId: string): Promise<void> {
    const { Instances: [instance] = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const attachment = { VolumeId, InstanceId: instance?.InstanceId ?? "", Device: "/dev/sdf" };
    await ec2.send(new AttachVolumeCommand(attachment));
    await ec2.send(new DetachVolumeCommand(attachment));
}

test("a volume whose final snapshot used up the timeout is still deleted and waited for, with one final snapshot", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const engine = new Engine(emulator);
    await engine.up([volume("disk", { snapshotId, finalSnapshot: true, timeout: "10 minutes" })]);
    const { id } = engine.live("disk");
    await attachAndDetach(id);
    await emulator.set({ snapshotSeconds: 590, volumeInUseSeconds: 700, deletingSeconds: 120 });

    const { result, calls } = await during(emulator, () => engine.destroy());

    expect(result.output).toContain("waiting until EC2 releases the volume");
    const finals = (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);
    expect(finals).toHaveLength(1);
    const deletions = calls.filter(({ action }) => action === "DeleteVolume");
    expect(deletions.at(-1)?.error).toBeNull();
    const elapsed = Date.parse(calls.at(-1)?.time ?? "") - Date.parse(deletions.at(-1)?.time ?? "");
    expect(elapsed).toBeGreaterThanOrEqual(120_000);
    expect(await restoredVolumes()).toEqual([]);
});
