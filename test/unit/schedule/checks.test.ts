import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScheduleRule, SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { checkSchedule } from "../../../schema/schedule/checks";
import { noContext } from "../../../schema/schedule/context";
import { describeFailure } from "../../../schema/failure";
import { planSchedule } from "../../../sdk/schedule/plan";
import { policiesOf } from "../../../sdk/schedule/policy";
import { monthlyRule } from "./rules";

const context = { ...noContext, accounts: { audit: "111122223333" }, region: "us-east-1" };

/** Returns the failures of arguments as text. */
const told = (args: unknown) =>
    checkSchedule(args as SnapshotScheduleInputs, context).map((failure) => describeFailure(failure));

const nightly: ScheduleRule = { name: "nightly", every: "12 hours", at: "03:00", keep: 14 };
const byTag = { anyTag: { Backup: ["nightly"] } };
const instances = { instances: { anyTag: { Role: ["db"] } } };
const quarterly = { name: "q", cron: "0 5 1 1,4,7,10 ? *" };

const withRule = (rule: object, targets: object = byTag) => ({ targets, rules: [{ ...nightly, ...rule }] });
const cronRule = (cron: string) => ({ targets: byTag, rules: [{ name: "c", cron, keep: 1 }] });
const quarterlyRule = (rule: object, targets: object = byTag) => ({
    targets,
    rules: [{ ...quarterly, ...rule }],
});
const recovery = { availabilityZones: ["us-east-1a"], keep: 2, maximum: 40 };

