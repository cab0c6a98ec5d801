import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { planSchedule } from "../../../sdk/schedule/plan";
import { policiesOf } from "../../../sdk/schedule/policy";
import {
    byTag,
    cronRule,
    instances,
    nightly,
    quarterly,
    quarterlyRule,
    recovery,
    rules,
    failuresOf,
    withRule,
    withTags,
} from "./check-inputs";
import { monthlyRule } from "./schedules";

test("a schedule with all arguments is accepted", () => {
    expect(
        failuresOf({
            targets: { anyTag: { Backup: ["nightly", "critical"] } },
            rules: [
                nightly,
                monthlyRule(["audit"]),
                { ...quarterly, keep: "30 days", archive: { keep: "365 days" } },
            ],
            recoveryVolumes: {
                ...recovery,
                volumeType: "gp3",
                sweepEvery: "1 hour",
                onDestroy: "keep",
            },
            alarm: { topicArn: "arn:aws:sns:us-east-1:123456789012:backups" },
            group: "payments",
            billingCode: "CC-1042",
            copyTags: true,
            enabled: true,
        }),
    ).toEqual([]);
});

test.each<[string, object]>([
    ["instances with scripts", withRule({ scripts: { document: "AWS_VSS_BACKUP" } }, instances)],
    ["volumes by id, with any number of rules", { targets: { volumeIds: ["vol-1"] }, rules: rules(9) }],
    ["several keys with a value each", { targets: { anyTag: { A: ["x"], B: ["y"] } }, rules: [nightly] }],
    // Tag keys are case-sensitive, so that this is no internal tag.
    ["a key like an internal one in other case", withTags({ "Pulumi-EBS-Snapshots:tier": ["gold"] })],
    ["immediate archiving", quarterlyRule({ keep: 0, archive: { keep: 4 } })],
    ["the first workday of a month", cronRule("0 4 1W * ? *")],
    ["hours in steps", cronRule("30 8/4 ? * MON-FRI *")],
    ["an unknown id", { targets: { volumeIds: [Promise.resolve("vol-1")] }, rules: [nightly] }],
])("accepts %s", (_, args) => {
    expect(failuresOf(args)).toEqual([]);
});

describe("rejects at the invalid argument", () => {
    test.each<[string, object]>([
        ["targets is required", { rules: [nightly] }],
        ["rules is required", { targets: byTag }],
        [
            "targets must specify exactly one of anyTag, volumeIds, instances and allVolumes",
            { targets: {}, rules: [nightly] },
        ],
        [
            "targets must specify exactly one of anyTag, volumeIds, instances and allVolumes",
            { targets: { ...byTag, ...instances }, rules: [nightly] },
        ],
        ["targets.anyTag is {}, but must be at least one tag key", withTags({})],
        ["targets.anyTag.A is [], but must be a list of at least 1", withTags({ A: [] })],
        ['targets.anyTag.A is ["x","x"], which repeats a value', withTags({ A: ["x", "x"] })],
        ["targets.anyTag.aws:x must be a key of 1 to 128 characters", withTags({ "aws:x": ["y"] })],
        [
            "targets.anyTag.pulumi-ebs-snapshots:x must be a key of 1 to 128 characters",
            withTags({ "pulumi-ebs-snapshots:x": ["y"] }),
        ],
        [
            "targets.anyTag.A has several values, each of which becomes a DLM policy. With a second key",
            withTags({ A: ["x", "y"], B: ["z", "w"] }),
        ],
        [
            'targets.volumeIds[0] is "snap-1", but must be an id such as "vol-',
            { targets: { volumeIds: ["snap-1"] }, rules: [nightly] },
        ],
        ["rules is [], but must be a list of at least 1", { targets: byTag, rules: [] }],
        [
            "rules has 5 entries, but the maximum is 4, because the rules of one tag share a DLM policy",
            { targets: byTag, rules: rules(5) },
        ],
        [
            'rules[1].name is "nightly", but another rule has the same name',
            { targets: byTag, rules: [nightly, nightly] },
        ],
        ['description is "a.b", but must be 1 to 500 letters', { ...withRule({}), description: "a.b" }],
        [
            'variableTags.Source is "$(host)", but must be "$(instance-id)" or "$(timestamp)"',
            { ...withRule({}, instances), variableTags: { Source: "$(host)" } },
        ],
        [
            "variableTags.aws:x must be a key of 1 to 128 characters",
            { ...withRule({}, instances), variableTags: { "aws:x": "$(timestamp)" } },
        ],
        [
            "variableTags requires targets.instances: DLM has no such values for volumes",
            { ...withRule({}), variableTags: { Taken: "$(timestamp)" } },
        ],
        ["recoveryVolumes.maximum is required", withRecovery({ maximum: undefined })],
        [
            "recoveryVolumes.maximum is 2, but must be more than 2: one source volume needs keep times zones",
            withRecovery({ maximum: 2 }),
        ],
        [
            'recoveryVolumes.onDestroy is "ask", but must be "keep" or "delete"',
            withRecovery({ onDestroy: "ask" }),
        ],
        [
            'recoveryVolumes.sweepEvery is "90 seconds", but must be a duration in whole minutes',
            withRecovery({ sweepEvery: "90 seconds" }),
        ],
        [
            'recoveryVolumes.availabilityZones is ["a","a"], which repeats an entry',
            withRecovery({ availabilityZones: ["a", "a"] }),
        ],
        [
            "recoveryVolumes copy the tag Group from the source volume and would become targets themselves",
            { ...withTags({ Group: ["payments"] }), recoveryVolumes: recovery },
        ],
        [
            'alarm.topicArn is "backups", but must be the ARN',
            { ...withRule({}), alarm: { topicArn: "backups" } },
        ],
        [
            "colour is not a supported property. Supported: alarm, billingCode",
            { ...withRule({}), colour: "red" },
        ],
    ])("%s", (message, args) => {
        const failures = failuresOf(args);
        expect(failures).toHaveLength(1);
        expect(failures[0]).toContain(message);
    });
});

