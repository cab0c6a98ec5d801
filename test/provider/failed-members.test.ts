// Tests multi-volume snapshots with members that failed, or take longer than the others.

import { expect } from "vitest";
import { instanceWithVolumes } from "../emulator/calls";
import { snapshotsIn, tagsOf } from "../engine/steps";
import { emulator, test } from "../fixture";
import { instanceSnapshots } from "./declare";
import { Engine } from "./engine";

let instanceId: string;
let engine: Engine;

const declared = (args: object = {}) => [instanceSnapshots("set", { instanceId, ...args })];

test.beforeEach(async () => {
    engine = new Engine(emulator);
    ({ instanceId } = await instanceWithVolumes());
});

function memberIds(): string[] {
    const members = engine.live("set").outputs["snapshots"] as { snapshotId: string }[];
    return members.map(({ snapshotId }) => snapshotId);
}

/** Creates a set in which one member failed, and returns the ids of all members, first that one. */
async function createFailed(args: object = {}, others: object = { status: "completed" }): Promise<string[]> {
    await emulator.set({ snapshotSeconds: 1_000 });
    await engine.up(declared({ waitForCompletion: false }));
    const ids = memberIds();
    const [broken = "", ...rest] = ids;
    await emulator.snapshot(broken, { status: "error", statusMessage: "the key was deleted" });
    for (const id of rest) await emulator.snapshot(id, others);
    const { output } = await engine.upFails(declared(args));
    expect(output).toContain(`${broken}: error: the key was deleted`);
    return ids;
}

test("an edit succeeds although a member failed in an earlier run, and each run warns of that member", async () => {
    const [broken = "", ...others] = await createFailed();
    const warning = `1 of 3 snapshots of the multi-volume set failed (${broken}).`;
    engine.program = declared({ group: "payments" });
    expect((await engine.preview()).output).toContain(warning);
    const edited = await engine.up();
    expect(edited.steps).toEqual({ set: "update" });
    expect(edited.output).toContain(warning);
    for (const id of [broken, ...others])
        expect(await tagsOf(emulator, id)).toMatchObject({ Group: "payments" });
    expect(engine.live("set").outputs["state"]).toBe("error");

    const unchanged = await engine.up();
    expect(unchanged.steps).toEqual({ set: "same" });
    expect(unchanged.output).toContain(warning);
    expect(await snapshotsIn(emulator)).toHaveLength(3);
});

test("beside a member that failed, the others are still waited for, also after a refresh", async () => {
    const [broken, late = ""] = await createFailed({ timeout: "1 second" }, { progress: "50%" });
    await engine.refresh();
    const { steps, output } = await engine.upFails();
    expect(steps).toEqual({ set: "failed" });
    expect(output).toContain(`${late}: timed out after 1 second at 50%`);
    expect(output).not.toContain(`${String(broken)}: error`);

    for (const id of memberIds()) if (id !== broken) await emulator.snapshot(id, { status: "completed" });
    await engine.refresh();
    expect((await engine.up()).steps).toEqual({ set: "same" });
});
