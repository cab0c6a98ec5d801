// Tests that a copy exists at any time during a replacement.
// It needs the engine, which replaces dependants in its order.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, snapshot, snapshotIds, volumes } from "../steps";

const writing = /^(Create|Delete)(Snapshot|Volume)$/;

test("the last snapshot of a replaced volume is retained, with create-before-delete and delete-before-create", async () => {
    const text = (zone: string, { deleteFirst }: { deleteFirst: boolean }) =>
        program(
            volumes(emulator),
            `const volume = new Volume("disk", { zone: "${zone}", deleteFirst: ${String(deleteFirst)} });`,
            'const data = new Snapshot("data", { volumeId: volume.id });',
        );
    const project = await createProject(text("us-east-1a", { deleteFirst: false }));
    await project.up();
    const first = await live(project, "data");

    await project.program(text("us-east-1b", { deleteFirst: false }));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toMatch(/~ pulumi-nodejs:dynamic\/ebs:Snapshot: \(update\)/);
    expect(previewed.all).toEqual([]);
    const createFirst = await during(emulator, () => project.up());
    expect(createFirst.actions.filter((action) => writing.test(action))).toEqual([
        "CreateVolume",
        "CreateSnapshot",
        "DeleteVolume",
    ]);
    expect(createFirst.result).toContain(
        `snapshot ${first.id ?? ""} of volume ${String(first.outputs["volumeId"])} is kept in the account`,
    );
    const second = await live(project, "data");
    expect(await snapshotIds(emulator)).toEqual([first.id, second.id]);

    await project.program(text("us-east-1c", { deleteFirst: true }));
    await project.up();
    const third = await live(project, "data");
    await project.program(text("us-east-1a", { deleteFirst: true }));
    const deleteFirst = await during(emulator, () => project.up());
    expect(deleteFirst.actions.filter((action) => writing.test(action))).toEqual([
        "DeleteVolume",
        "CreateVolume",
        "CreateSnapshot",
    ]);
    const fourth = await live(project, "data");
    expect(await snapshotIds(emulator)).toEqual([first.id, second.id, third.id, fourth.id]);

    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([first.id, second.id, third.id]);
});

test("keepReplaced takes precedence; the last copy of another volume is also kept with deleteBeforeReplace", async () => {
    const [one, two] = [await emulator.createVolume(), await emulator.createVolume()];
    const project = await createProject(
        program(
            snapshot("keep", { volumeId: one, keepReplaced: true }),
            snapshot("drop", { volumeId: one, keepReplaced: false }),
            snapshot("same", { volumeId: one }, "{ deleteBeforeReplace: true }"),
            snapshot("other", { volumeId: one }, "{ deleteBeforeReplace: true }"),
        ),
    );
    await project.up();
    const idOf = async (name: string) => (await live(project, name)).id ?? "";
    const [keep, drop, same, other] = [
        await idOf("keep"),
        await idOf("drop"),
        await idOf("same"),
        await idOf("other"),
    ];
    await project.program(
        program(
            snapshot("keep", { volumeId: one, keepReplaced: true, triggers: { now: 1 } }),
            snapshot("drop", { volumeId: two, keepReplaced: false }),
            snapshot("same", { volumeId: one, triggers: { now: 1 } }, "{ deleteBeforeReplace: true }"),
            snapshot("other", { volumeId: two }, "{ deleteBeforeReplace: true }"),
        ),
    );
    const previewed = await project.preview();
    expect(previewed).toContain(`replacement will retain snapshot ${keep} `);
    expect(previewed).toContain(`replacement will delete snapshot ${drop} `);
    expect(previewed).toContain(`replacement will retain snapshot ${other} `);
    // With these flags the engine's address is no longer the first argument of the provider process.
    expect(await project.preview("--logflow", "-v=3")).toContain(`replacement will delete snapshot ${drop} `);
    const { result, calls } = await during(emulator, () => project.up());
    expect(result).toContain("4 replaced");
    const deleted = calls
        .filter(({ action }) => action === "DeleteSnapshot")
        .map(({ params }) => params["SnapshotId"]);
    expect(deleted.sort()).toEqual([drop, same].sort());
    expect(await snapshotIds(emulator)).toEqual(expect.arrayContaining([keep, other]));
});

test("without waitForCompletion, the old snapshot is deleted after the new one completes, and kept if it fails", async () => {
    const volumeId = await emulator.createVolume();
    const text = (release: number) =>
        program(snapshot("data", { volumeId, waitForCompletion: false, triggers: { release } }));
    const project = await createProject(text(1));
    await project.up();
    const first = (await live(project, "data")).id ?? "";

    await emulator.set({ snapshotSeconds: 2 });
    await project.program(text(2));
    const replaced = await during(emulator, () => project.up());
    const second = (await live(project, "data")).id ?? "";
    const deletion = replaced.calls.at(-1);
    expect([deletion?.action, deletion?.params["SnapshotId"]]).toEqual(["DeleteSnapshot", first]);
    const creation = replaced.calls.find(({ action }) => action === "CreateSnapshot");
    expect(Date.parse(deletion?.time ?? "") - Date.parse(creation?.time ?? "")).toBeGreaterThan(2_000);

    await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
    await project.program(text(3));
    const failed = await during(emulator, () => project.upFails());
    const third = (await live(project, "data")).id ?? "";
    expect(failed.result).toContain(
        `deleting snapshot ${second} of volume ${volumeId}: it is retained because its replacement ${third} did not complete: ` +
            "error: The key has been disabled",
    );
    expect(failed.actions).not.toContain("DeleteSnapshot");
    expect((await project.state()).map(({ id, delete: condemned = false }) => [id, condemned])).toEqual(
        expect.arrayContaining([
            [third, false],
            [second, true],
        ]),
    );

    await emulator.set({ snapshotSeconds: 0, snapshotError: null });
    await project.refresh();
    const mended = await during(emulator, () => project.up());
    const fourth = (await live(project, "data")).id ?? "";
    expect(await snapshotIds(emulator)).toEqual([fourth]);
    expect(mended.actions.filter((action) => writing.test(action))).toEqual([
        "CreateSnapshot",
        "DeleteSnapshot",
        "DeleteSnapshot",
    ]);
    expect(await project.state()).toHaveLength(1);
});
