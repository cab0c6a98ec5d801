// Tests that the engine's resource options work as documented.
// It needs the engine, which implements the options.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, snapshot, snapshotIds, tagsSent } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

const component = [
    "class Backup extends pulumi.ComponentResource {",
    '    constructor() { super("test:index:Backup", "backup"); }',
    "}",
    "const backup = new Backup();",
].join("\n");

test("renaming or moving with an alias changes and calls nothing; the next replacement keeps the last copy", async () => {
    const project = await createProject(
        program(snapshot("before", { volumeId }), snapshot("moved", { volumeId, group: "g" })),
    );
    await project.up();
    const ids = [(await live(project, "before")).id ?? "", (await live(project, "moved")).id ?? ""];

    const after = (volume: string, { aliased }: { aliased: boolean }) =>
        program(
            component,
            snapshot("renamed", { volumeId: volume }, aliased ? '{ aliases: [{ name: "before" }] }' : "{}"),
            snapshot(
                "moved",
                { volumeId: volume, group: "g" },
                `{ parent: backup${aliased ? ", aliases: [{ parent: pulumi.rootStackResource }]" : ""} }`,
            ),
        );
    await project.program(after(volumeId, { aliased: true }));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).not.toMatch(/to (update|replace|delete)/);
    const renamed = await during(emulator, () => project.up());
    expect(renamed.result).toContain("1 created");
    expect(renamed.result).toContain("3 unchanged");
    const repeated = await during(emulator, () => project.up());
    expect(repeated.result).toContain("4 unchanged");
    await project.program(after(volumeId, { aliased: false }));
    const without = await during(emulator, () => project.up());
    expect(without.result).toContain("4 unchanged");
    expect([...previewed.all, ...renamed.all, ...repeated.all, ...without.all]).toEqual([]);
    expect([(await live(project, "renamed")).id, (await live(project, "moved")).id]).toEqual(ids);

    await project.program(after(await emulator.createVolume(), { aliased: false }));
    const replaced = await during(emulator, () => project.up());
    expect(replaced.result).toContain("2 replaced");
    expect(replaced.actions).not.toContain("DeleteSnapshot");
    expect(await snapshotIds(emulator)).toEqual(expect.arrayContaining(ids));
});

test("retainOnDelete makes no call, protect rejects, ignoreChanges ignores and replaceOnChanges replaces", async () => {
    const project = await createProject(
        program(
            snapshot("retained", { volumeId }, "{ retainOnDelete: true }"),
            snapshot("guarded", { volumeId }, "{ protect: true }"),
            snapshot("ignored", { volumeId, description: "a", tags: { A: "1" } }),
            snapshot("touchy", { volumeId, group: "a", tags: { A: "1" } }, '{ replaceOnChanges: ["group"] }'),
        ),
    );
    await project.up();
    const retained = (await live(project, "retained")).id;
    const touchy = (await live(project, "touchy")).id;

    const next = [
        snapshot(
            "ignored",
            { volumeId, description: "b", tags: { A: "2" } },
            '{ ignoreChanges: ["description", "tags"] }',
        ),
        snapshot("touchy", { volumeId, group: "a", tags: { A: "2" } }, '{ replaceOnChanges: ["group"] }'),
    ];
    await project.program(program(snapshot("guarded", { volumeId }, "{ protect: true }"), ...next));
    const changed = await during(emulator, () => project.up());
    expect(changed.result).toContain("1 deleted");
    expect(changed.result).toContain("1 updated");
    const writes = changed.calls.filter(({ action }) => !action.startsWith("Describe"));
    expect(writes.map((call) => [call.action, tagsSent(call)])).toEqual([["CreateTags", { A: "2" }]]);
    expect(writes[0]?.params["ResourceId.1"]).toBe(touchy);
    expect(await snapshotIds(emulator)).toContain(retained);

    next[1] = snapshot(
        "touchy",
        { volumeId, group: "b", tags: { A: "2" } },
        '{ replaceOnChanges: ["group"] }',
    );
    await project.program(program(snapshot("guarded", { volumeId }, "{ protect: true }"), ...next));
    const previewed = await project.preview();
    expect(previewed).toContain("1 to replace");
    expect(previewed).toContain(`replacement will delete snapshot ${touchy ?? ""}`);
    expect(await project.up()).toContain("1 replaced");
    expect((await live(project, "touchy")).id).not.toBe(touchy);
    expect(await snapshotIds(emulator)).not.toContain(touchy);

    await project.program(program(...next));
    const refused = await during(emulator, () => project.upFails());
    expect(refused.result).toContain("protect");
    expect(refused.actions).not.toContain("DeleteSnapshot");
    await project.succeed("state", "unprotect", "--all", "--yes");
    await project.destroy();
    expect(await snapshotIds(emulator)).toContain(retained);
});

test("dependsOn waits for completion; --target, --replace and refresh --run-program work", async () => {
    await emulator.set({ snapshotSeconds: 1 });
    const declared = (group: string) =>
        program(
            snapshot("first", { volumeId, group }),
            snapshot("second", { volumeId, group }, "{ dependsOn: first }"),
        );
    const project = await createProject(declared("a"));
    const { calls } = await during(emulator, () => project.up());
    const [, creation] = calls.filter(({ action }) => action === "CreateSnapshot");
    const [first, second] = [await live(project, "first"), await live(project, "second")];
    expect(Date.parse(creation?.time ?? "")).toBeGreaterThan(
        Date.parse(String(first.outputs["completionTime"])),
    );
    await emulator.set({ snapshotSeconds: 0 });

    await project.program(declared("b"));
    const targeted = await during(emulator, () => project.up("--target", first.urn));
    expect(targeted.calls.map(({ action, params }) => [action, params["ResourceId.1"]])).toEqual([
        ["DescribeSnapshots", undefined],
        ["CreateTags", first.id],
    ]);
    expect(await project.up()).toContain("1 updated");

    for (const option of ["--replace", "--target-replace"]) {
        const before = (await live(project, "second")).id ?? "";
        const replaced = await during(emulator, () => project.up(option, second.urn));
        expect(replaced.result).toContain("1 replaced");
        const writes = replaced.calls.filter(({ action }) => !action.startsWith("Describe"));
        expect(writes.map(({ action, params }) => [action, params["SnapshotId"]])).toEqual([
            ["CreateSnapshot", undefined],
            ["DeleteSnapshot", before],
        ]);
    }

    const refreshed = await during(emulator, () => project.refresh("--run-program"));
    expect(new Set(refreshed.actions)).toEqual(new Set(["DescribeSnapshots"]));
    const idle = await during(emulator, () => project.up());
    expect(idle.result).toContain("3 unchanged");
    expect(idle.all).toEqual([]);
    const destroyed = await during(emulator, () => project.destroy());
    expect(destroyed.calls.map(({ params }) => params["SnapshotId"]).at(-1)).toBe(first.id);
});
