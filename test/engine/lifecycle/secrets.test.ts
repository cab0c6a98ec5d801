// Tests that a secret value is never in plain text, whatever happens to its resource.
// It needs the engine, which encrypts the state and shows the outputs.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { live, outside, program, snapshot, snapshotIds, tagsOf } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

/** Selects the provider's own reads, not those of this test. */
const readCall = { action: "DescribeSnapshots", params: { "Filter.1.Name": "snapshot-id" } };
const denied = { code: "UnauthorizedOperation", message: "You are not authorized." };

function declared(secret: string, options: { open?: boolean; group?: string } = {}): string {
    const { open = false, group = "g" } = options;
    return program(
        `const data = new Snapshot("data", { volumeId: "${volumeId}", group: "${group}", ` +
            `tags: { Plain: "visible", Token: ${open ? `"${secret}"` : `pulumi.secret("${secret}")`} } });`,
        snapshot("beside", { volumeId, tags: { Plain: "visible" } }),
        "exports.all = data.tagsAll; exports.id = data.snapshotId;",
    );
}

test("a secret tag is encrypted in state and outputs after up, update, refresh and drift; other tags are plain", async () => {
    const project = await createProject(declared("hush-one"));
    const hidden = async (...outputs: string[]) => {
        for (const text of [...outputs, await project.stack.text()]) expect(text).not.toContain("hush-");
    };
    await hidden(await project.up());
    const id = String((await project.outputs())["id"]);
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-one", Plain: "visible" });
    expect((await project.outputs())["all"]).toMatchObject({ Token: "hush-one" });
    expect((await live(project, "beside")).outputs["tagsAll"]).toEqual({ Plain: "visible", Name: "beside" });
    await hidden(await project.refresh());
    expect(await project.up()).toContain("3 unchanged");

    await project.program(declared("hush-two"));
    await hidden(await project.preview(), await project.up());
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-two" });

    await outside(emulator, id, { tag: { Token: "hush-three" } });
    await hidden(await project.refresh("--diff"), await project.preview(), await project.up());
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-two" });
    await hidden();
});

const secretTag = 'tags: { ...props.tags, Token: pulumi.secret("hush-one") }';

test.each([
    [
        "transformation of the stack",
        `pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
            type.includes("Snapshot") ? { props: { ...props, ${secretTag} }, opts } : undefined);`,
        "",
    ],
    [
        "transform of the stack",
        `pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
            type.includes("Snapshot") ? { props: { ...props, ${secretTag} }, opts } : undefined);`,
        "",
    ],
    [
        "transform of the resource",
        "",
        `{ transforms: [({ props, opts }) => ({ props: { ...props, ${secretTag} }, opts })] }`,
    ],
])("a secret tag that a %s adds appears nowhere in plain text", async (_kind, registered, options) => {
    const text = program(
        registered,
        snapshot("data", { volumeId, tags: { Plain: "visible" } }, options || "{}"),
        "exports.all = data.tagsAll;",
    );
    const project = await createProject(text);
    const outputs = [await project.preview(), await project.up(), await project.refresh()];
    expect(await project.up()).toContain("2 unchanged");
    for (const line of [...outputs, await project.stack.text()]) expect(line).not.toContain("hush-");
    const { id = "" } = await live(project, "data");
    expect(await tagsOf(emulator, id)).toMatchObject({ Plain: "visible", Token: "hush-one" });
    expect(await project.outputs()).toMatchObject({ all: { Plain: "visible", Token: "hush-one" } });
});

test("with ignoreChanges or a transform that changes no tags, plain tags remain visible in the state", async () => {
    const lines = (tags: object) =>
        program(
            "pulumi.runtime.registerResourceTransform(({ props, opts }) => ({ props, opts }));",
            snapshot("data", { volumeId, tags }, '{ ignoreChanges: ["tags"] }'),
        );
    const project = await createProject(lines({ Plain: "visible" }));
    await project.up();
    await project.program(lines({ Plain: "another" }));
    expect(await project.up()).toContain("2 unchanged");
    await project.refresh();
    expect((await live(project, "data")).outputs["tagsAll"]).toEqual({ Plain: "visible", Name: "data" });
});

