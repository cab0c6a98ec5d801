// Tests a schedule of all volumes, which is DLM's default policy and supports fewer features.

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { beforeAll, describe, expect, test } from "vitest";
import { describeFailure } from "../../../schema/failure";
import type { SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { checkSchedule } from "../../../schema/schedule/checks";
import { noContext } from "../../../schema/schedule/context";
import { SnapshotSchedule, planSchedule, type SnapshotScheduleArgs } from "../../../sdk";
import { allows, named, own, type IamRequest } from "../iam";
import { inputsOf } from "../pulumi-mocks";
import { registerSchedule } from "./register-schedule";

const rule = { name: "rest", every: "3 days", keep: "9 days" } as const;
const args: SnapshotScheduleArgs = { targets: { allVolumes: {} }, rules: [rule] };
const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

const withRule = (more: object) => ({ ...args, rules: [{ ...rule, ...more }] });
const withCopy = (more: object) => withRule({ copyTo: [{ region: "eu-west-1", ...more }] });
const without = (allVolumes: object) => ({ ...args, targets: { allVolumes } });
const context = { ...noContext, region: "us-east-1" };
const failuresOf = (given: unknown) =>
    checkSchedule(given as SnapshotScheduleInputs, context).map((failure) => describeFailure(failure));

describe("is accepted", () => {
    test.each<[string, object]>([
        ["with all arguments", args],
        ["once a day, in hours", withRule({ every: "24 hours", keep: "2 days" })],
        [
            "with copies in three Regions",
            withRule({ copyTo: ["eu-west-1", "eu-west-2", "eu-west-3"].map((region) => ({ region })) }),
        ],
        [
            "without some volumes",
            without({
                exceptTagged: { Backup: ["no", "own"] },
                exceptTypes: ["sc1"],
                exceptBootVolumes: true,
            }),
        ],
    ])("%s", (_, given) => {
        expect(failuresOf(given)).toEqual([]);
    });
});

describe("is rejected at the invalid argument, with the alternative", () => {
    test.each<[string, unknown]>([
        [
            "rules has 2 entries, but a default policy of DLM has one rule. Use targets.anyTag for several",
            { ...args, rules: [rule, { ...rule, name: "other" }] },
        ],
        [
            'rules[0].every is "12 hours", but must be an age in whole days from "1 day" to "7 days"',
            withRule({ every: "12 hours" }),
        ],
        ['rules[0].every is "8 days", but must be', withRule({ every: "8 days", keep: "9 days" })],
        ["rules[0].every is required", withRule({ every: undefined })],
        [
            'rules[0].keep is 14, but must be an age in whole days from "2 days" to "14 days"',
            withRule({ keep: 14 }),
        ],
        ['rules[0].keep is "15 days", but must be', withRule({ keep: "15 days" })],
        [
            'rules[0].keep is "3 days", but must be more than every, which is "3 days"',
            withRule({ keep: "3 days" }),
        ],
        [
            "rules[0].at is not available with targets.allVolumes: DLM itself determines when",
            withRule({ at: "03:00" }),
        ],
        [
            "rules[0].cron is not available with targets.allVolumes: a default policy of DLM runs every 1 to 7 days. Use every, or targets.anyTag",
            withRule({ every: undefined, cron: "0 4 1 * ? *" }),
        ],
        ["rules[0].shareWith is not available", withRule({ shareWith: { accounts: ["111122223333"] } })],
        [
            "rules[0].fastRestore is not available",
            withRule({ fastRestore: { availabilityZones: ["us-east-1a"], keep: 1 } }),
        ],
        ["rules[0].archive is not available", withRule({ archive: { keep: "90 days" } })],
        [
            "rules[0].scripts is not available with targets.allVolumes: a default policy of DLM runs no scripts. Use targets.instances",
            withRule({ scripts: { document: "freeze" } }),
        ],
        [
            "rules[0].copyTo[0].keep is not available with targets.allVolumes: the copies are retained as long as",
            withCopy({ keep: "9 days" }),
        ],
        ["rules[0].copyTo[0].encrypted is not available", withCopy({ encrypted: true })],
        ["rules[0].copyTo[0].kmsKeyId is not available", withCopy({ kmsKeyId: pulumi.output("arn") })],
        [
            'rules[0].copyTo[0].region is "us-east-1", the region of the schedule',
            withCopy({ region: "us-east-1" }),
        ],
        [
            "rules[0].copyTo has 4 entries, but the maximum is 3",
            withRule({ copyTo: ["a", "b", "c", "d"].map((zone) => ({ region: `eu-${zone}-1` })) }),
        ],
        [
            "recoveryVolumes is not available with targets.allVolumes: the recovery volumes would be backed up too",
            { ...args, recoveryVolumes: { availabilityZones: ["us-east-1a"], keep: 1, maximum: 9 } },
        ],
        [
            "group is not available with targets.allVolumes: a default policy of DLM adds no tags to its snapshots. Tag the volumes",
            { ...args, group: pulumi.output("payments") },
        ],
        ["billingCode is not available", { ...args, billingCode: "CC-1" }],
        ["variableTags is not available", { ...args, variableTags: { Taken: "$(timestamp)" } }],
        ["identity is not available", { ...args, identity: "payments" }],
        [
            "targets must specify exactly one of",
            { ...args, targets: { allVolumes: {}, anyTag: { A: ["x"] } } },
        ],
        ["targets.allVolumes.exceptTypes[0] is", without({ exceptTypes: ["gp4"] })],
        ["which repeats an entry", without({ exceptTypes: ["gp2", "gp2"] })],
        [
            "targets.allVolumes.exceptTypes has 7 entries, but the maximum is 6",
            without({ exceptTypes: ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] }),
        ],
        [
            "targets.allVolumes.exceptTagged.aws:x must be a key of 1 to 128",
            without({ exceptTagged: { "aws:x": ["y"] } }),
        ],
        [
            "targets.allVolumes.exceptTagged has 51 tags, but the maximum is 50",
            without({ exceptTagged: { A: Array.from({ length: 51 }, (_, index) => String(index)) } }),
        ],
        ["targets.allVolumes.except is not a supported property", without({ except: {} })],
    ])("%s", (message, given) => {
        const failures = failuresOf(given);
        expect(failures).toHaveLength(1);
        expect(failures[0]).toContain(message);
    });

    test("ages in days and copies without `keep` are accepted for targets.allVolumes only", () => {
        const tagged = { targets: { anyTag: { Backup: ["yes"] } } };
        expect(failuresOf({ ...withRule({}), ...tagged })[0]).toContain(
            'rules[0].every is "3 days", but must be one of',
        );
        expect(failuresOf({ ...withCopy({}), ...tagged }).join()).toContain(
            "rules[0].copyTo[0].keep is required",
        );
    });

    test("a second schedule of all volumes is rejected in the same Region only", () => {
        new SnapshotSchedule("one", args);
        expect(() => new SnapshotSchedule("two", args)).toThrow(
            'targets.allVolumes selects all volumes, but DLM has one default policy for volumes in a Region. Schedule "one" uses it already',
        );
        const provider = new aws.Provider("ireland", { region: "eu-west-1" });
        expect(() => new SnapshotSchedule("three", args, { providers: [provider] })).not.toThrow();
    });
});

