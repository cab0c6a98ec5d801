// Tests throttled calls, limits, and unreachable regions: each resource is created once, or the failure has a reason.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { completedSnapshots, snapshot } from "./declare";
import { Engine } from "./engine";
import type { Declared, OutputsOf } from "./engine-run";

let volume: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volume = await emulator.createVolume({ size: 8 });
    await emulator.clearCalls();
});

/** Declares this number of snapshots of the given volumes, and a barrier. */
function many(count: number, volumes: string[], barrier: object = {}): Declared[] {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    return [
        ...names.map((name, index) =>
            snapshot(name, { volumeId: volumes[index % volumes.length], waitForCompletion: false }),
        ),
        completedSnapshots("all", async (outputsOf: OutputsOf) => ({
            snapshotIds: await Promise.all(names.map(async (name) => (await outputsOf(name))["snapshotId"])),
            ...barrier,
        })),
    ];
}

const one = () => [snapshot("s", { volumeId: volume })];

const states = () =>
    (engine.live("all").outputs["snapshots"] as { state: string }[]).map(({ state }) => state);

async function createdIds(): Promise<string[]> {
    return (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId).sort();
}

test("with 30 % of calls throttled, all snapshots are created once, refreshed and deleted", async () => {
    await emulator.set({ seed: 7 });
    await emulator.faults([
        { action: "*", probability: 0.3, code: "RequestLimitExceeded", message: "slow down", status: 503 },
    ]);
    engine.program = many(12, [volume]);
    await engine.up();
    expect(states()).toEqual(Array(12).fill("completed"));
    await engine.refresh();
    expect(engine.state).toHaveLength(13);
    const served = await emulator.calls(({ action, error }) => action === "CreateSnapshot" && error === null);
    expect(served).toHaveLength(12);
    await engine.destroy();
    expect((await emulator.calls(({ error }) => error === "RequestLimitExceeded")).length).toBeGreaterThan(0);
    await emulator.faults([]);
    expect(await createdIds()).toEqual([]);
});

test("40 snapshots of one volume, 5 pending at most: all complete, one call at a time", async () => {
    await emulator.set({ snapshotSeconds: 1, pendingPerVolume: 5 });
    engine.program = many(40, [volume]);
    await engine.up();
    expect(states()).toEqual(Array(40).fill("completed"));
    expect(await createdIds()).toHaveLength(40);
    const calls = await emulator.calls(({ action }) => action === "CreateSnapshot");
    expect(calls.filter(({ error }) => error === null)).toHaveLength(40);
    // A rejected request is retried before others: the requested name changes only after a success.
    const names = calls.map(({ params }) => params["TagSpecification.1.Tag.1.Value"]);
    const turns = names.filter((name, index) => name !== names[index - 1]);
    expect(turns).toHaveLength(40);
});

test("an unreachable region causes an error that names the endpoint, and nothing is created", async () => {
    engine.program = one();
    engine.config = { "aws:endpoints": '[{"ec2":"http://127.0.0.1:9"}]', "aws:maxRetries": "2" };
    const { output } = await engine.upFails();
    expect(output).toContain("ECONNREFUSED");
    expect(output).toContain("Check that the region exists and that its endpoint can be reached from here.");
    expect(engine.state).toEqual([]);
    expect(await emulator.calls()).toEqual([]);
});

test("a snapshot that disappears during the wait fails the up with its id, and is recreated after a refresh", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    engine.program = one();
    let id = "";
    engine.onWait = async () => {
        const reads = await emulator.calls(({ params }) => params["Filter.1.Name"] === "snapshot-id");
        if (id !== "" || reads.length === 0) return;
        [id = ""] = await createdIds();
        await emulator.deleteSnapshot(id);
    };
    const { output } = await engine.upFails();
    expect(id).not.toBe("");
    expect(output).toContain(
        `waiting for snapshot ${id} of volume ${volume}: it no longer exists in us-east-1 (account 123456789012)`,
    );
    await emulator.set({ snapshotSeconds: 0 });
    await engine.refresh();
    await engine.up();
    expect(await createdIds()).toEqual([engine.live("s").id]);
});

test("a barrier lists incomplete snapshots with the reasons, and the next up continues", async () => {
    const volumes = [volume, await emulator.createVolume()];
    await emulator.set({ snapshotSeconds: 1_000 });
    engine.program = many(2, volumes, { timeout: "1 second" });
    const { output: impatient } = await engine.upFails();
    const [first = "", second = ""] = await createdIds();
    expect(impatient).toContain("2 of 2 snapshots did not complete");
    await emulator.snapshot(first, { status: "error", statusMessage: "the key is gone" });
    await emulator.snapshot(second, { status: "completed" });
    const { output: failed } = await engine.upFails();
    // The run replaces the failed snapshot, and waits for its successor only.
    const third = (await createdIds()).find((id) => ![first, second].includes(id)) ?? "";
    expect(failed).toContain(`1 of 2 snapshots did not complete: ${third}: timed out`);
    await emulator.snapshot(third, { status: "completed" });
    await engine.up();
    expect(states()).toEqual(["completed", "completed"]);
    expect(await createdIds()).toHaveLength(2);
});
