// Tests forty snapshots and a barrier.
// It needs the engine, because its eight slots and its sequential refresh determine the number of calls.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";

test.override("emulatorScope", { scope: "file" }, "file");

const many = 40;

let project: Project;
let volumes: string[];

const program = () => `
    const { CompletedSnapshots, Snapshot } = require("pulumi-ebs-snapshots");
    const snapshots = ${JSON.stringify(volumes)}.map(
        (volumeId, index) => new Snapshot("s" + index, { volumeId, waitForCompletion: false }),
    );
    const all = new CompletedSnapshots("all", {
        snapshotIds: snapshots.map(({ snapshotId }) => snapshotId),
    });
    exports.ids = snapshots.map(({ id }) => id);
    exports.completedAt = all.completedAt;
`;

test.beforeAll(async () => {
    volumes = await emulator.seed({ volumes: many, snapshots: 900 });
    project = await createProject(program());
});
test.beforeEach(() => emulator.clearCalls());

/** Counts the calls of each action. */
async function calls(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { action } of await emulator.calls()) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
}

/** Returns all calls except those of one action. */
function others(counts: Record<string, number>, action: string): number {
    return Object.entries(counts).reduce((sum, [name, count]) => (name === action ? sum : sum + count), 0);
}

// One lifecycle of a stack: each test continues from the previous one.

test("the barrier lists failed snapshots with EC2's message; the others complete", async () => {
    await emulator.set({ snapshotSeconds: 3_600 });
    const failing = async () => {
        const pending = () =>
            emulator.calls(({ action, status }) => action === "CreateSnapshot" && status === 200);
        while ((await pending()).length < many) await new Promise((resolve) => setTimeout(resolve, 200));
        const snapshots = (await emulator.snapshots()).filter(({ Description }) => Description !== "foreign");
        const ids = snapshots.map(({ SnapshotId = "" }) => SnapshotId);
        for (const [index, id] of ids.entries()) {
            await emulator.snapshot(
                id,
                index < 2
                    ? { status: "error", statusMessage: "the volume has bad blocks" }
                    : { status: "completed" },
            );
        }
        return ids.slice(0, 2);
    };
    const [output, failed] = await Promise.all([project.upFails(), failing()]);
    for (const id of failed) expect(output).toContain(`${id}: error: the volume has bad blocks`);
    expect(output).toContain(`2 of ${String(many)} snapshots did not complete`);
    const barrier = (await project.state()).find(({ type }) => type.endsWith(":CompletedSnapshots"));
    const states = (barrier?.outputs["snapshots"] as { state: string }[]).map(({ state }) => state).sort();
    expect(states).toEqual([...Array<string>(many - 2).fill("completed"), "error", "error"]);
    await project.destroy();
    await emulator.set({ snapshotSeconds: 0 });
});

test("up creates each snapshot once, and the number of other calls depends on the duration", async () => {
    const start = Date.now();
    await project.up();
    const seconds = (Date.now() - start) / 1_000;
    const counts = await calls();
    expect(counts["CreateSnapshot"]).toBe(many);
    expect(others(counts, "CreateSnapshot")).toBeLessThanOrEqual(seconds / 2 + many / 100 + 10);
    expect((await project.outputs())["completedAt"]).toEqual(expect.any(String));
});

test("a second up and a preview read snapshots without a wait once in batches, and make no other call", async () => {
    await project.up();
    await project.preview();
    const counts = await calls();
    expect(Object.keys(counts)).toEqual(["DescribeSnapshots"]);
    expect(counts["DescribeSnapshots"]).toBeLessThanOrEqual(2 * Math.ceil(many / 8 + 1));
});

test("refresh with --parallel 1 prefetches in batches, even among many snapshots of other owners", async () => {
    await project.refresh("--parallel", "1");
    const counts = await calls();
    expect(Object.keys(counts)).toEqual(["DescribeSnapshots"]);
    expect(counts["DescribeSnapshots"]).toBeLessThanOrEqual(many / 200 + 5);
});

test("destroy deletes each snapshot once, with few other calls", async () => {
    const ids = ((await project.outputs())["ids"] as string[]).sort();
    await emulator.clearCalls();
    await project.destroy();
    const counts = await calls();
    expect(counts["DeleteSnapshot"]).toBe(many);
    expect(others(counts, "DeleteSnapshot")).toBeLessThanOrEqual(5);
    const deleted = await emulator.calls(({ action }) => action === "DeleteSnapshot");
    expect(deleted.map(({ params }) => params["SnapshotId"]).sort()).toEqual(ids);
});
