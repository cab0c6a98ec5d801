// Tests jobs that fail in the background, when no run awaits them: the next `up` repairs them without a refresh.
// It needs the engine, which decides that a diff without changed inputs is an update.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { live, program, snapshot, snapshotIds, snapshotsIn, volume } from "../steps";

test("a snapshot or replacement that fails in the background is recreated by the next up with its dependants", async () => {
    const volumeId = await emulator.createVolume();
    const text = (round: number) =>
        program(
            'const { CompletedSnapshots } = require("pulumi-ebs-snapshots");',
            snapshot("data", { volumeId, waitForCompletion: false, triggers: { round } }),
            'new CompletedSnapshots("all", { snapshotIds: [data.snapshotId] });',
            volume(
                "disk",
                '{ snapshotId: data.snapshotId, availabilityZone: "us-east-1a", onSnapshotChange: "keep" }',
            ),
        );
    const fail = () => emulator.set({ snapshotSeconds: 2, snapshotError: "the key is gone" });
    const succeed = () => emulator.set({ snapshotSeconds: 0, snapshotError: null });
    await fail();
    const project = await createProject(text(1));
    const first = await project.upFails();
    const [failed = ""] = await snapshotIds(emulator);
    expect(first).toContain(`${failed}: error: the key is gone`);

    await succeed();
    const previewed = await project.preview();
    expect(previewed).toContain("data: the previous attempt failed; the snapshot will be recreated");
    expect(previewed).toMatch(/\+-pulumi-nodejs:dynamic\/ebs:Snapshot: \(replace\)/);
    expect(previewed).not.toContain("keepReplaced");
    await project.up();
    const { id: healed = "" } = await live(project, "data");
    expect(await snapshotIds(emulator)).toEqual([healed]);
    expect((await live(project, "disk")).outputs).toMatchObject({ snapshotId: healed, state: "available" });

    await fail();
    await project.program(text(2));
    expect(await project.upFails()).toContain("1 of 1 snapshots did not complete");
    // The former snapshot is retained until one completes.
    expect(await snapshotIds(emulator)).toHaveLength(2);
    await succeed();
    await project.up();
    const { id: replaced = "" } = await live(project, "data");
    expect((await snapshotsIn(emulator)).map(({ SnapshotId, State }) => [SnapshotId, State])).toEqual([
        [replaced, "completed"],
    ]);

    await fail();
    await project.program(text(3));
    await project.upFails();
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});
