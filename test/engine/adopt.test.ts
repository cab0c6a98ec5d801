// Taking what exists under management, since dynamic resources cannot be imported.

import { CopySnapshotCommand, CreateSnapshotCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { during, killUp, live, outside, program, snapshot, snapshotIds, tagsOf } from "./steps";

let emulator: Emulator;
let volumeId: string;

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    await emulator.reset();
    volumeId = await emulator.createVolume({ size: 8 });
});
afterAll(() => emulator.stop());

/** What somebody, or another provider, has made. */
async function existing(Description = "nightly", tags: Record<string, string> = {}): Promise<string> {
    const made = await emulator.ec2().send(new CreateSnapshotCommand({ VolumeId: volumeId, Description }));
    const Tags = Object.entries({ Made: "by hand", ...tags }).map(([Key, Value]) => ({ Key, Value }));
    await emulator.ec2().send(new CreateTagsCommand({ Resources: [made.SnapshotId ?? ""], Tags }));
    return made.SnapshotId ?? "";
}

test("adopted is what exists, with its tags brought to what is declared; afterwards it is as if made here, no replacement adopts, and one that is gone is made anew", async () => {
    const id = await existing("nightly", { Group: "old" });
    const args = { volumeId, description: "nightly", group: "payments", adopt: id };
    const project = await Project.create(emulator, program(snapshot("data", args)));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(`${id} exists and is adopted, none is made`);
    expect(previewed.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([]);

    const adopted = await during(emulator, () => project.up());
    expect(adopted.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([
        "CreateTags",
    ]);
    expect((await live(project, "data")).id).toBe(id);
    const tags = { Name: "data", Group: "payments", Made: "by hand" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect((await live(project, "data")).outputs).toMatchObject({ state: "completed", tagsAll: tags });

    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);
    await project.refresh();
    await project.program(program(snapshot("data", { ...args, adopt: "snap-0" })));
    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.program(program(snapshot("data", { ...args, triggers: { release: "2" } })));
    await project.up();
    const second = (await live(project, "data")).id ?? "";
    expect(second).not.toBe(id);
    expect(await snapshotIds(emulator)).toEqual([second]);

    await project.up("--replace", (await live(project, "data")).urn);
    const third = (await live(project, "data")).id ?? "";
    expect(await snapshotIds(emulator)).toEqual([third]);

    await outside(emulator, third, { remove: true });
    await project.refresh();
    const anew = await project.up();
    expect(anew).toContain(`there is no ${id} in us-east-1 to adopt`);
    expect(await snapshotIds(emulator)).toEqual([(await live(project, "data")).id]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
    await project.remove();
});

test("what cannot become what is declared is refused at preview, naming the property; so is one of another account, and one that two want", async () => {
    const id = await existing();
    const other = await emulator.createVolume();
    const project = await Project.create(emulator, program());
    const preview = async (...lines: string[]) => {
        await project.program(program(...lines));
        const { code, output } = await project.run("preview");
        expect(code).not.toBe(0);
        return output.replace(/\s+/g, " ");
    };

    const different = await preview(snapshot("data", { volumeId: other, adopt: id }));
    expect(different).toContain(
        `is "${other}", but ${id}, which is to be adopted, has "${volumeId}", and nothing can change that; declare it so`,
    );
    expect(different).toContain(`is not given, but ${id}, which is to be adopted, has "nightly"`);

    const foreign = await emulator.ec2({ account: "444455556666" }).send(
        new CopySnapshotCommand({
            SourceRegion: "us-east-1",
            SourceSnapshotId: await shared(id),
            Description: "nightly",
        }),
    );
    await shared(foreign.SnapshotId ?? "", "444455556666", "123456789012");
    const theirs = await preview(
        snapshot("data", { volumeId: "vol-ffffffff", description: "nightly", adopt: foreign.SnapshotId }),
    );
    expect(theirs).toContain("belongs to account 444455556666, not to 123456789012; make a copy of it");

    const wanted = { volumeId, description: "nightly", adopt: id };
    expect(await preview(snapshot("one", wanted), snapshot("two", wanted))).toMatch(
        /but (one|two) manages that already; let go of one of the two/,
    );
    expect(await snapshotIds(emulator)).toEqual([id]);
    await project.remove();
});

/** Shares it with another account; gives its id. */
async function shared(id: string, owner = "123456789012", account = "444455556666"): Promise<string> {
    const { ModifySnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
    const request = { SnapshotId: id, OperationType: "add" as const, UserIds: [account] };
    await emulator.ec2({ account: owner }).send(new ModifySnapshotAttributeCommand(request));
    return id;
}

test("a copy that another provider has made is adopted with its source and key as declared, and let go again", async () => {
    const sourceSnapshotId = await existing();
    const made = await emulator.ec2({ region: "eu-west-1" }).send(
        new CopySnapshotCommand({
            SourceRegion: "us-east-1",
            SourceSnapshotId: sourceSnapshotId,
            Encrypted: true,
        }),
    );
    const id = made.SnapshotId ?? "";
    const declare = (args: object, options = "{}") =>
        program(
            'const { SnapshotCopy } = require("pulumi-ebs-snapshots");',
            `new SnapshotCopy("own", ${JSON.stringify({ region: "eu-west-1", sourceRegion: "us-east-1", sourceSnapshotId, adopt: id, ...args })}, ${options});`,
        );
    const project = await Project.create(emulator, declare({ encrypted: false }));
    expect((await project.run("preview")).output).toContain(
        `is false, but ${id}, which is to be adopted, has true`,
    );

    await project.program(declare({ kmsKeyId: "alias/aws/ebs" }, "{ retainOnDelete: true }"));
    await project.up();
    expect((await live(project, "own")).id).toBe(id);
    expect(await project.preview()).toContain("2 unchanged");
    await project.destroy();
    expect(await snapshotIds(emulator, { region: "eu-west-1" })).toEqual([id]);
    await project.remove();
});

test("renamed without an alias, what the new name adopts is not deleted with the old one; a kill on the way is harmless", async () => {
    const project = await Project.create(emulator, program(snapshot("before", { volumeId })));
    await project.up();
    const { id = "" } = await live(project, "before");
    await project.program(program(snapshot("after", { volumeId, adopt: id })));
    await emulator.faults([{ action: "CreateTags", kind: "delay", seconds: 5, where: "after", times: 1 }]);
    await emulator.clearCalls();
    await killUp(project, async () => (await emulator.count("CreateTags")) > 0, false);
    await project.up();
    expect((await live(project, "after")).id).toBe(id);
    expect(await snapshotIds(emulator)).toEqual([id]);
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
    await project.remove();
});