const everything: SnapshotScheduleArgs = {
    targets: {
        allVolumes: { exceptTagged: { Backup: ["no"] }, exceptTypes: ["sc1"], exceptBootVolumes: true },
    },
    rules: [{ ...rule, copyTo: [{ region: "eu-west-1" }] }],
    alarm: { topicArn: "arn:aws:sns:us-east-1:123456789012:backups" },
};

test("all arguments are passed to DLM; the alarm ignores volumes that other policies already back up", async () => {
    const { names, outputs } = await registerSchedule("all", everything);
    expect(inputsOf(dlm, "all-all-volumes")).toMatchObject({
        description: "all all volumes",
        defaultPolicy: "VOLUME",
        createInterval: 3,
        retainInterval: 9,
        copyTags: true,
        exclusions: {
            excludeBootVolumes: true,
            excludeVolumeTypes: ["sc1"],
            excludeTags: { Backup: ["no"] },
        },
        crossRegionCopyTargets: [{ targetRegion: "eu-west-1" }],
    });
    expect(inputsOf(dlm, "all-all-volumes")["policyDetails"]).toBeUndefined();
    expect(names.filter((name) => name.startsWith("MetricAlarm")).sort()).toEqual([
        "MetricAlarm all-all-volumes-failed",
        "MetricAlarm all-failures",
    ]);
    expect(outputs).toMatchObject({
        plan: {
            rules: [{ rule: "rest", keep: "9 days", keptBy: "age", restorePoints: 3 }],
            recoveryPointObjective: "73 hours",
        },
    });
});

