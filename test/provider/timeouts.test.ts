// Tests snapshots that exceed the timeout, and failed snapshots.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import { Engine } from "./engine";
import { during, snapshotIds } from "../engine/steps";

let volumeId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume({ size: 4 });
});

test("a timeout keeps the id and outputs; the next up, also after a refresh, continues with the same snapshot", async () => {
    await emulator.set({ snapshotSeconds: 100_000 });
    engine.program = [snapshot("data", { volumeId, timeout: "1 second" })];
    const first = await during(emulator, () => engine.upFails());
    const [id = ""] = await snapshotIds(emulator);
    expect(first.result.output).toContain(
        `waiting for snapshot ${id} of volume ${volumeId}: timed out after 1 second at 0%. ` +
            "The snapshot is still in progress; run `pulumi up` again to continue waiting.",
    );
    const kept = engine.live("data");
    expect(kept.id).toBe(id);
    expect(kept.initError).toContain("timed out");
    expect(kept.outputs).toMatchObject({ snapshotId: id, state: "pending", progress: "0%", volumeSize: 4 });

    await emulator.snapshot(id, { progress: "43%" });
    const second = await during(emulator, () => engine.upFails());
    expect(second.result.output).toContain("timed out after 1 second at 43%");
    expect(second.result.output).toContain("snapshot 43%");
    expect(engine.live("data").outputs).toMatchObject({ state: "pending", progress: "43%" });

    await engine.refresh();
    expect(engine.live("data").initError).toBeUndefined();
    const preview = await during(emulator, () => engine.preview());
    expect(preview.result.steps).toMatchObject({ data: "update" });
    // The run reads whether the snapshot, which no run awaited to its end, has failed.
    expect(preview.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    await emulator.snapshot(id, { status: "completed" });
    const last = await during(emulator, () => engine.up());
    expect(last.result.steps).toMatchObject({ data: "update" });
    expect(last.actions).not.toContain("CreateSnapshot");
    expect(engine.live("data").outputs["state"]).toBe("completed");
    expect(await snapshotIds(emulator)).toEqual([id]);
    const after = await during(emulator, () => engine.up());
    expect(after.result.steps).toEqual({ data: "same" });
    expect(after.all).toEqual([]);
});

test("a snapshot in error fails with EC2's message and is kept in the state; the next up replaces and deletes it", async () => {
    await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
    engine.program = [snapshot("data", { volumeId })];
    const { output: failed } = await engine.upFails();
    const [broken = ""] = await snapshotIds(emulator);
    expect(failed).toContain(
        `waiting for snapshot ${broken} of volume ${volumeId}: error: The key has been disabled`,
    );
    expect(engine.live("data")).toMatchObject({ id: broken, outputs: { state: "error" } });

    await emulator.set({ snapshotSeconds: 0, snapshotError: null });
    const replaced = await during(emulator, () => engine.up());
    expect(replaced.result.steps).toMatchObject({ data: "replace" });
    expect(replaced.actions.filter((action) => !action.startsWith("Describe"))).toEqual([
        "CreateSnapshot",
        "DeleteSnapshot",
    ]);
    const { id } = engine.live("data");
    expect(id).not.toBe(broken);
    expect(await snapshotIds(emulator)).toEqual([id]);

    await emulator.set({ snapshotError: "The key has been disabled" });
    engine.program = [snapshot("data", { volumeId, triggers: { again: 1 } })];
    await engine.upFails();
    expect(await snapshotIds(emulator)).toHaveLength(2);
    await engine.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("waitForCompletion false returns immediately; refresh shows progress but no diff; true waits for the snapshot", async () => {
    await emulator.set({ snapshotSeconds: 100_000 });
    engine.program = [snapshot("data", { volumeId, waitForCompletion: false })];
    const created = await during(emulator, () => engine.up());
    expect(created.actions).toEqual(["CreateSnapshot"]);
    const { id, outputs } = engine.live("data");
    expect(outputs).toMatchObject({ state: "pending", volumeSize: 4 });

    await emulator.snapshot(id, { progress: "61%" });
    await engine.refresh();
    expect(engine.live("data").outputs).toMatchObject({ state: "pending", progress: "61%" });
    const idle = await during(emulator, () => engine.up());
    expect(idle.result.steps).toEqual({ data: "same" });
    // The run reads whether the snapshot, which no run awaited to its end, has failed.
    expect(idle.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    engine.program = [snapshot("data", { volumeId })];
    engine.onWait = async () => {
        if ((await emulator.count("DescribeSnapshots")) > 2)
            await emulator.snapshot(id, { status: "completed" });
    };
    const { result, actions } = await during(emulator, () => engine.up());
    expect(result.output).toContain("snapshot 61%");
    expect(result.steps).toEqual({ data: "update" });
    expect(actions).not.toContain("CreateSnapshot");
    expect(engine.live("data")).toMatchObject({ id, outputs: { state: "completed" } });
});

test("a temporary rejection is retried until the timeout, and the reason is shown", async () => {
    await emulator.faults([
        {
            action: "CreateSnapshot",
            code: "ConcurrentSnapshotLimitExceeded",
            message: "Too many at once",
            times: 2,
        },
    ]);
    engine.program = [snapshot("data", { volumeId })];
    const { result, actions } = await during(emulator, () => engine.up());
    expect(result.output).toContain("waiting to start: ConcurrentSnapshotLimitExceeded: Too many at once");
    expect(actions.filter((action) => action === "CreateSnapshot")).toHaveLength(3);
    expect(await snapshotIds(emulator)).toHaveLength(1);
});
