// Tests how a preview shows drift.
// It needs the engine, which reads, compares and writes that text.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, outside, program, snapshot, snapshotIds, tagsOf, tagsSent } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

test("refresh shows drift and up reverts it; tags of other owners are unchanged; a deleted snapshot is recreated", async () => {
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