test("its plan retains copies as long as their snapshots", () => {
    const plan = planSchedule(withCopy({}), {
        from: "2026-01-01T00:00:00Z",
        until: "2026-02-01T00:00:00Z",
    });
    const at = "2026-01-31T12:00:00Z";
    expect(plan.copies(at)).toHaveLength(3);
    expect(plan.copies(at).map(({ time }) => time)).toEqual(plan.retained(at).map(({ time }) => time));
});

describe("the role of DLM", () => {
    const principal = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/all-1a2b3c4`;
    const volume = `arn:aws:ec2:us-east-1:${own}:volume/vol-0123456789abcdef0`;
    const tag = (key: string, value: string) => ({ [`aws:ResourceTag/${key}`]: value });
    const taken = (id: string) => tag("aws:dlm:lifecycle-policy-id", id);
    let policies: { name: string; policy: unknown }[];
    beforeAll(async () => {
        await registerSchedule("all", everything);
        policies = ["all-dlm", "all-dlm-deletion"].flatMap((name) =>
            named(JSON.parse(inputsOf(rolePolicy, name)["policy"] as string)),
        );
    });

    test.each<[boolean, string, Omit<IamRequest, "principal">]>([
        [true, "takes a snapshot of any volume", { action: "ec2:CreateSnapshot", on: volume }],
        [true, "tags a new snapshot", { action: "ec2:CreateTags" }],
        [
            false,
            "tags a snapshot of another schedule",
            { action: "ec2:CreateTags", context: tag("pulumi-ebs-snapshots:schedule", "o/p/s/other") },
        ],
        [
            true,
            "deletes a snapshot of its policy",
            { action: "ec2:DeleteSnapshot", context: taken("all-all-volumes-id") },
        ],
        [
            true,
            "deletes a copy in the other Region",
            {
                action: "ec2:DeleteSnapshot",
                on: "arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0",
                context: taken("all-all-volumes-id"),
            },
        ],
        [
            false,
            "deletes a snapshot of another policy",
            { action: "ec2:DeleteSnapshot", context: taken("policy-1") },
        ],
        [false, "deletes any other snapshot", { action: "ec2:DeleteSnapshot" }],
        [
            true,
            "uses the key of an encrypted volume through EC2",
            {
                action: "kms:Decrypt",
                on: `arn:aws:kms:us-east-1:${own}:key/11111111-1111-4111-8111-111111111111`,
                context: { "kms:ViaService": "ec2.us-east-1.amazonaws.com" },
            },
        ],
        [true, "copies a snapshot", { action: "ec2:CopySnapshot" }],
        [
            false,
            "shares a snapshot",
            {
                action: "ec2:ModifySnapshotAttribute",
                context: { ...taken("all-all-volumes-id"), "ec2:Add/userId": "111122223333" },
            },
        ],
    ])("%s: it %s", async (expected, _, request) => {
        expect(await allows({ identityPolicies: policies }, { principal, ...request })).toBe(expected);
    });
});