function withRecovery(more: object) {
    return { ...withRule({}), recoveryVolumes: { ...recovery, ...more } };
}

test("a null, as in a JSON file, is reported with its path", () => {
    expect(failuresOf({ ...withRule({ copyTo: null }), recoveryVolumes: null })).toEqual([
        "rules[0].copyTo is null. Omit it instead",
        "recoveryVolumes is null. Omit it instead",
    ]);
});

test("all errors are reported, not only the first one", () => {
    expect(failuresOf({ ...withRule({ keep: 2.5, at: "x" }), description: "." })).toHaveLength(3);
});

test("planning a rejected schedule fails with the same message", () => {
    const span = { from: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" };
    expect(() => planSchedule(withRule({ keep: 0 }) as SnapshotScheduleInputs, span)).toThrow(
        "rules[0].keep is 0, which requires archive",
    );
});

test("checks handle any input with messages, and accepted inputs can be planned and mapped", () => {
    const scrap = fc.oneof(fc.jsonValue(), fc.constantFrom("1 hour", "30 days", "nightly", 0, 14));
    const rule = fc.record(
        { name: scrap, every: scrap, at: scrap, cron: scrap, keep: scrap, archive: scrap, copyTo: scrap },
        { requiredKeys: [] },
    );
    const args = fc.record(
        {
            targets: fc.oneof(fc.constantFrom(byTag, { allVolumes: {} }), scrap),
            rules: fc.oneof(fc.array(fc.oneof(rule, fc.constant(nightly)), { maxLength: 3 }), scrap),
            recoveryVolumes: scrap,
            enabled: scrap,
        },
        { requiredKeys: [] },
    );
    fc.assert(
        fc.property(args, (args) => {
            const failures = failuresOf(args);
            for (const failure of failures) expect(failure.length).toBeGreaterThan(5);
            if (failures.length > 0) return;
            const accepted = args as unknown as SnapshotScheduleInputs;
            planSchedule(accepted, { from: "2026-01-01T00:00:00Z", until: "2026-01-08T00:00:00Z" });
            policiesOf({ name: "s", id: "o/p/s/s", accounts: {}, tagKeys: keys }, accepted);
        }),
        {
            numRuns: 500,
            examples: [
                [{ targets: byTag, rules: [nightly], recoveryVolumes: null }],
                [{ targets: { allVolumes: {} }, rules: [{ name: "all", every: "2 days", keep: "30 days" }] }],
                [{ targets: { allVolumes: {} }, rules: [{ name: "all", every: "2 days", keep: "9 days" }] }],
            ],
        },
    );
});

const keys = { name: "Name", group: "Group", billingCode: "BillingCode" };
