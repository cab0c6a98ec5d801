// Tests changes outside of Pulumi, and the tags that the configuration adds.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, outside, program, snapshot, snapshotIds, tagsOf, tagsSent } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

test("refresh shows drift and up reverts it; tags of others are left alone; a deleted snapshot is recreated", async () => {
    const text = program(
        snapshot("data", { volumeId, group: "payments", tags: { Tier: "gold", Team: "a" } }),
    );
    const project = await createProject(text);
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    await outside(emulator, id, { tag: { Tier: "lead", Theirs: "yes" }, untag: ["Team", "Name", "Group"] });

    const refreshed = await during(emulator, () => project.refresh());
    expect(refreshed.actions).toEqual(["DescribeSnapshots"]);
    expect((await live(project, "data")).outputs).toMatchObject({
        tags: { Tier: "lead" },
        tagsAll: { Tier: "lead", Theirs: "yes" },
    });
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("1 to update");
    expect(previewed.result).toMatch(/Tier\s*: "lead" => "gold"/);
    expect(previewed.result).toMatch(/\+ Team\s*: "a"/);
    expect(previewed.result).toMatch(/\+ group\s*: "payments"/);
    expect(previewed.result).not.toContain("Theirs");
    expect(previewed.all).toEqual([]);

    const mended = await during(emulator, () => project.up());
    const writes = mended.calls.filter(({ action }) => !action.startsWith("Describe"));
    expect(writes.map((call) => [call.action, tagsSent(call)])).toEqual([
        ["CreateTags", { Tier: "gold", Team: "a", Name: "data", Group: "payments" }],
    ]);
    const all = { Tier: "gold", Team: "a", Name: "data", Group: "payments", Theirs: "yes" };
    expect(await tagsOf(emulator, id)).toEqual(all);
    expect((await live(project, "data")).outputs["tagsAll"]).toEqual(all);
    expect(await project.up()).toContain("2 unchanged");

    await outside(emulator, id, { remove: true });
    const gone = await during(emulator, () => project.refresh());
    expect(gone.actions).toEqual(["DescribeSnapshots", "GetCallerIdentity"]);
    expect(await project.state()).toEqual([]);
    expect(await project.up()).toContain("1 created");
    expect(await snapshotIds(emulator)).toEqual([(await live(project, "data")).id]);
});

test("an update of what others deleted fails with the remedy, and the state keeps it until refresh", async () => {
    const project = await createProject(program(snapshot("data", { volumeId })));
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    await outside(emulator, id, { remove: true });
    await project.program(program(snapshot("data", { volumeId, group: "payments" })));
    const failed = await during(emulator, () => project.upFails());
    expect(failed.result).toContain(
        `updating snapshot ${id} of volume ${volumeId}: no longer exists in us-east-1 (account 123456789012). Run \`pulumi refresh\``,
    );
    expect(failed.actions).not.toContain("CreateSnapshot");
    expect((await live(project, "data")).id).toBe(id);
    await project.refresh();
    expect(await project.up()).toContain("1 created");
});

test("aws:defaultTags are updated in place; aws:ignoreTags are neither shown nor touched; tagKeys names the option keys", async () => {
    const config = {
        "aws:defaultTags": '{"tags":{"Owner":"ops","Tier":"default","Cost":"1"}}',
        "aws:ignoreTags": '{"keys":["Scanned"],"keyPrefixes":["audit:"]}',
    };
    const text = program(
        snapshot("data", { volumeId, group: "payments", tags: { Tier: "gold" } }),
        "exports.tags = data.tagsAll;",
    );
    const project = await createProject(text, { config });
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    const tags = { Owner: "ops", Cost: "1", Tier: "gold", Name: "data", Group: "payments" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect(await project.outputs()).toEqual({ tags });

    await outside(emulator, id, { tag: { Scanned: "today", "audit:by": "bot", Owner: "thief" } });
    await project.refresh();
    expect((await live(project, "data")).outputs["tagsAll"]).toEqual({ ...tags, Owner: "thief" });
    const drifted = await during(emulator, () => project.preview());
    expect(drifted.result).toContain("1 to update");
    expect(drifted.all).toEqual([]);

    // One more default tag, one with another value, one no more; and other keys for two of the options.
    await project.stack.configure({
        "aws:defaultTags": '{"tags":{"Owner":"ops","Site":"x"}}',
        "ebs-snapshots:tagKeys": '{"name":"Title","group":"team"}',
    });
    const changed = await during(emulator, () => project.up());
    const writes = changed.calls.filter(({ action }) => !action.startsWith("Describe"));
    expect(writes.map((call) => [call.action, tagsSent(call)])).toEqual([
        ["CreateTags", { Owner: "ops", Site: "x", Title: "data", team: "payments" }],
        ["DeleteTags", { Name: "", Group: "", Cost: "" }],
    ]);
    const shown = { Owner: "ops", Site: "x", Tier: "gold", Title: "data", team: "payments" };
    expect(await project.outputs()).toEqual({ tags: shown });
    expect(await tagsOf(emulator, id)).toEqual({ ...shown, Scanned: "today", "audit:by": "bot" });

    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);

    await project.stack.configure({ "aws:defaultTags": undefined });
    const removed = await during(emulator, () => project.up());
    expect(removed.calls.filter(({ action }) => action === "DeleteTags").map(tagsSent)).toEqual([
        { Owner: "", Site: "" },
    ]);
    expect(removed.actions).not.toContain("CreateTags");
});

test("copyTagsFromVolume copies at creation, below what is declared, and later changes of it do nothing", async () => {
    const tagged = await emulator.createVolume({ tags: { Name: "disk", App: "shop", Tier: "lead" } });
    await emulator.clearCalls();
    const args = { volumeId: tagged, tags: { Tier: "gold" } };
    const project = await createProject(program(snapshot("data", { ...args, copyTagsFromVolume: true })));
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    // A copied name takes the place of the default one.
    const tags = { Name: "disk", App: "shop", Tier: "gold" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect(await emulator.count("CreateTags")).toBe(0);

    await project.program(program(snapshot("data", args)));
    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);
    expect(await tagsOf(emulator, id)).toEqual(tags);
});
