// Tests adoptions whose source no longer exists: nothing is created from it.

import { CopySnapshotCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { snapshotCopy, volume } from "./declare";
import { Engine } from "./engine";

let snapshotId: string;
let engine: Engine;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    engine = new Engine(emulator);
});

test("a volume is adopted although its snapshot no longer exists", async () => {
    const request = { SnapshotId: snapshotId, AvailabilityZone: zone, VolumeType: "gp3" } as const;
    const { VolumeId: id = "" } = await ec2.send(new CreateVolumeCommand(request));
    await emulator.deleteSnapshot(snapshotId);
    engine.program = [volume("disk", { snapshotId, adopt: id })];
    expect((await engine.preview()).output).toContain(`will adopt existing ${id}; nothing new`);
    await engine.up();
    expect(engine.live("disk").id).toBe(id);
});

test("a copy is adopted although its source no longer exists", async () => {
    const request = { SourceSnapshotId: snapshotId, SourceRegion: "us-east-1" };
    const { SnapshotId: id = "" } = await ec2.send(new CopySnapshotCommand(request));
    await emulator.deleteSnapshot(snapshotId);
    const declared = { sourceSnapshotId: snapshotId, sourceRegion: "us-east-1", adopt: id };
    engine.program = [snapshotCopy("copy", declared)];
    expect((await engine.preview()).output).toContain(`will adopt existing ${id}; nothing new`);
    await engine.up();
    expect(engine.live("copy").id).toBe(id);
});

test("a replacement of an adopted volume needs its snapshot, and is refused at preview without it", async () => {
    const request = { SnapshotId: snapshotId, AvailabilityZone: zone, VolumeType: "gp3" } as const;
    const { VolumeId: adopt } = await ec2.send(new CreateVolumeCommand(request));
    await engine.up([volume("disk", { snapshotId, adopt })]);
    await emulator.deleteSnapshot(snapshotId);
    engine.program = [volume("disk", { snapshotId, adopt, availabilityZone: "us-east-1b" })];
    expect((await engine.previewFails()).output).toContain("but that snapshot was not found in");
});
