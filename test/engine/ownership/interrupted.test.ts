// Tests that the next run adopts the resources of an interrupted run with the same backend.
// It needs the engine: it kills it, and uses two backends.

import { join } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { killUp, live, program, snapshot, snapshotIds } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

/** Kills an `up` after EC2 created a snapshot and before the state is written; returns the snapshot's id. */
async function interrupt(project: Project): Promise<string> {
    const before = await snapshotIds(emulator);
    await emulator.faults([
        { action: "CreateSnapshot", kind: "delay", seconds: 5, where: "after", times: 1 },
    ]);
    await killUp(project, async () => (await snapshotIds(emulator)).length > before.length, {
        orphan: false,
    });
    return (await snapshotIds(emulator)).find((id) => !before.includes(id)) ?? "";
}

test("two folders with the backend file://./state and equal stack names do not adopt each other's snapshots", async () => {
    const pair: Project[] = [];
    while (pair.length < 2) {
        const project = await createProject(program(snapshot("s", { volumeId })));
        project.stack.backend = join(project.folder, "state");
        project.env["PULUMI_BACKEND_URL"] = "file://./state";
        await project.stack.init();
        pair.push(project);
    }
    const [one, other] = pair as [Project, Project];
    const id = await interrupt(one);
    await other.up();
    expect((await live(other, "s")).id).not.toBe(id);
    await one.up();
    expect((await live(one, "s")).id).toBe(id);
});
