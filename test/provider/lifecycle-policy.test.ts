// Tests the lifecycle of a DLM policy: created once, updated in place, and adopted.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { args, details, kind, nightly, policy, weekly, withDetails } from "./dlm-policies";
import { Door, failure } from "./door";

test("a policy is created with its details in DLM's format, shows no diff afterwards and no drift on refresh", async () => {
    const door = new Door(emulator);
    const created = await door.create(kind, args);
    expect(await policy(created.id)).toMatchObject({
        State: "ENABLED",
        PolicyDetails: {
            PolicyType: "EBS_SNAPSHOT_MANAGEMENT",
            TargetTags: [
                { Key: "Backup", Value: "nightly" },
                { Key: "Backup", Value: "critical" },
            ],
            Schedules: [{ Name: "nightly", RetainRule: { Count: 14 } }, { Name: "weekly" }],
        },
        Tags: { Team: "a", "pulumi-ebs-snapshots:stack": "organization/project/test" },
    });
    expect(created.state).toMatchObject({
        policyId: created.id,
        arn: `arn:aws:dlm:us-east-1:123456789012:policy/${created.id}`,
        ownerId: "123456789012",
        tagsAll: { Team: "a" },
    });
    expect(await door.diff(kind, created, args)).toMatchObject({ changes: false });
    // The order of schedules and tags, and a declared default, show no diff.
    const same = withDetails({
        targetTags: { Backup: ["critical", "nightly"] },
        schedules: [weekly, { ...nightly, copyTags: false }],
    });
    expect(await door.diff(kind, created, same)).toMatchObject({ changes: false });
    const read = await door.read(kind, created);
    expect(read.inputs).toMatchObject({ policyDetails: details });
    await emulator.clearCalls();
    await door.delete(kind, created);
    expect(await door.outcomes("DeleteLifecyclePolicy")).toEqual(["ok"]);
    expect(await door.read(kind, created)).toEqual({});
    await door.delete(kind, created);
});

test("a change updates in place and sends the differences; properties no longer declared are reset", async () => {
    const door = new Door(emulator);
    const instances = {
        ...details,
        resourceTypes: ["INSTANCE"],
        parameters: { excludeBootVolume: true, excludeDataVolumeTags: { Cache: "yes" } },
    };
    const created = await door.create(kind, { ...args, policyDetails: instances });
    await emulator.clearCalls();
    const { parameters: _, ...without } = instances;
    const { inputs } = await door.diff(kind, created, {
        ...args,
        policyDetails: { ...without, schedules: [nightly] },
        tags: { Owner: "b" },
    });
    const updated = await door.update(kind, created, inputs);
    const [call] = await emulator.calls(({ action }) => action === "UpdateLifecyclePolicy");
    expect(Object.keys(call?.params ?? {})).toEqual(["PolicyDetails"]);
    expect(await policy(created.id)).toMatchObject({
        PolicyDetails: {
            Parameters: { ExcludeBootVolume: false, ExcludeDataVolumeTags: [] },
            Schedules: [{ Name: "nightly" }],
        },
    });
    expect((await policy(created.id))?.["Tags"]).toMatchObject({ Owner: "b" });
    expect((await policy(created.id))?.["Tags"]).not.toHaveProperty("Team");
    expect(await door.diff(kind, updated, inputs)).toMatchObject({ changes: false });
});