test("what the contract shows is accepted", () => {
    expect(
        told({
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
    ["what is archived at once", quarterlyRule({ keep: 0, archive: { keep: 4 } })],
    ["the first workday of a month", cronRule("0 4 1W * ? *")],
    ["hours in steps", cronRule("30 8/4 ? * MON-FRI *")],
    ["an id that is known later", { targets: { volumeIds: [Promise.resolve("vol-1")] }, rules: [nightly] }],
])("accepts %s", (_, args) => {
    expect(told(args)).toEqual([]);
});

function rules(count: number) {
    return Array.from({ length: count }, (_, index) => ({ ...nightly, name: `rule ${String(index)}` }));
}

describe("refuses, on the argument at fault", () => {
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
        ['rules[0].name is "a/b", but must be 1 to 120 letters', withRule({ name: "a/b" })],
        ['rules[0].every is "5 hours", but must be one of "1 hours"', withRule({ every: "5 hours" })],
        ['rules[0].every is "2 days", but must be one of', withRule({ every: "2 days" })],
        ['rules[0].at is "24:00", but must be a time of day in UTC', withRule({ at: "24:00" })],
        ['rules[0].at is "3:00", but must be a time of day in UTC', withRule({ at: "3:00" })],
        ["rules[0] must specify exactly one of every and cron", withRule({ cron: "0 4 1 * ? *" })],
        ["rules[0] must specify exactly one of every and cron", withRule({ every: undefined })],
        ["rules[0].at requires every", withRule({ every: undefined, cron: "0 4 1 * ? *" })],
        ['rules[0].cron is "0 4 1 * ?", but must be six fields', cronRule("0 4 1 * ?")],
        ["with ? in exactly one of day of month and day of week", cronRule("0 4 1 * * *")],
        ['rules[0].cron is "0 25 1 * ? *", but must be six fields', cronRule("0 25 1 * ? *")],
        ["but must be at most hourly", cronRule("0,30 * * * ? *")],
        ["but must be at least yearly", cronRule("0 0 29 2 ? *")],
        ["but must be an expression that matches a future time", cronRule("0 0 1 1 ? 2020")],
        ["rules[0].keep is required", withRule({ keep: undefined })],
        ["rules[0].keep is 1001, but must be an integer from 0 to 1,000", withRule({ keep: 1001 })],
        ["rules[0].keep is 1.5, but must be an integer", withRule({ keep: 1.5 })],
        ['rules[0].keep is "36 hours", but must be an integer from 0', withRule({ keep: "36 hours" })],
        ['rules[0].keep is "36501 days", but must be', withRule({ keep: "36501 days" })],
        ["rules[0].keep is 0, which requires archive", withRule({ keep: 0 })],
        [
            'rules[0].copyTo[0].region is "us-east-1", the region of the schedule',
            withRule({ copyTo: [{ region: "us-east-1", keep: "1 day" }] }),
        ],
        [
            'rules[0].copyTo[1].region is "eu-west-1", which another copy has too',
            withRule({ copyTo: [1, 2].map(() => ({ region: "eu-west-1", keep: "1 day" })) }),
        ],
        [
            "rules[0].copyTo has 4 entries, but the maximum is 3",
            withRule({ copyTo: [1, 2, 3, 4].map((n) => ({ region: `eu-west-${n}`, keep: "1 day" })) }),
        ],
        [
            "rules[0].copyTo[0].keep is 14, but must be an age in whole days",
            withRule({ copyTo: [{ region: "eu-west-1", keep: 14 }] }),
        ],
        [
            "rules[0].copyTo[0].kmsKeyId requires encrypted: true",
            withRule({
                copyTo: [{ region: "eu-west-1", keep: "1 day", kmsKeyId: "arn:aws:kms:eu-west-1:1:key/1" }],
            }),
        ],
        [
            'rules[0].copyTo[0].kmsKeyId is "arn:aws:kms:us-east-1:1:key/1", but must be the ARN of a KMS key in eu-west-1',
            withRule({
                copyTo: [
                    {
                        region: "eu-west-1",
                        keep: "1 day",
                        encrypted: true,
                        kmsKeyId: "arn:aws:kms:us-east-1:1:key/1",
                    },
                ],
            }),
        ],
        [
            'rules[0].copyTo[0].kmsKeyId is "arn:aws:kms:eu-west-1:1:alias/a", but must be the ARN of a KMS key',
            withRule({
                copyTo: [
                    {
                        region: "eu-west-1",
                        keep: "1 day",
                        encrypted: true,
                        kmsKeyId: "arn:aws:kms:eu-west-1:1:alias/a",
                    },
                ],
            }),
        ],
        [
            'rules[0].shareWith.accounts[0] is "aduit", but must be an id of 12 digits or an alias of ebs-snapshots:accounts ("audit")',
            withRule({ shareWith: { accounts: ["aduit"] } }),
        ],
        [
            'rules[0].shareWith.accounts[0] is 12345678901, but must be an id of 12 digits or an alias of ebs-snapshots:accounts ("audit"): write it with all 12 digits in quotation marks',
            withRule({ shareWith: { accounts: [12345678901] } }),
        ],
        ["rules[0].shareWith.accounts is [], but must be", withRule({ shareWith: { accounts: [] } })],
        [
            "rules[0].fastRestore.keep must be a number, as the keep of the rule",
            withRule({ fastRestore: { availabilityZones: ["us-east-1a"], keep: "1 day" } }),
        ],
        [
            "rules[0].fastRestore.keep is 15, but must not exceed the keep of the rule",
            withRule({ fastRestore: { availabilityZones: ["us-east-1a"], keep: 15 } }),
        ],
        [
            "rules[0].fastRestore.availabilityZones has 11 entries, but the maximum is 10",
            withRule({ fastRestore: { availabilityZones: Array.from("abcdefghijk"), keep: 1 } }),
        ],
        [
            "rules[0].archive requires runs 28 days or more apart, but some are 0 days apart",
            withRule({ archive: { keep: 200 } }),
        ],
        [
            "rules[0].archive is supported for volumes only",
            quarterlyRule({ keep: 1, archive: { keep: 4 } }, instances),
        ],
        [
            "rules[0].archive.keep must be an age, as the keep of the rule",
            quarterlyRule({ keep: "30 days", archive: { keep: 4 } }),
        ],
        [
            'rules[0].archive.keep is "89 days", 89 days, but the minimum in the archive is 90 days',
            quarterlyRule({ keep: "30 days", archive: { keep: "89 days" } }),
        ],
        [
            "rules[0].archive.keep is 2, 56 days, but the minimum in the archive is 90 days",
            { targets: byTag, rules: [{ name: "m", cron: "0 4 1 * ? *", keep: 1, archive: { keep: 2 } }] },
        ],
        [
            "rules has archive more than once",
            {
                targets: byTag,
                rules: ["a", "b"].map((name) => ({ ...quarterly, name, keep: 1, archive: { keep: 4 } })),
            },
        ],
        [
            "rules[0].copyTo requires keep above 0",
            quarterlyRule({
                keep: 0,
                archive: { keep: 4 },
                copyTo: [{ region: "eu-west-1", keep: "1 day" }],
            }),
        ],
        [
            "rules[0].shareWith requires keep above 0",
            quarterlyRule({ keep: 0, archive: { keep: 4 }, shareWith: { accounts: ["audit"] } }),
        ],
        [
            "rules[0].scripts requires targets.instances",
            withRule({ scripts: { document: "AWS_VSS_BACKUP" } }),
        ],
        [
            "rules[0].scripts.retries is 4, but must be an integer from 0 to 3",
            withRule({ scripts: { document: "x", retries: 4 } }, instances),
        ],
        [
            'rules[0].scripts.timeout is "3 minutes", but must be between',
            withRule({ scripts: { document: "x", timeout: "3 minutes" } }, instances),
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
    ])("%s", (words, args) => {
        const failures = told(args);
        expect(failures).toHaveLength(1);
        expect(failures[0]).toContain(words);
    });
});

function withTags(anyTag: object) {
    return { targets: { anyTag }, rules: [nightly] };
}

function withRecovery(more: object) {
    return { ...withRule({}), recoveryVolumes: { ...recovery, ...more } };
}

test("a null, which a file may contain, is reported with its path", () => {
    expect(told({ ...withRule({ copyTo: null }), recoveryVolumes: null })).toEqual([
        "rules[0].copyTo is null. Omit it instead",
        "recoveryVolumes is null. Omit it instead",
    ]);
});

test("all mistakes are reported, not only the first one", () => {
    expect(told({ ...withRule({ keep: 2.5, at: "x" }), description: "." })).toHaveLength(3);
});

test("a plan of what is refused fails with the same words", () => {
    const span = { from: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" };
    expect(() => planSchedule(withRule({ keep: 0 }) as SnapshotScheduleInputs, span)).toThrow(
        "rules[0].keep is 0, which requires archive",
    );
});

test("whatever is given, the checks end with words, and what they accept can be planned and mapped", () => {
    const scrap = fc.oneof(fc.jsonValue(), fc.constantFrom("1 hour", "30 days", "nightly", 0, 14));
    const rule = fc.record(
        { name: scrap, every: scrap, at: scrap, cron: scrap, keep: scrap, archive: scrap, copyTo: scrap },
        { requiredKeys: [] },
    );
    const given = fc.record(
        {
            targets: fc.oneof(fc.constantFrom(byTag, { allVolumes: {} }), scrap),
            rules: fc.oneof(fc.array(fc.oneof(rule, fc.constant(nightly)), { maxLength: 3 }), scrap),
            recoveryVolumes: scrap,
            enabled: scrap,
        },
        { requiredKeys: [] },
    );
    fc.assert(
        fc.property(given, (args) => {
            const failures = told(args);
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
