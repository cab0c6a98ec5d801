// Tests a DLM policy that copies snapshots that other accounts share.

import { expect } from "vitest";
import type { Properties } from "../../schema/values";
import { emulator, test } from "../fixture";
import { args, details, kind, policy } from "./dlm-policies";
import { Door, failure } from "./door";

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

test("an event-based policy is created, has no drift, is updated in place, and a preview describes its losses", async () => {
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
    const messages = door.messages.join("\n");
    for (const message of [
        "the policy is disabled: no more snapshots are copied",
        "444455556666 is no longer among the sharing accounts: snapshots that they share are no longer copied",
        "the description must match .*production.* instead of .*: other snapshots are no longer copied",
        "eu-central-1 is no longer a target: no further copies are created there",
        "the copies in eu-west-1 are retained for 7 days instead of 30 days: this applies to new copies",
    ])
        expect(messages).toContain(message);
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

test("another type replaces the policy, and the preview reports that the copies are no longer managed", async () => {
    const door = new Door(emulator);
    const created = await door.create(kind, eventPolicy());
    const { replaces } = await door.diff(kind, created, args);
    expect(replaces).toContain("policyType");
    expect(door.messages.join("\n")).toContain(
        "DLM cannot change the type of a policy: its copies stay and are no longer managed; delete them yourself",
    );
});

test("event-based policies that DLM would reject are rejected at preview", async () => {
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
    for (const [inputs, message] of cases)
        expect(await failure(new Door(emulator).create(kind, inputs))).toContain(message);
});
