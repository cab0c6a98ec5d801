// Tests the lifecycle from the first up to destroy: the results for the engine, and the calls to EC2.
// It needs the engine, because it tests the complete path from a program to EC2.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, outside, program, snapshot, snapshotIds, tagsOf, tagsSent } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

test("up creates one snapshot; a second up makes no EC2 call; tags are updated in place; destroy deletes it", async () => {
    const args = { volumeId, description: "nightly", group: "payments", tags: { Tier: "gold", Old: "1" } };
    const project = await createProject(
        program(snapshot("data", args), "exports.id = data.snapshotId; exports.tags = data.tagsAll;"),
    );

    const created = await during(emulator, () => project.up());
    const creations = created.calls.filter(({ action }) => action === "CreateSnapshot");
    expect(creations.map(({ params }) => [params["VolumeId"], params["Description"]])).toEqual([
        [volumeId, "nightly"],
    ]);
    const tags = { Name: "data", Group: "payments", Tier: "gold", Old: "1" };
    expect(creations.map(tagsSent)).toEqual([tags]);
    const [id = ""] = await snapshotIds(emulator);
    expect(await project.outputs()).toEqual({ id, tags });
    const { outputs } = await live(project, "data");
    expect(outputs).toMatchObject({
        ...args,
        snapshotId: id,
        arn: `arn:aws:ec2:us-east-1::snapshot/${id}`,
        ownerId: "123456789012",
        state: "completed",
        progress: "100%",
        volumeSize: 8,
        encrypted: false,
        region: "us-east-1",
        name: "data",
    });
    expect(outputs["startTime"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(outputs["completionTime"]).toMatch(/Z$/);

    const repeated = await during(emulator, () => project.up());
    expect(repeated.result).toContain("2 unchanged");
    expect(repeated.all).toEqual([]);
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("2 unchanged");
    expect(previewed.all).toEqual([]);

    const changed = { ...args, group: "billing", tags: { Tier: "silver", New: "1" }, timeout: "24 hours" };
    await project.program(program(snapshot("data", changed)));
    const retagged = await during(emulator, () => project.up());
    expect(retagged.result).toContain("1 updated");
    const writes = retagged.calls.filter(({ action }) => /^(Create|Delete)/.test(action));
    expect(writes.map((call) => [call.action, tagsSent(call)])).toEqual([
        ["CreateTags", { Group: "billing", Tier: "silver", New: "1" }],
        ["DeleteTags", { Old: "" }],
    ]);
    expect(await tagsOf(emulator, id)).toEqual({ Name: "data", Group: "billing", Tier: "silver", New: "1" });
    expect((await live(project, "data")).outputs["tagsAll"]).toEqual(await tagsOf(emulator, id));

    await project.program(program(snapshot("data", { ...changed, timeout: "1 day" })));
    const sameTime = await during(emulator, () => project.up());
    expect(sameTime.result).toContain("2 unchanged");
    expect(sameTime.all).toEqual([]);

    const destroyed = await during(emulator, () => project.destroy());
    // One read returns the owners and whether it was retained.
    expect(destroyed.actions).toEqual(["DescribeSnapshots", "DeleteSnapshot"]);
    expect(await snapshotIds(emulator)).toEqual([]);
    expect(await project.state()).toEqual([]);

    await project.up();
    const [second = ""] = await snapshotIds(emulator);
    expect(second).not.toBe(id);
    await outside(emulator, second, { remove: true });
    expect(await project.destroy()).toContain("2 deleted");
    expect(await project.state()).toEqual([]);
});

test("a changed description or trigger replaces: the preview warns, and the old snapshot is deleted last", async () => {
    const before = { volumeId, description: "one", triggers: { release: "1" } };
    const project = await createProject(program(snapshot("data", before)));
    await project.up();
    const old = await live(project, "data");

    await project.program(program(snapshot("data", { ...before, description: "two" })));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(
        `replacement will delete snapshot ${old.id ?? ""} (of volume ${volumeId}, ` +
            `created ${String(old.outputs["startTime"])}, 8 GiB) after the new one completes. To keep it, set keepReplaced: true.`,
    );
    expect(previewed.result).toContain("1 to replace");
    expect(previewed.all).toEqual([]);

    await emulator.set({ snapshotSeconds: 1 });
    const replaced = await during(emulator, () => project.up());
    const next = await live(project, "data");
    expect(replaced.result).toContain("1 replaced");
    expect(await snapshotIds(emulator)).toEqual([next.id]);
    expect(next.outputs).toMatchObject({ description: "two", state: "completed" });
    expect(replaced.actions[0]).toBe("CreateSnapshot");
    expect(replaced.actions.at(-1)).toBe("DeleteSnapshot");
    const deletion = replaced.calls.at(-1);
    expect(deletion?.params["SnapshotId"]).toBe(old.id);
    expect(Date.parse(deletion?.time ?? "")).toBeGreaterThan(
        Date.parse(String(next.outputs["completionTime"])),
    );

    await emulator.set({ snapshotSeconds: 0 });
    await project.program(
        program(snapshot("data", { volumeId, description: "two", triggers: { release: "2" } })),
    );
    const triggered = await during(emulator, () => project.up());
    expect(triggered.result).toContain("1 replaced");
    expect(triggered.actions.filter((action) => !action.startsWith("Describe"))).toEqual([
        "CreateSnapshot",
        "DeleteSnapshot",
    ]);
    expect(await snapshotIds(emulator)).toEqual([(await live(project, "data")).id]);
});
