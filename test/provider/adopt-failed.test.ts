// Tests that nothing is adopted that has failed or is being deleted: the next run would replace it.

import { CreateVolumeCommand, DeleteVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2 } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { snapshot, volume } from "./declare";
import { Engine } from "./engine";

test("the adoption of a failed snapshot is refused at preview, and nothing is created instead", async () => {
    const volumeId = await emulator.createVolume();
    const id = await emulator.createSnapshot(volumeId);
    await emulator.snapshot(id, { status: "error", statusMessage: "the key is gone" });
    const engine = new Engine(emulator);
    const declared = [snapshot("data", { volumeId, adopt: id })];
    const refusal = `is "${id}", but its state is "error". Name another one, or remove \`adopt\` to create a new one`;
    expect((await engine.previewFails(declared)).output).toContain(refusal);
    expect((await engine.upFails(declared)).output).toContain(refusal);
    expect((await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([id]);
});

test.each([
    ["failed", "error"],
    ["is being deleted", "deleting"],
])("the adoption of a volume that %s is refused at preview", async (_how, state) => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const availabilityZone = "us-east-1a";
    await emulator.set(
        state === "error" ? { volumeError: "error", volumeSeconds: 1 } : { deletingSeconds: 600 },
    );
    const { VolumeId: id = "" } = await ec2.send(
        new CreateVolumeCommand({ SnapshotId: snapshotId, AvailabilityZone: availabilityZone }),
    );
    await emulator.advance(60);
    if (state === "deleting") await ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    const declared = [volume("data", { snapshotId, availabilityZone, adopt: id })];
    expect((await new Engine(emulator).previewFails(declared)).output).toContain(
        `but its state is "${state}"`,
    );
});
