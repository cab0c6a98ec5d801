// A policy of DLM through its life: created once, updated in place, replaced only where DLM must, and with numbers for what
// a change costs.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { Properties } from "../../schema/values";
import { emulator, test } from "../fixture";
import { Door, failure, type Created } from "./door";

const kind = "LifecyclePolicy";
const nightly = {
    name: "nightly",
    createRule: { interval: 12, intervalUnit: "HOURS", times: ["03:00"] },
    retainRule: { count: 14 },
};
const weekly = {
    name: "weekly",
    createRule: { cronExpression: "cron(0 4 ? * SUN *)" },
    retainRule: { interval: 8, intervalUnit: "WEEKS" },
};
const details = {
    resourceTypes: ["VOLUME"],
    targetTags: { Backup: ["nightly", "critical"] },
    schedules: [nightly, weekly],
};
const args = {
    description: "nightly",
    executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
    policyDetails: details,
    tags: { Team: "a" },
};

function withDetails(more: object): Properties {
    return { ...args, policyDetails: { ...details, ...more } };
}

async function policy(id: string): Promise<Properties | undefined> {
    const { body } = await emulator.rest("dlm", "GET", `/policies/${id}`);
    return body["Policy"] as Properties | undefined;
}

async function warnings(created: Created, changed: Properties): Promise<string> {
    const door = new Door(emulator);
    await door.diff(kind, created, changed);
    return door.said.join("\n");
}

