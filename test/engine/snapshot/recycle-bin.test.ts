// Tests the Recycle Bin, which retains deleted snapshots under a retention rule of the account.
// It needs the engine, whose CLI shows the messages of a destroy for each resource.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, live, program, snapshot, snapshotIds, tagsOf } from "../steps";

let volumeId: string;
let project: Project;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

test("destroy and the preview of adopt show the Recycle Bin's retention end, and adopt restores the snapshot", async () => {
    await emulator.set({ recycleBinDays: 7 });
    project = await createProject(program(snapshot("data", { volumeId, tags: { Kind: "old" } })));
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    expect(await project.destroy()).toMatch(
        new RegExp(
            `deleted snapshot ${id} is in the Recycle Bin until \\d{4}-.*Z\\. To restore it, set .adopt. to its id`,
        ),
    );
    expect(await snapshotIds(emulator)).toEqual([]);

    await project.program(program(snapshot("data", { volumeId: "vol-0123456789abcdef0", adopt: id })));
    expect((await project.run("preview")).output).toContain(
        `is "vol-0123456789abcdef0", but ${id}, which is to be adopted, has "${volumeId}"`,
    );

    await project.program(program(snapshot("data", { volumeId, adopt: id })));
    expect(await project.preview()).toContain(`${id} from the Recycle Bin, where it is kept until`);
    expect(await snapshotIds(emulator)).toEqual([]);
    const restored = await during(emulator, () => project.up());
    expect(restored.actions).toContain("RestoreSnapshotFromRecycleBin");
    expect(restored.actions).not.toContain("CreateSnapshot");
    expect(await snapshotIds(emulator)).toEqual([id]);
    expect((await live(project, "data")).outputs).toMatchObject({ snapshotId: id, state: "completed" });
    expect(await tagsOf(emulator, id)).toEqual({ Name: "data", Kind: "old" });
    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.destroy();
    await emulator.advance(8 * 86_400);
    const late = await project.preview();
    expect(late).toContain(
        `${id} was not found in us-east-1 (account 123456789012); a new one will be created.`,
    );
});

test("an empty or denied Recycle Bin is read once in a destroy of many snapshots, and blocks nothing", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${String(index)}`);
    const many = program(...names.map((name) => snapshot(name, { volumeId })));
    await emulator.set({ pendingPerVolume: 100 });
    project = await createProject(many);
    const binCalls = (calls: { action: string }[]) =>
        calls.filter(({ action }) => action === "ListSnapshotsInRecycleBin").length;

    await project.up();
    const empty = await during(emulator, () => project.destroy("--parallel", "1"));
    expect(binCalls(empty.all)).toBe(1);

    await project.up();
    await emulator.faults([
        {
            action: "ListSnapshotsInRecycleBin",
            code: "UnauthorizedOperation",
            message: "You are not authorized to perform this operation.",
            status: 403,
        },
    ]);
    const closed = await during(emulator, () => project.destroy("--parallel", "1"));
    expect(binCalls(closed.all)).toBe(1);
    expect(await snapshotIds(emulator)).toEqual([]);
});
