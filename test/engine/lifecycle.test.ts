// From the first up to destroy: what the engine is told, and what EC2 is asked for.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { during, live, outside, program, snapshot, snapshotIds, tagsOf, tagsSent } from "./steps";

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

test("up takes one snapshot; up and preview of the same program call EC2 not once; tags change in place by their difference; destroy deletes it, and what is gone already is no failure", async () => {
    const args = { volumeId, description: "nightly", group: "payments", tags: { Tier: "gold", Old: "1" } };
    const project = await Project.create(
        emulator,
        program(snapshot("data", args), "exports.id = data.snapshotId; exports.tags = data.tagsAll;"),
    );

    const made = await during(emulator, () => project.up());
    const creations = made.calls.filter(({ action }) => action === "CreateSnapshot");
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

    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);
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
    expect(destroyed.actions).toEqual(["DescribeSnapshots", "DeleteSnapshot"]);
    expect(await snapshotIds(emulator)).toEqual([]);
    expect(await project.state()).toEqual([]);

    await project.up();
    const [second = ""] = await snapshotIds(emulator);
    expect(second).not.toBe(id);
    await outside(emulator, second, { remove: true });
    expect(await project.destroy()).toContain("2 deleted");
    expect(await project.state()).toEqual([]);
    await project.remove();
});

test("a changed description or trigger replaces: the preview warns with id, time and size, and the old one goes when the new one is complete, not before", async () => {
    const before = { volumeId, description: "one", triggers: { release: "1" } };
    const project = await Project.create(emulator, program(snapshot("data", before)));
    await project.up();
    const old = await live(project, "data");

    await project.program(program(snapshot("data", { ...before, description: "two" })));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(
        `replacing deletes snapshot ${old.id ?? ""} (of volume ${volumeId}, ` +
            `taken ${String(old.outputs["startTime"])}, 8 GiB) once the new one is complete; keepReplaced: true keeps it`,
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
    await project.remove();
});
