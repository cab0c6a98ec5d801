// Tests that waits share their calls: one per two seconds, and one per four waits that start.

import { DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, type Kind } from "./door";

/** Runs the work this many times, eight at a time as the engine does; returns the seconds of the emulator's time. */
async function eightAtATime(
    door: Door,
    count: number,
    work: (index: number) => Promise<unknown>,
): Promise<number> {
    const start = door.clock.now();
    let next = 0;
    const slot = async () => {
        while (next < count) await work(next++);
    };
    await Promise.all(Array.from({ length: 8 }, slot));
    return (door.clock.now() - start) / 1_000;
}

const budget = (seconds: number, count: number) => seconds / 2 + count / 4 + 10;

test.each<[Kind, string, string, number, object]>([
    ["Snapshot", "at once", "DescribeSnapshots", 40, {}],
    ["Snapshot", "after 30 s", "DescribeSnapshots", 24, { snapshotSeconds: 30 }],
    ["VolumeFromSnapshot", "after 1 s", "DescribeVolumes", 24, { volumeSeconds: 1 }],
])("%s: resources that are ready %s cost few %s calls", async (kind, _when, action, count, settings) => {
    const volumes = await Promise.all(Array.from({ length: count }, () => emulator.createVolume()));
    const snapshotId = await emulator.createSnapshot(volumes[0]!);
    await emulator.set(settings);
    const door = new Door(emulator);
    await emulator.clearCalls();

    const seconds = await eightAtATime(door, count, (index) => {
        const args =
            kind === "Snapshot" ? { volumeId: volumes[index] } : { snapshotId, availabilityZone: zone };
        return door.create(kind, args, `it-${String(index)}`);
    });

    expect((await door.outcomes(action)).length).toBeLessThanOrEqual(budget(seconds, count));
});

test("the deletion of all volumes is observed with few calls", async () => {
    const count = 24;
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const door = new Door(emulator);
    const args = { snapshotId, availabilityZone: zone };
    const volumes = await Promise.all(
        Array.from({ length: count }, (_, index) => door.create("VolumeFromSnapshot", args, String(index))),
    );
    await emulator.clearCalls();

    const seconds = await eightAtATime(door, count, (index) =>
        door.delete("VolumeFromSnapshot", volumes[index]!),
    );

    const reads = (await door.outcomes("DescribeVolumes")).length;
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(budget(seconds, count));
    const left = await ec2.send(
        new DescribeVolumesCommand({ Filters: [{ Name: "snapshot-id", Values: [snapshotId] }] }),
    );
    expect(left.Volumes).toEqual([]);
});