test("refresh shows drift: an update reverts a schedule added and a policy disabled outside Pulumi", async () => {
    const door = new Door(emulator);
    const created = await door.create(kind, args);
    const current = await policy(created.id);
    const schedules = (current?.["PolicyDetails"] as { Schedules: object[] }).Schedules;
    await emulator.rest("dlm", "PATCH", `/policies/${created.id}`, {
        State: "DISABLED",
        PolicyDetails: { Schedules: [...schedules, { ...schedules[0], Name: "theirs" }] },
    });
    const read = await new Door(emulator).read(kind, created);
    expect(read.inputs).toMatchObject({
        state: "DISABLED",
        policyDetails: { schedules: [{ name: "nightly" }, { name: "weekly" }, { name: "theirs" }] },
        tags: { Team: "a" },
    });
    const drifted = { id: created.id, inputs: read.inputs!, state: read.props! };
    const { inputs, changes } = await door.diff(kind, drifted, args);
    expect(changes).not.toBe(false);
    await door.update(kind, drifted, inputs);
    expect(await policy(created.id)).toMatchObject({
        State: "ENABLED",
        PolicyDetails: { Schedules: [{}, {}] },
    });
});

test("an interrupted run or a lost response does not create a second policy", async () => {
    await emulator.faults([{ action: "CreateLifecyclePolicy", where: "after", kind: "reset", times: 1 }]);
    const lost = new Door(emulator);
    const created = await lost.create(kind, args);
    expect(await lost.outcomes("CreateLifecyclePolicy")).toHaveLength(1);
    // The state does not contain it: the next run finds it by its claim.
    const next = await new Door(emulator).create(kind, args);
    expect(next.id).toBe(created.id);
});

test("a policy in state ERROR fails with DLM's reason, is kept in the state, and is repaired by the next up", async () => {
    await emulator.set({ dlmError: "Role cannot be assumed" });
    const door = new Door(emulator);
    const failed = await failure(door.create(kind, args));
    expect(failed).toMatch(/policy-\w+.*: DLM reports an error: Role cannot be assumed/);
    const id = /policy-[0-9a-f]+/.exec(failed)?.[0] ?? "";
    expect(await policy(id)).toMatchObject({ State: "ERROR" });
    await emulator.set({ dlmError: null });
    const next = await new Door(emulator).create(kind, args);
    expect(next.id).toBe(id);
});

test("an existing policy is adopted and updated as declared; a delete keeps it if it has another owner", async () => {
    const first = await new Door(emulator).create(kind, args, "first");
    const door = new Door(emulator);
    const changed = withDetails({ schedules: [nightly] });
    const adopted = await door.create(kind, { ...changed, adopt: first.id }, "second");
    expect(adopted.id).toBe(first.id);
    expect(door.messages.join("\n")).toContain(`adopting changes ${first.id}: policyDetails`);
    expect(await policy(first.id)).toMatchObject({ PolicyDetails: { Schedules: [{ Name: "nightly" }] } });
    await new Door(emulator).delete(kind, first);
    expect(await policy(first.id)).toBeDefined();
    await new Door(emulator).delete(kind, adopted);
    expect(await policy(first.id)).toBeUndefined();
    expect(
        await failure(
            new Door(emulator).create(kind, { ...args, adopt: "policy-0123456789abcdef0", region: "x" }),
        ),
    ).toContain("region");
});

test("a default policy is created, updated and deleted", async () => {
    const door = new Door(emulator);
    const { policyDetails: _, ...head } = args;
    const standard = {
        ...head,
        defaultPolicy: "VOLUME",
        retainInterval: 10,
        exclusions: { excludeBootVolumes: true },
    };
    const created = await door.create(kind, standard, "default");
    expect(await door.diff(kind, created, standard)).toMatchObject({ changes: false });
    expect((await door.read(kind, created)).inputs).toMatchObject({
        defaultPolicy: "VOLUME",
        retainInterval: 10,
    });
    const less = { ...standard, retainInterval: 5, exclusions: undefined };
    const { inputs } = await door.diff(kind, created, less);
    expect(door.messages.join("\n")).toContain(
        "10 days retained becomes 5 days: in the long run there are 5 restore points",
    );
    await door.update(kind, created, inputs);
    expect(await policy(created.id)).toMatchObject({
        PolicyDetails: { RetainInterval: 5, Exclusions: { ExcludeBootVolumes: false } },
    });
});