test("a policy is created with its details in DLM's form, and is no difference afterwards; a refresh finds no drift", async () => {
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
    // The order of schedules and tags, and a declared default, are no difference.
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

test("a change updates in place and sends what differs; what is no longer declared is reset", async () => {
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

test("another resource or policy type, or retention by number or age, replaces the policy; the old one is deleted first", async () => {
    const created = await new Door(emulator).create(kind, args);
    const aged = { ...nightly, retainRule: { interval: 7, intervalUnit: "DAYS" } };
    const cases: [Properties, string, string][] = [
        [
            withDetails({ schedules: [aged, weekly] }),
            "policyDetails",
            "DLM cannot change the retention of the schedule nightly from a number to an age: up to 22 restore points of each " +
                "volume stay and are no longer managed; delete them yourself",
        ],
        [
            withDetails({ resourceTypes: ["INSTANCE"] }),
            "policyDetails",
            "DLM cannot change the resource type of a policy: up to 22 restore points of each volume stay",
        ],
        [
            { ...args, policyType: "IMAGE_MANAGEMENT" },
            "policyType",
            "DLM cannot change the type of a policy: up to 22 restore points of each volume stay",
        ],
    ];
    for (const [changed, property, words] of cases) {
        const door = new Door(emulator);
        expect(await door.diff(kind, created, changed)).toMatchObject({
            replaces: [property],
            deleteBeforeReplace: true,
        });
        expect(door.said.join("\n")).toContain(words);
    }
});

test("the preview counts the restore points that a change leaves unmanaged or reduces", async () => {
    const created = await new Door(emulator).create(kind, args);
    const monthly = { ...nightly, createRule: { cronExpression: "cron(0 3 1 * ? *)" } };
    const cases: [Properties, string][] = [
        [withDetails({ schedules: [nightly] }), "schedule weekly: it is removed: up to 8 restore points"],
        [
            withDetails({ schedules: [{ ...nightly, name: "nights" }, weekly] }),
            "schedule nightly: it is renamed to nights: up to 14 restore points of each volume stay and are no longer managed",
        ],
        [
            withDetails({ schedules: [{ ...nightly, retainRule: { count: 4 } }, weekly] }),
            "schedule nightly: 14 retained becomes 4: 10 restore points of each volume are deleted at its next run",
        ],
        [
            withDetails({
                schedules: [nightly, { ...weekly, retainRule: { interval: 28, intervalUnit: "DAYS" } }],
            }),
            "schedule weekly: 56 days retained becomes 28 days: in the long run there are",
        ],
        [
            withDetails({ schedules: [monthly, weekly] }),
            "schedule nightly: it runs every 31 days instead of every 12 hours: in the long run there are 14 restore points of " +
                "each volume fewer",
        ],
        [
            withDetails({ targetTags: { Tier: ["nightly", "critical"] } }),
            "Backup=critical and Backup=nightly are no longer targeted: up to 22 restore points",
        ],
        [withDetails({ targetTags: { Backup: "nightly" } }), "Backup=critical is no longer targeted"],
        [withDetails({ parameters: { excludeBootVolume: true } }), "boot volumes are left out"],
        [{ ...args, state: "DISABLED" }, "the policy is disabled: no more runs, and up to 22 restore points"],
    ];
    for (const [changed, words] of cases) expect(await warnings(created, changed)).toContain(words);
    // More costs nothing.
    const more = withDetails({
        targetTags: { Backup: ["nightly", "critical", "more"] },
        schedules: [{ ...nightly, retainRule: { count: 20 } }, weekly],
    });
    expect(await warnings(created, more)).toBe("");
});

test("volumes under the key aws/ebs whose snapshots are to be shared are named in the preview", async () => {
    const createVolume = async (KmsKeyId?: string) => {
        const disk = { AvailabilityZone: "us-east-1a", Size: 1, Encrypted: true, KmsKeyId };
        const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
        return VolumeId;
    };
    const own = await createVolume(
        "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111",
    );
    const [managed, plain] = [await createVolume(), await emulator.createVolume()];
    const targetVolumeIds = [own, managed, plain];
    const shared = { ...nightly, shareRules: [{ targetAccounts: ["111122223333"] }] };
    const door = new Door(emulator);
    const created = await door.create(kind, { ...args, targetVolumeIds });
    expect(door.said.join("\n")).not.toContain("aws/ebs");
    await door.diff(kind, created, { ...withDetails({ schedules: [shared] }), targetVolumeIds });
    expect(door.said.join("\n")).toContain(
        `DLM cannot share the snapshots of ${managed}, because they are under the key aws/ebs`,
    );
});

test("drift shows: a schedule that others added, and a policy that they disabled, are undone by an update", async () => {
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

test("a run that is interrupted, or whose answer is lost, creates no second policy", async () => {
    await emulator.faults([{ action: "CreateLifecyclePolicy", where: "after", kind: "reset", times: 1 }]);
    const lost = new Door(emulator);
    const created = await lost.create(kind, args);
    expect(await lost.outcomes("CreateLifecyclePolicy")).toHaveLength(1);
    // The engine has no state of it: the next run finds it by its claim.
    const next = await new Door(emulator).create(kind, args);
    expect(next.id).toBe(created.id);
});

test("a policy that DLM puts into ERROR fails with DLM's reason, stays in the state, and is healed by the next up", async () => {
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

test("an existing policy is adopted and changed to what is declared; a foreign owner keeps it at a delete", async () => {
    const first = await new Door(emulator).create(kind, args, "first");
    const door = new Door(emulator);
    const changed = withDetails({ schedules: [nightly] });
    const adopted = await door.create(kind, { ...changed, adopt: first.id }, "second");
    expect(adopted.id).toBe(first.id);
    expect(door.said.join("\n")).toContain(`adopting changes ${first.id}: policyDetails`);
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

test("what DLM would refuse is refused at preview, in words; what it alone knows, at the run with its own words", async () => {
    const cases: [Properties, string][] = [
        [{ ...args, policyDetails: undefined }, "is required unless defaultPolicy is specified"],
        [{ ...args, defaultPolicy: "VOLUME" }, "specify exactly one of policyDetails and defaultPolicy"],
        [{ ...args, description: "no: colons" }, "must be text of 1 to 500 letters"],
        [withDetails({ schedules: [{ ...nightly, retainRule: {} }] }), "specify either count, or interval"],
        [
            withDetails({ schedules: [{ ...nightly, createRule: { interval: 12 } }] }),
            "specify either interval with intervalUnit, or cronExpression",
        ],
        [
            withDetails({
                schedules: [
                    { ...nightly, shareRules: [{ targetAccounts: ["111122223333"], unshareInterval: 2 }] },
                ],
            }),
            "specify both unshareInterval and unshareIntervalUnit",
        ],
        [withDetails({ schedules: [nightly, nightly] }), 'contain two of the name \\"nightly\\"'],
        [withDetails({ targetTag: {} }), "Did you mean `targetTags`?"],
        [withDetails({ schedules: undefined }), "policyDetails.schedules is required"],
        [{ ...args, retainInterval: 3 }, "is for default policies only"],
    ];
    for (const [changed, words] of cases)
        expect(await failure(new Door(emulator).create(kind, changed))).toContain(words);
    await new Door(emulator).create(kind, args, "first");
    expect(await failure(new Door(emulator).create(kind, args, "second"))).toMatch(
        /creating policy nightly: InvalidRequestException: The target tags .* are in use by policy-.*give the resource an alias/,
    );
});

test("a default policy has a life too", async () => {
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
    expect(door.said.join("\n")).toContain(
        "10 days retained becomes 5 days: in the long run there are 5 restore points",
    );
    await door.update(kind, created, inputs);
    expect(await policy(created.id)).toMatchObject({
        PolicyDetails: { RetainInterval: 5, Exclusions: { ExcludeBootVolumes: false } },
    });
});

const copyOf = (target: string, days: number, more: object = {}) => ({
    target,
    encryptionConfiguration: { encrypted: true, ...more },
    retainRule: { interval: days, intervalUnit: "DAYS" },
});

function eventPolicy({
    owners = ["111122223333", "444455556666"],
    descriptionRegex = ".*",
    copies = [copyOf("eu-west-1", 30), copyOf("eu-central-1", 30)],
    ...more
}: {
    owners?: string[];
    descriptionRegex?: string;
    copies?: object[];
    state?: string;
    targetVolumeIds?: string[];
} = {}): Properties {
    const { description, executionRoleArn } = args;
    const parameters = { eventType: "shareSnapshot", snapshotOwner: owners, descriptionRegex };
    return {
        description,
        executionRoleArn,
        policyType: "EVENT_BASED_POLICY",
        policyDetails: {
            eventSource: { type: "MANAGED_CWE", parameters },
            actions: [{ name: "copy", crossRegionCopy: copies }],
        },
        ...more,
    };
}

test("an event-based policy is created, shown without drift, changed in place, and its losses are in words", async () => {
    const door = new Door(emulator);
    const created = await door.create(kind, eventPolicy());
    expect(await policy(created.id)).toMatchObject({
        PolicyDetails: {
            PolicyType: "EVENT_BASED_POLICY",
            EventSource: { Parameters: { SnapshotOwner: ["111122223333", "444455556666"] } },
        },
    });
    expect(await door.diff(kind, created, eventPolicy())).toMatchObject({ changes: false });
    const reordered = eventPolicy({ copies: [copyOf("eu-central-1", 30), copyOf("eu-west-1", 30)] });
    expect(await door.diff(kind, created, reordered)).toMatchObject({ changes: false });

    const changed = eventPolicy({
        owners: ["111122223333"],
        descriptionRegex: ".*production.*",
        copies: [copyOf("eu-west-1", 7)],
        state: "DISABLED",
    });
    const { inputs, replaces } = await door.diff(kind, created, changed);
    expect(replaces ?? []).toEqual([]);
    const said = door.said.join("\n");
    for (const words of [
        "the policy is disabled: no more snapshots are copied",
        "444455556666 is no longer among the sharing accounts: snapshots that they share are no longer copied",
        "the description must match .*production.* instead of .*: other snapshots are no longer copied",
        "eu-central-1 is no longer a target: no further copies are created there",
        "the copies in eu-west-1 are retained for 7 days instead of 30 days: this applies to new copies",
    ])
        expect(said).toContain(words);
    const updated = await door.update(kind, created, inputs);
    expect(updated.state).toMatchObject({ policyId: created.id });
    expect(await policy(created.id)).toMatchObject({
        State: "DISABLED",
        PolicyDetails: {
            EventSource: { Parameters: { DescriptionRegex: ".*production.*" } },
            Actions: [{ CrossRegionCopy: [{ Target: "eu-west-1", RetainRule: { Interval: 7 } }] }],
        },
    });
});

test("another type replaces the policy, and says that the copies are no longer managed", async () => {
    const door = new Door(emulator);
    const created = await door.create(kind, eventPolicy());
    const { replaces } = await door.diff(kind, created, args);
    expect(replaces).toContain("policyType");
    expect(door.said.join("\n")).toContain(
        "DLM cannot change the type of a policy: its copies stay and are no longer managed; delete them yourself",
    );
});

test("what DLM would refuse of an event-based policy is refused at preview", async () => {
    const cases: [Properties, string][] = [
        [
            eventPolicy({ copies: Array.from({ length: 4 }, () => copyOf("eu-west-1", 1)) }),
            "the maximum is 3",
        ],
        [eventPolicy({ copies: [copyOf("eu-west-1", 0)] }), "must be a positive integer"],
        [
            eventPolicy({ copies: [copyOf("eu-west-1", 1, { cmkArn: "alias/backup" })] }),
            "must be the ARN of a KMS key",
        ],
        [eventPolicy({ owners: ["1111"] }), "must be an account id of 12 digits"],
        [
            eventPolicy({ owners: Array.from({ length: 51 }, () => "111122223333") }),
            "has 51 entries, but the maximum is 50",
        ],
        [eventPolicy({ descriptionRegex: "x".repeat(1_001) }), "text of at most 1000 characters"],
        [eventPolicy({ targetVolumeIds: ["vol-1"] }), "is not for event-based policies. Remove it."],
        [{ ...eventPolicy(), policyDetails: details }, "is required for an event-based policy"],
    ];
    for (const [inputs, words] of cases)
        expect(await failure(new Door(emulator).create(kind, inputs))).toContain(words);
});