test("a tag or account that becomes secret is encrypted by the next up, and its former value appears nowhere", async () => {
    const [alice, bob] = ["111122223333", "444455556666"];
    const snapshotId = await emulator.createSnapshot(volumeId);
    const lines = (tag: string, ...accounts: string[]) =>
        program(
            'const { SnapshotShare } = require("pulumi-ebs-snapshots");',
            `new Snapshot("data", { volumeId: "${volumeId}", tags: { Token: ${tag} } });`,
            `new SnapshotShare("share", { snapshotId: "${snapshotId}", accounts: [${accounts.join(", ")}] });`,
        );
    const [plain, secret] = [JSON.stringify, (value: string) => `pulumi.secret("${value}")`];
    const project = await createProject(lines(plain("hush-one"), plain(alice), plain(bob)));
    await project.up();
    const { urn } = await live(project, "data");
    expect((await live(project, "data")).outputs).toMatchObject({ tagsAll: { Token: "hush-one" } });

    await project.program(lines(secret("hush-one"), secret(alice), secret(bob)));
    await project.up();
    const hidden = async () => {
        const resources = (await project.state()).map(({ inputs, outputs }) =>
            JSON.stringify([inputs, outputs]),
        );
        expect(resources.join()).not.toMatch(/hush-|111122223333|444455556666/);
    };
    await hidden();
    expect(await project.up()).toContain("3 unchanged");

    // A secret value becomes a plain one: the former value is not shown.
    await project.program(lines(plain("seen-two"), plain(bob)));
    for (const output of [await project.preview(), await project.up()])
        expect(output).not.toMatch(/hush-|111122223333/);
    expect((await live(project, "data")).urn).toBe(urn);
    await project.destroy();
});

test("failures during creation, update and waiting keep the id and do not reveal the secret", async () => {
    await emulator.set({ snapshotSeconds: 60 });
    await emulator.faults([{ ...readCall, ...denied }]);
    const project = await createProject(declared("hush-one"));
    const hidden = async (...outputs: string[]) => {
        for (const text of [...outputs, await project.stack.text()]) expect(text).not.toContain("hush-");
    };
    await hidden(await project.upFails());
    expect(await snapshotIds(emulator)).toContain((await live(project, "data")).id);

    // `data` waits in an update now, and its read fails.
    await hidden(await project.upFails());
    await emulator.set({ snapshotSeconds: 0 });
    for (const id of await snapshotIds(emulator)) await emulator.snapshot(id, { status: "completed" });
    await emulator.faults([]);
    await hidden(await project.up());

    await emulator.faults([{ action: "CreateTags", ...denied }]);
    await project.program(declared("hush-two", { group: "h" }));
    const failed = await project.upFails();
    expect(failed).toContain("The caller needs the IAM permission ec2:CreateTags.");
    await hidden(failed);
    await hidden(await project.refresh());
    await emulator.faults([]);
    await hidden(await project.up());
});

test("a former secret stays encrypted if the update that makes it plain fails, also after a refresh", async () => {
    const project = await createProject(declared("hush-one"));
    await project.up();
    await emulator.faults([{ action: "CreateTags", ...denied }]);
    await project.program(declared("seen-two", { open: true }));
    const failed = await project.upFails();
    expect(failed).toContain("The caller needs the IAM permission ec2:CreateTags.");
    const hidden = async (...outputs: string[]) => {
        for (const text of [...outputs, await project.stack.text()]) expect(text).not.toContain("hush-");
    };
    await hidden(failed);
    await hidden(await project.refresh("--diff"));
    await emulator.faults([]);
    await hidden(await project.preview("--diff"), await project.up());
    const { id = "" } = await live(project, "data");
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "seen-two" });
});

test("an invalid secret fails the preview with its property, and its value appears nowhere", async () => {
    const bad = [
        'description: pulumi.secret("hush-description".repeat(20))',
        'tags: { Token: pulumi.secret("hush-tag".repeat(50)) }',
        'lock: pulumi.secret({ mode: "governance", duration: "77 days", coolOff: "7 hours" })',
        'descripton: pulumi.secret("hush-unknown")',
    ];
    const project = await createProject(
        program(`new Snapshot("data", { volumeId: "${volumeId}", ${bad.join(", ")} });`),
    );
    const { code, output } = await project.run("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("has a problem: description is [secret], but must be text of at most 255");
    expect(output).toContain("has a problem: tags.Token is [secret], but must be text of at most 256");
    expect(output).toContain("has a problem: lock.coolOff is [secret], but a lock in governance mode has no");
    expect(output).toContain(
        "has a problem: descripton is not a supported property. Did you mean `description`?",
    );
    for (const secret of ["hush-", "77 days", "7 hours", "<nil>"]) expect(output).not.toContain(secret);
});

test("an invalid configuration fails the preview with its key, an invalid nested value with its property", async () => {
    const project = await createProject(
        program(`new Snapshot("data", { volumeId: "${volumeId}", tags: { Long: "x".repeat(257) } });`),
    );
    const nested = await project.run("preview");
    expect(nested.output).toMatch(/property tags value \{map\[.* has a problem: tags\.Long is "x/);
    await project.stack.configure({ "aws:defaultTags": "broken" });
    const wrong = await project.run("preview");
    expect(wrong.output).toContain("resource 'data' has a problem: configuration aws:defaultTags: ");
    expect(nested.output + wrong.output).not.toContain("<nil>");
});
