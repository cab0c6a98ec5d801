// Tests that reading the Recycle Bin, which no user has requested, costs a few calls per run, whatever it contains.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { Door } from "./door";

const list = "ListSnapshotsInRecycleBin";

/** Deletes this number of snapshots in one run, one after another. */
async function deletion(count: number): Promise<Door> {
    const door = new Door(emulator);
    const volumeId = await emulator.createVolume();
    const state = { region: "us-east-1", volumeId };
    for (let index = 0; index < count; index++) {
        const id = await emulator.createSnapshot(volumeId);
        await door.delete("Snapshot", { id, state });
    }
    expect(await emulator.snapshots()).toEqual([]);
    return door;
}

const recycleBinMessages = ({ messages }: Door) =>
    messages.filter((line) => line.includes("is in the Recycle Bin"));

test("a destroy of 40 reads a Recycle Bin of 3,000 with at most 5 calls, and suggests a command to list the rest", async () => {
    await emulator.seed({ recycled: 3_000 });
    await emulator.set({ recycleBinDays: 7 });

    const door = await deletion(40);

    expect((await door.outcomes(list)).length).toBeLessThanOrEqual(5);
    expect(recycleBinMessages(door).length).toBeGreaterThanOrEqual(1);
    expect(recycleBinMessages(door).at(-1)).toContain("aws ec2 list-snapshots-in-recycle-bin");
});

test("snapshots deleted together are all reported after one call", async () => {
    await emulator.set({ recycleBinDays: 7 });
    const door = new Door(emulator);
    const volumeId = await emulator.createVolume();
    const ids = await Promise.all([1, 2, 3].map(() => emulator.createSnapshot(volumeId)));
    const state = { region: "us-east-1", volumeId };

    await Promise.all(ids.map((id) => door.delete("Snapshot", { id, state })));

    expect(recycleBinMessages(door)).toHaveLength(3);
    expect((await door.outcomes(list)).length).toBeLessThanOrEqual(3);
});

test.each([
    ["an unknown action", "InvalidAction", 400],
    ["forbidden", "UnauthorizedOperation", 403],
    ["not implemented", "InternalFailure", 501],
    ["throttled", "RequestLimitExceeded", 503],
])("if it is %s, a destroy of 20 calls it once, and nothing waits for it", async (_what, code, status) => {
    await emulator.faults([{ action: list, code, status }]);
    const door = await deletion(20);

    expect(await door.outcomes(list)).toEqual([code]);
});

test("an empty Recycle Bin is read once", async () => {
    expect(await (await deletion(10)).outcomes(list)).toEqual(["ok"]);
});
