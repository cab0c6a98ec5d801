// Tests that a state of another version is accepted.
// It needs the engine, because it edits the state file.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { StateResource } from "../project";
import { during, live, program, snapshot, snapshotIds, tagsSent } from "../steps";

/** Adds derived properties in the format of earlier versions. */
function addDerivedFields(resources: StateResource[]): void {
    for (const { type, inputs, outputs } of resources) {
        if (!type.startsWith("pulumi-nodejs:dynamic/ebs:")) continue;
        Object.assign(inputs, { __defaultName: inputs["name"] });
        Object.assign(outputs, {
            __defaultName: outputs["name"],
            __tagKeys: Object.keys(outputs["tagsAll"] as object),
        });
    }
}

/** Changes the state as an earlier or later version may write it: with missing and unknown fields. */
function changeFields(resources: StateResource[]): void {
    for (const { type, inputs, outputs } of resources) {
        if (!type.startsWith("pulumi-nodejs:dynamic/ebs:")) continue;
        for (const key of ["__tagKeys", "__defaultName", "__urn"]) {
            Reflect.deleteProperty(inputs, key);
            Reflect.deleteProperty(outputs, key);
        }
        for (const key of [
            "tagsAll",
            "ownerId",
            "snapshotId",
            "arn",
            "fullSnapshotSizeInBytes",
            "progress",
        ]) {
            Reflect.deleteProperty(outputs, key);
        }
        Object.assign(inputs, { retries: 3, __inner: { a: 1 } });
        Object.assign(outputs, { retries: 3, __inner: { a: 1 }, legacy: ["x"] });
    }
}

test("a state with missing or unknown fields shows no diff; refresh, update, replacement and destroy work on it", async () => {
    const volumeId = await emulator.createVolume();
    const args = { volumeId, tags: { Tier: "gold" } };
    const project = await createProject(program(snapshot("data", args)));
    await project.up();
    const { id, outputs } = await live(project, "data");
    expect(outputs).toMatchObject({ __defaultName: true, __tagKeys: true });
    await project.stack.edit(addDerivedFields);
    const upgraded = await during(emulator, () => project.up());
    expect(upgraded.result).toContain("2 unchanged");
    expect(upgraded.all).toEqual([]);

    await project.stack.edit(changeFields);
    const idle = await during(emulator, () => project.up());
    expect(idle.result).toContain("2 unchanged");
    expect(idle.all).toEqual([]);

    await project.stack.edit(changeFields);
    const refreshed = await during(emulator, () => project.refresh());
    expect(refreshed.actions).toEqual(["DescribeSnapshots"]);
    const { arn, ownerId, tagsAll, progress, snapshotId } = outputs;
    expect(await live(project, "data")).toMatchObject({
        id,
        outputs: { arn, ownerId, tagsAll, progress, snapshotId },
    });
    expect(await project.up()).toContain("2 unchanged");

    await project.stack.edit(changeFields);
    await project.program(program(snapshot("data", { ...args, group: "payments" })));
    const updated = await during(emulator, () => project.up());
    expect(updated.result).toContain("1 updated");
    expect(updated.calls.filter(({ action }) => action === "CreateTags").map(tagsSent)).toEqual([
        { Group: "payments" },
    ]);
    expect((await live(project, "data")).outputs).not.toHaveProperty("legacy");

    await project.stack.edit(changeFields);
    await project.program(program(snapshot("data", { volumeId, triggers: { now: 1 } })));
    expect(await project.up()).toContain("1 replaced");
    expect(await snapshotIds(emulator)).toEqual([(await live(project, "data")).id]);

    await project.stack.edit(changeFields);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});
