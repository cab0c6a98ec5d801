// Snapshots that take longer than anyone waits, and those that fail.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, snapshot, snapshotIds } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 4 });
});

test("a timeout keeps the id and EC2's figures; the next up continues, also after a refresh, with one snapshot in all", async () => {
    await emulator.set({ snapshotSeconds: 100_000 });
    const text = program(snapshot("data", { volumeId, timeout: "1 second" }), "exports.state = data.state;");
    const project = await createProject(text);
    const first = await during(emulator, () => project.upFails());
    const [id = ""] = await snapshotIds(emulator);
    expect(first.result).toContain(
        `waiting for snapshot ${id} of volume ${volumeId}: timed out after 1 second at 0%. ` +
            "The snapshot is still in progress; run `pulumi up` again to continue waiting.",
    );
    const kept = await live(project, "data");
    expect(kept.id).toBe(id);
    expect(kept.initErrors).toHaveLength(1);
    expect(kept.outputs).toMatchObject({ snapshotId: id, state: "pending", progress: "0%", volumeSize: 4 });

    await emulator.snapshot(id, { progress: "43%" });
    const second = await during(emulator, () => project.upFails());
    expect(second.result).toContain("timed out after 1 second at 43%");
    expect(second.result).toContain("snapshot 43%");
    expect((await live(project, "data")).outputs).toMatchObject({ state: "pending", progress: "43%" });

    await project.refresh();
    expect((await live(project, "data")).initErrors ?? []).toEqual([]);
    const preview = await during(emulator, () => project.preview());
    expect(preview.result).toContain("1 to update");
    // The run reads whether the snapshot, for which nobody waited to the end, has failed since.
    expect(preview.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    await emulator.snapshot(id, { status: "completed" });
    const last = await during(emulator, () => project.up());
    expect(last.result).toContain("1 updated");
    expect(last.actions).not.toContain("CreateSnapshot");
    expect(await project.outputs()).toEqual({ state: "completed" });
    expect(await snapshotIds(emulator)).toEqual([id]);
    const after = await during(emulator, () => project.up());
    expect(after.result).toContain("2 unchanged");
    expect(after.all).toEqual([]);
});

test("a snapshot in error fails with EC2's message and stays in the state; the next up replaces and deletes it", async () => {
    await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
    const project = await createProject(program(snapshot("data", { volumeId })));
    const failed = await project.upFails();
    const [broken = ""] = await snapshotIds(emulator);
    expect(failed).toContain(
        `waiting for snapshot ${broken} of volume ${volumeId}: error: The key has been disabled`,
    );
    expect(await live(project, "data")).toMatchObject({ id: broken, outputs: { state: "error" } });

    await emulator.set({ snapshotSeconds: 0, snapshotError: null });
    const replaced = await during(emulator, () => project.up());
    expect(replaced.result).toContain("1 replaced");
    expect(replaced.actions.filter((action) => !action.startsWith("Describe"))).toEqual([
        "CreateSnapshot",
        "DeleteSnapshot",
    ]);
    const { id } = await live(project, "data");
    expect(id).not.toBe(broken);
    expect(await snapshotIds(emulator)).toEqual([id]);

    await emulator.set({ snapshotError: "The key has been disabled" });
    await project.program(program(snapshot("data", { volumeId, triggers: { again: 1 } })));
    await project.upFails();
    expect(await snapshotIds(emulator)).toHaveLength(2);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("waitForCompletion false returns at once; refresh shows progress without a difference, and true waits for the same", async () => {
    await emulator.set({ snapshotSeconds: 100_000 });
    const project = await createProject(program(snapshot("data", { volumeId, waitForCompletion: false })));
    const begun = await during(emulator, () => project.up());
    expect(begun.actions).toEqual(["CreateSnapshot"]);
    const { id = "", outputs } = await live(project, "data");
    expect(outputs).toMatchObject({ state: "pending", volumeSize: 4 });

    await emulator.snapshot(id, { progress: "61%" });
    await project.refresh();
    expect((await live(project, "data")).outputs).toMatchObject({ state: "pending", progress: "61%" });
    const idle = await during(emulator, () => project.up());
    expect(idle.result).toContain("2 unchanged");
    // The run reads whether the snapshot, for which nobody waited to the end, has failed since.
    expect(idle.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    await project.program(program(snapshot("data", { volumeId })));
    const waiting = during(emulator, () => project.up());
    await expect.poll(() => emulator.count("DescribeSnapshots"), { timeout: 20_000 }).toBeGreaterThan(2);
    await emulator.snapshot(id, { status: "completed" });
    const { result, actions } = await waiting;
    expect(result).toContain("snapshot 61%");
    expect(result).toContain("1 updated");
    expect(actions).not.toContain("CreateSnapshot");
    expect(await live(project, "data")).toMatchObject({ id, outputs: { state: "completed" } });
});

test("a refusal that passes is waited for within the patience, and the reason is shown", async () => {
    await emulator.faults([
        {
            action: "CreateSnapshot",
            code: "ConcurrentSnapshotLimitExceeded",
            message: "Too many at once",
            times: 2,
        },
    ]);
    const project = await createProject(program(snapshot("data", { volumeId })));
    const { result, actions } = await during(emulator, () => project.up());
    expect(result).toContain("waiting to start: ConcurrentSnapshotLimitExceeded: Too many at once");
    expect(actions.filter((action) => action === "CreateSnapshot")).toHaveLength(3);
    expect(await snapshotIds(emulator)).toHaveLength(1);
});
