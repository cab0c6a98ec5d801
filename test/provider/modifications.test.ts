// Tests EC2's limits of modifications: one waits for the previous one, and the error contains the time of the next one.

import { expect } from "vitest";
import { zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure, type Created } from "./door";

const hour = 3_600;

/** Grows a volume in a separate run. */
async function grow(volume: Created, size: number, door = new Door(emulator)): Promise<Created> {
    const args = { snapshotId: volume.inputs["snapshotId"], availabilityZone: zone, size, timeout: "1 day" };
    const { inputs } = await door.diff("VolumeFromSnapshot", volume, args);
    return door.update("VolumeFromSnapshot", volume, inputs);
}

async function created(): Promise<Created> {
    const door = new Door(emulator);
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 1 }));
    return door.create("VolumeFromSnapshot", { snapshotId, availabilityZone: zone, timeout: "1 day" });
}

test("growing twice waits until EC2 has completed the first modification", async () => {
    await emulator.set({ modifyingSeconds: 60, optimizingSeconds: hour });
    const first = await grow(await created(), 10);
    const door = new Door(emulator);
    const start = door.clock.now();

    const second = await grow(first, 20, door);

    expect(second.state).toMatchObject({ size: 20 });
    expect(door.clock.now() - start).toBeGreaterThan(0.9 * hour * 1_000);
    const outcomes = await door.outcomes("ModifyVolume");
    expect(outcomes).toEqual(["ok", "IncorrectModificationState", "ok"]);
    expect(door.messages.join("\n")).toContain("waiting for the previous modification: optimizing");
});

test("the fifth modification in 24 hours fails with EC2's message and its time, and succeeds after that time", async () => {
    await emulator.set({ modifyingSeconds: 1, optimizingSeconds: 0, modificationsPerDay: 4 });
    let volume = await created();
    const { clock } = new Door(emulator);
    const start = clock.now();
    for (const size of [2, 3, 4, 5]) volume = await grow(volume, size);

    const message = await failure(grow(volume, 6));

    const [, repeated = ""] =
        /VolumeModificationRateExceeded: .* can be modified again at (\S+Z)/.exec(message) ?? [];
    const waitMs = Date.parse(repeated) - start;
    expect(waitMs).toBeGreaterThanOrEqual(24 * hour * 1_000 - 60_000);
    expect(waitMs).toBeLessThan(24 * hour * 1_000 + 60_000);
    expect((await new Door(emulator).read("VolumeFromSnapshot", volume)).props).toMatchObject({ size: 5 });
    await clock.sleep(waitMs);
    expect((await grow(volume, 6)).state).toMatchObject({ size: 6 });
});
