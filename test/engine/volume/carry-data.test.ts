// Tests a volume that moves to another zone with its data: preview, move, no diff, forced move, destroy.
// It needs the engine, because the data depends on its order of creation and deletion.

import { expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, volume } from "../steps";

vi.setConfig({ testTimeout: 300_000 });

test("a volume moves to another zone with its data, also with --replace, and leaves no temporary resources", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    const text = (availabilityZone: string) =>
        program(volume("disk", { snapshotId, availabilityZone, carryData: true }));
    const project = await createProject(text("us-east-1a"));
    await project.up();
    const first = await live(project, "disk");

    await project.program(text("us-east-1b"));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toMatch(
        new RegExp(
            `replacement will carry the data of volume ${first.id ?? ""} \\(8 GiB, us-east-1a, created `,
        ),
    );
    expect(previewed.result).toContain("which takes minutes to hours, creates a volume of 8 GiB from it");
    expect(previewed.actions.filter((action) => !action.startsWith("Describe"))).toEqual([]);

    await emulator.set({ snapshotSeconds: 2, volumeSeconds: 1 });
    const moved = await during(emulator, () => project.up());
    expect(moved.actions.filter((action) => /^(Create|Delete)(Snapshot|Volume)$/.test(action))).toEqual([
        "CreateSnapshot",
        "CreateVolume",
        "DeleteVolume",
        "DeleteSnapshot",
    ]);
    const second = await live(project, "disk");
    expect(second.outputs).toMatchObject({ availabilityZone: "us-east-1b", snapshotId, size: 8 });
    expect(await project.up()).toContain("2 unchanged");

    const forced = await during(emulator, () => project.up("--replace", second.urn));
    const carriers = forced.calls.filter(({ action }) => action === "CreateSnapshot");
    expect(carriers.map(({ params }) => params["VolumeId"])).toEqual([second.id]);
    expect((await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([snapshotId]);
    const third = await live(project, "disk");
    expect(third.id).not.toBe(second.id);

    await project.destroy();
    expect((await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId !== "")).toEqual([]);
    expect((await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([snapshotId]);
});
