// Tests the placement of snapshots and volumes: on an Outpost, in a Local Zone, or in the region.

import { CreateVolumeCommand, type CreateVolumeCommandInput } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot, snapshotCopy, volumeFrom } from "./declare";
import { Engine } from "./engine";
import { during, snapshotIds } from "../engine/steps";

const outpostArn = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0";
const localZone = "us-east-1-bos-1a";

let engine: Engine;

test.beforeEach(() => {
    engine = new Engine(emulator);
});

async function volumeIn(where: Partial<CreateVolumeCommandInput>): Promise<string> {
    const disk = { AvailabilityZone: "us-east-1a", Size: 1, ...where };
    const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
    return VolumeId;
}

test("a snapshot, copy and volume of an Outpost are stored there with EC2's default type; another Outpost replaces", async () => {
    const volumeId = await volumeIn({ OutpostArn: outpostArn });
    const regional = await emulator.createSnapshot(await volumeIn({}));
    const text = (args: object) => [
        snapshot("data", { volumeId, keepReplaced: true, ...args }),
        volumeFrom("disk", { source: "data", args: { outpostArn, onSnapshotChange: "keep" } }),
        snapshotCopy("copy", {
            sourceSnapshotId: regional,
            sourceRegion: "us-east-1",
            destinationOutpostArn: outpostArn,
        }),
    ];
    engine.program = text({ outpostArn });
    const created = await during(emulator, () => engine.up());
    const sent = (action: string) => created.calls.find((call) => call.action === action)?.params ?? {};
    expect(sent("CreateSnapshot")).toMatchObject({ VolumeId: volumeId, OutpostArn: outpostArn });
    expect(sent("CopySnapshot")).toMatchObject({ DestinationOutpostArn: outpostArn });
    expect(sent("CreateVolume")).toMatchObject({ OutpostArn: outpostArn });
    expect(sent("CreateVolume")).not.toHaveProperty("VolumeType");
    expect(engine.live("data").outputs).toMatchObject({ outpostArn, state: "completed" });
    expect(engine.live("disk").outputs).toMatchObject({ outpostArn, state: "available" });
    const repeated = await during(emulator, () => engine.up(undefined, { refresh: true }));
    expect(repeated.result.steps).toEqual({ data: "same", disk: "same", copy: "same" });

    engine.program = text({});
    const moved = await during(emulator, () => engine.up());
    expect(moved.result.steps).toMatchObject({ data: "replace" });
    const create = moved.calls.find((call) => call.action === "CreateSnapshot");
    expect(create?.params).not.toHaveProperty("OutpostArn");
    expect(await snapshotIds(emulator)).toHaveLength(4);
    await engine.destroy();
});

test("location local stores the snapshot in the Local Zone; EC2's rejection is reported with the resource", async () => {
    const volumeId = await volumeIn({ AvailabilityZone: localZone });
    engine.program = [
        snapshot("data", { volumeId, location: "local" }),
        volumeFrom("disk", { source: "data", args: { availabilityZone: localZone } }),
    ];
    const created = await during(emulator, () => engine.up());
    const sent = (action: string) => created.calls.find((call) => call.action === action)?.params ?? {};
    expect(sent("CreateSnapshot")).toMatchObject({ VolumeId: volumeId, Location: "local" });
    expect(sent("CreateVolume")).toMatchObject({ AvailabilityZone: localZone });
    expect(sent("CreateVolume")).not.toHaveProperty("VolumeType");
    const repeated = await during(emulator, () => engine.up(undefined, { refresh: true }));
    expect(repeated.result.steps).toEqual({ data: "same", disk: "same" });
    await engine.destroy();

    const elsewhere = await volumeIn({});
    engine.program = [snapshot("data", { volumeId: elsewhere, location: "local" })];
    expect((await engine.upFails()).output).toContain(
        `creating snapshot of volume ${elsewhere}: InvalidParameterValue: The volume '${elsewhere}' is not in a Local Zone`,
    );
    engine.program = [snapshot("data", { volumeId: elsewhere, outpostArn })];
    expect((await engine.upFails()).output).toContain(`is not on the Outpost ${outpostArn}`);
    expect(await snapshotIds(emulator)).toEqual([]);
});
