import { describe, expect, test } from "vitest";
import { byTag, cronRule, instances, quarterly, quarterlyRule, failuresOf, withRule } from "./check-inputs";

describe("rejects at the invalid argument", () => {
    test.each<[string, object]>([
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
        ["day of week, and in no other field", cronRule("0 ? 1 * ? *")],
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
                copyTo: [
                    {
                        region: "eu-west-1",
                        keep: "1 day",
                        kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1",
                    },
                ],
            }),
        ],
        [
            'rules[0].copyTo[0].kmsKeyId is "arn:aws:kms:us-east-1:123456789012:key/1", but must be the ARN of a KMS key in eu-west-1',
            withRule({
                copyTo: [
                    {
                        region: "eu-west-1",
                        keep: "1 day",
                        encrypted: true,
                        kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/1",
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
    ])("%s", (message, args) => {
        const failures = failuresOf(args);
        expect(failures).toHaveLength(1);
        expect(failures[0]).toContain(message);
    });
});
