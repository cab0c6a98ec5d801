import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { SnapshotSchedule, type SnapshotScheduleArgs } from "../../../sdk";
import { monthlyRule } from "./rules";
import { allowed, made, registered, valueOf } from "./mocks";

const nightly = { name: "nightly", every: "12 hours", at: "03:00", keep: 14 } as const;
const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";
const everything: SnapshotScheduleArgs = {
    targets: { anyTag: { Backup: ["nightly", "critical"] } },
    rules: [
        nightly,
        monthlyRule(["audit", "444455556666"]),
        { name: "quarterly", cron: "0 5 1 1,4,7,10 ? *", keep: "30 days", archive: { keep: "365 days" } },
    ],
    recoveryVolumes: { availabilityZones: ["us-east-1a"], keep: 2, maximum: 40 },
    alarm: { topicArn: pulumi.output("arn:aws:sns:us-east-1:123456789012:backups") },
    group: "payments",
    billingCode: pulumi.output("CC-1042"),
};

describe("a schedule of everything", () => {
    test("has these children, all below it, under these names", async () => {
        const { names, urns, outputs } = await made("all", everything);
        expect(names.sort()).toEqual(
            [
                "SnapshotSchedule all",
                "SchedulePlan all",
                "Role all-dlm",
                "RolePolicy all-dlm",
                "LifecyclePolicy all-nightly",
                "LifecyclePolicy all-critical",
                "Queue all-failures",
                "QueuePolicy all-failures",
                "EventRule all-policy-error",
                "EventTarget all-policy-error",
                ...["failures", "nightly-failed", "nightly-missed", "critical-failed", "critical-missed"].map(
                    (suffix) => `MetricAlarm all-${suffix}`,
                ),
                ...["VolumesFailed", "VolumesBeyondMaximum", "VolumesUnknown", "MissedRecoveryPoints"].map(
                    (suffix) => `MetricAlarm all-${suffix}`,
                ),
                ...["LogGroup", "Role", "RolePolicy", "Function", "Invocation"].map(
                    (kind) => `${kind} all-recovery`,
                ),
                ...["EventRule", "Permission", "EventTarget"].flatMap((kind) => [
                    `${kind} all-snapshots`,
                    `${kind} all-sweep`,
                ]),
            ].sort(),
        );
        const [own, ...children] = urns.sort((one, other) => one.length - other.length);
        expect(own).toBe("urn:pulumi:test::project::ebs-snapshots:index:SnapshotSchedule::all");
        for (const urn of children) expect(urn).toContain("::project::ebs-snapshots:index:SnapshotSchedule$");
        expect(outputs).toEqual({
            policyIds: ["all-nightly-id", "all-critical-id"],
            roleArn: "arn:all-dlm",
            recoveryFunctionArn: "arn:all-recovery",
            plan: {
                rules: [
                    { rule: "nightly", keep: "14", keptBy: "count", restorePoints: 14 },
                    { rule: "monthly", keep: "365 days", keptBy: "age", restorePoints: 12 },
                    {
                        rule: "quarterly",
                        keep: "30 days, then 365 days archived",
                        keptBy: "age",
                        restorePoints: 5,
                    },
                ],
                recoveryPointObjective: "13 hours",
                maximumSnapshots: 31,
            },
        });
    });

    test("passes all of it to DLM, in one policy for each tag value, each with all rules", async () => {
        const { child } = await made("all", everything);
        const tagsToAdd = {
            "pulumi-ebs-snapshots:schedule": "organization/project/test/all",
            Group: "payments",
            BillingCode: "CC-1042",
        };
        const policy = child(dlm, "all-critical");
        const expected = {
            description: "all critical",
            executionRoleArn: "arn:all-dlm",
            state: "ENABLED",
            policyDetails: {
                resourceTypes: ["VOLUME"],
                targetTags: { Backup: "critical" },
                schedules: [
                    {
                        name: "monthly",
                        copyTags: true,
                        tagsToAdd,
                        createRule: { cronExpression: "cron(0 4 1 * ? *)" },
                        retainRule: { interval: 365, intervalUnit: "DAYS" },
                        crossRegionCopyRules: [
                            {
                                target: "eu-west-1",
                                encrypted: true,
                                copyTags: true,
                                retainRule: { interval: 90, intervalUnit: "DAYS" },
                            },
                        ],
                        shareRules: [
                            {
                                targetAccounts: ["111122223333", "444455556666"],
                                unshareInterval: 30,
                                unshareIntervalUnit: "DAYS",
                            },
                        ],
                        fastRestoreRule: {
                            availabilityZones: ["us-east-1a"],
                            interval: 30,
                            intervalUnit: "DAYS",
                        },
                    },
                    {
                        name: "nightly",
                        copyTags: true,
                        tagsToAdd,
                        createRule: { interval: 12, intervalUnit: "HOURS", times: ["03:00"] },
                        retainRule: { count: 14 },
                    },
                    {
                        name: "quarterly",
                        copyTags: true,
                        tagsToAdd,
                        createRule: { cronExpression: "cron(0 5 1 1,4,7,10 ? *)" },
                        retainRule: { interval: 30, intervalUnit: "DAYS" },
                        archiveRule: {
                            retainRule: {
                                retentionArchiveTier: { interval: 365, intervalUnit: "DAYS" },
                            },
                        },
                    },
                ],
            },
        };
        expect(policy).toMatchObject(expected);
        const other = child(dlm, "all-nightly");
        expect(other["policyDetails"]).toEqual({
            ...expected.policyDetails,
            targetTags: { Backup: "nightly" },
        });
    });

    test("its function has the settings, runs on events, a timer and each up, and gets failed events again", async () => {
        const { child } = await made("all", everything);
        const recover = child("aws:lambda/function:Function", "all-recovery");
        expect(recover).toMatchObject({
            runtime: "nodejs24.x",
            handler: "index.handler",
            reservedConcurrentExecutions: 1,
            deadLetterConfig: { targetArn: "arn:all-failures" },
        });
        const { variables } = recover["environment"] as { variables: Record<string, string> };
        expect(JSON.parse(variables["RECOVERY_VOLUMES"]!)).toEqual({
            schedule: "organization/project/test/all",
            policies: ["all-nightly-id", "all-critical-id"],
            availabilityZones: ["us-east-1a"],
            keep: 2,
            maximum: 40,
            volumeType: "gp3",
            onDestroy: "keep",
            carriedTags: ["Name", "Group", "BillingCode"],
            tags: { Group: "payments", BillingCode: "CC-1042" },
            recoveryPointHours: 13,
        });
        expect(child("aws:lambda/invocation:Invocation", "all-recovery")).toMatchObject({
            lifecycleScope: "CRUD",
            input: variables["RECOVERY_VOLUMES"],
        });
        const pattern = child("aws:cloudwatch/eventRule:EventRule", "all-snapshots")["eventPattern"];
        expect(JSON.parse(pattern as string)).toEqual({
            source: ["aws.ec2"],
            "detail-type": ["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
            detail: { event: ["createSnapshot", "createSnapshots"], result: ["succeeded"] },
        });
        expect(child("aws:cloudwatch/eventRule:EventRule", "all-sweep")).toMatchObject({
            scheduleExpression: "rate(60 minutes)",
        });
        for (const caller of ["snapshots", "sweep"]) {
            expect(child("aws:lambda/permission:Permission", `all-${caller}`)).toMatchObject({
                principal: "events.amazonaws.com",
                sourceArn: `arn:all-${caller}`,
            });
            expect(child("aws:cloudwatch/eventTarget:EventTarget", `all-${caller}`)).toMatchObject({
                arn: "arn:all-recovery",
            });
        }
        const queue = child("aws:sqs/queuePolicy:QueuePolicy", "all-failures")["policy"] as string;
        expect(JSON.parse(queue)).toMatchObject({
            Statement: [
                {
                    Action: "sqs:SendMessage",
                    Condition: {
                        ArnEquals: {
                            "aws:SourceArn": ["arn:all-policy-error", "arn:all-snapshots", "arn:all-sweep"],
                        },
                    },
                },
            ],
        });
        const error = child("aws:cloudwatch/eventRule:EventRule", "all-policy-error")["eventPattern"];
        expect(JSON.parse(error as string)).toMatchObject({
            source: ["aws.dlm"],
            resources: ["arn:all-nightly", "arn:all-critical"],
            detail: { state: ["ERROR"] },
        });
        expect(child("aws:cloudwatch/metricAlarm:MetricAlarm", "all-nightly-missed")).toMatchObject({
            alarmActions: ["arn:aws:sns:us-east-1:123456789012:backups"],
            dimensions: { DLMPolicyId: "all-nightly-id" },
            metricName: "SnapshotsCreateCompleted",
            evaluationPeriods: 13,
            treatMissingData: "breaching",
        });
    });
});

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

describe("the rights of DLM", () => {
    test("are for the targets, and for what carries the schedule's tag", async () => {
        const { child } = await made("r", { targets: { anyTag: { Backup: ["a", "b"] } }, rules: [nightly] });
        const { actions, of } = allowed(child(rolePolicy, "r-dlm"));
        expect([...new Set(actions)].sort()).toEqual([
            "ec2:CreateSnapshot",
            "ec2:CreateTags",
            "ec2:DeleteSnapshot",
            "ec2:DescribeInstances",
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncrypt*",
        ]);
        expect(of("ec2:CreateSnapshot")[0]).toMatchObject({
            Resource: "arn:aws:ec2:us-east-1:123456789012:volume/*",
            Condition: { StringEquals: { "aws:ResourceTag/Backup": ["a", "b"] } },
        });
        expect(of("ec2:DeleteSnapshot")).toEqual([
            {
                Effect: "Allow",
                Action: ["ec2:DeleteSnapshot"],
                Resource: ["arn:aws:ec2:us-east-1::snapshot/*"],
                Condition: {
                    StringEquals: {
                        "aws:ResourceTag/pulumi-ebs-snapshots:schedule": "organization/project/test/r",
                    },
                    StringLike: { "aws:ResourceTag/aws:dlm:lifecycle-policy-id": "policy-*" },
                },
            },
        ]);
    });

    test("grow only with the declared features", async () => {
        const { child } = await made("f", everything);
        const { actions, of } = allowed(child(rolePolicy, "f-dlm"));
        for (const action of ["CopySnapshot", "ModifySnapshotAttribute", "ModifySnapshotTier"])
            expect(actions).toContain(`ec2:${action}`);
        expect(actions).toContain("ec2:EnableFastSnapshotRestores");
        expect(of("ec2:DeleteSnapshot")[0]!.Resource).toEqual([
            "arn:aws:ec2:eu-west-1::snapshot/*",
            "arn:aws:ec2:us-east-1::snapshot/*",
        ]);
        expect(of("ec2:ModifySnapshotAttribute")[0]!.Condition!["ForAllValues:StringEquals"]).toEqual({
            "ec2:Add/userId": ["111122223333", "444455556666"],
        });
        expect(of("kms:CreateGrant")[0]!.Condition).toMatchObject({
            Bool: { "kms:GrantIsForAWSResource": "true" },
        });
        expect(actions.filter((action) => action.startsWith("ssm:"))).toEqual([]);
    });

    test("to make and delete volumes are for the schedule's own alone", async () => {
        const { child } = await made("v", everything);
        const { of } = allowed(child(rolePolicy, "v-recovery"));
        const id = "organization/project/test/v";
        expect(of("ec2:CreateVolume").map(({ Condition }) => Condition)).toEqual([
            {
                StringEquals: {
                    "aws:ResourceTag/aws:dlm:lifecycle-policy-id": ["v-nightly-id", "v-critical-id"],
                },
            },
            { StringEquals: { "aws:RequestTag/pulumi-ebs-snapshots:recovery": id } },
        ]);
        expect(of("ec2:DeleteVolume").map(({ Condition }) => Condition)).toEqual([
            { StringEquals: { "aws:ResourceTag/pulumi-ebs-snapshots:recovery": id } },
        ]);
        expect(of("ec2:CreateTags").map(({ Condition }) => Condition)).toEqual([
            { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
            {
                StringEquals: { "aws:ResourceTag/pulumi-ebs-snapshots:recovery": id },
                "ForAllValues:StringEquals": { "aws:TagKeys": ["pulumi-ebs-snapshots:attached"] },
                Null: { "aws:TagKeys": "false" },
            },
        ]);
    });
});

test("a target or a rule more, or another order, renames no policy and no schedule of DLM", async () => {
    const weekly = { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 };
    const few = await made("a", { targets: { anyTag: { Backup: ["x"] } }, rules: [nightly] });
    const one = few.child(dlm, "a-x");
    registered.splice(0);
    const many = await made("b", { targets: { anyTag: { Backup: ["y", "z"] } }, rules: [weekly, nightly] });
    registered.forEach((resource) => (resource.name = resource.name.replace(/^b/, "a")));
    const two = many.child(dlm, "a-z");
    expect(few.names).toContain("LifecyclePolicy a-x");
    const schedulesOf = (policy: Record<string, unknown>) =>
        (policy["policyDetails"] as { schedules: { name: string }[] }).schedules.map(({ name }) => name);
    expect([schedulesOf(one), schedulesOf(two)]).toEqual([["nightly"], ["nightly", "weekly"]]);
});

test("volumes by id have a policy for each rule, which tags them with a key of its own", async () => {
    const { names, child } = await made("ids", {
        targets: { volumeIds: ["vol-1", pulumi.output("vol-2")] },
        rules: [nightly, { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 }],
    });
    expect(names.filter((name) => /^(Tag|Lifecycle)/.test(name)).sort()).toEqual([
        "LifecyclePolicy ids-nightly",
        "LifecyclePolicy ids-weekly",
    ]);
    const { targetTags } = child(dlm, "ids-nightly")["policyDetails"] as {
        targetTags: Record<string, string>;
    };
    const [key = ""] = Object.keys(targetTags);
    expect(key).toMatch(/^pulumi-ebs-snapshots:target-[0-9a-f]{12}$/);
    expect(child(dlm, "ids-nightly")["targetVolumeIds"]).toEqual(["vol-1", "vol-2"]);
    const weekly = child(dlm, "ids-weekly")["policyDetails"] as { targetTags: object };
    expect(Object.keys(weekly.targetTags)).not.toContain(key);
});

test("with a role given there is no other child, and no right of its own", async () => {
    const role = "arn:aws:iam::123456789012:role/backup";
    const { names, child, outputs } = await made("g", {
        targets: { anyTag: { Backup: ["a"] } },
        rules: [nightly],
        role,
    });
    expect(names.sort()).toEqual(["LifecyclePolicy g-a", "SchedulePlan g", "SnapshotSchedule g"]);
    expect(child(dlm, "g-a")["executionRoleArn"]).toBe(role);
    expect(outputs).toMatchObject({ roleArn: role });
});

test("the roles that a schedule creates have the given bound", async () => {
    const permissionsBoundary = "arn:aws:iam::123456789012:policy/bound";
    const { child } = await made("p", { ...everything, permissionsBoundary });
    for (const name of ["p-dlm", "p-recovery"])
        expect(child("aws:iam/role:Role", name)).toMatchObject({ permissionsBoundary });
});

test("an explicit provider passes its region and its profile to the policies", async () => {
    const provider = new aws.Provider("ireland", { region: "eu-west-1", profile: "backup" });
    const args = { targets: { anyTag: { Backup: ["e"] } }, rules: [nightly] };
    const schedule = new SnapshotSchedule("e", args, { providers: [provider] });
    await valueOf(schedule.policyIds);
    const policy = registered.find(({ type, name }) => type === dlm && name === "e-e");
    expect(policy?.inputs).toMatchObject({ region: "us-east-1", credentials: { profile: "backup" } });
});

test("instances are copied as sets, with exclusions, scripts and variable tags", async () => {
    const { child } = await made("db", {
        targets: {
            instances: {
                anyTag: { Role: ["db"] },
                excludeBootVolume: true,
                excludeVolumesTagged: { Scratch: "yes" },
            },
        },
        rules: [{ ...nightly, scripts: { document: "AWS_VSS_BACKUP", timeout: "60 seconds", retries: 1 } }],
        variableTags: { Source: "$(instance-id)", Taken: "$(timestamp)" },
        enabled: false,
    });
    expect(child(dlm, "db-db")).toMatchObject({
        state: "DISABLED",
        policyDetails: {
            resourceTypes: ["INSTANCE"],
            targetTags: { Role: "db" },
            parameters: { excludeBootVolume: true, excludeDataVolumeTags: { Scratch: "yes" } },
            schedules: [
                {
                    variableTags: { Source: "$(instance-id)", Taken: "$(timestamp)" },
                    createRule: {
                        scripts: [
                            {
                                executionHandler: "AWS_VSS_BACKUP",
                                executionTimeout: 60,
                                maximumRetryCount: 1,
                            },
                        ],
                    },
                },
            ],
        },
    });
    const { actions, of } = allowed(child(rolePolicy, "db-dlm"));
    expect(actions).toContain("ssm:SendCommand");
    expect(of("ec2:CreateSnapshots")[0]!.Resource).toBe("arn:aws:ec2:us-east-1:123456789012:instance/*");
});

describe("is refused, and nothing is created", () => {
    const args = { targets: { anyTag: { Backup: ["nightly"] } }, rules: [nightly] };

    test("what DLM would refuse, on the argument at fault", () => {
        const bad = { ...args, rules: [{ ...nightly, keep: 0 }] };
        expect(() => new SnapshotSchedule("bad", bad)).toThrow(
            'ebs-snapshots:index:SnapshotSchedule "bad":\nrules[0].keep is 0, which requires archive',
        );
        const unknownAlias = { ...args, rules: [{ ...nightly, shareWith: { accounts: ["prod"] } }] };
        expect(() => new SnapshotSchedule("alias", unknownAlias)).toThrow('("audit")');
        const home = {
            ...args,
            rules: [{ ...nightly, copyTo: [{ region: "us-east-1", keep: "1 day" as const }] }],
        };
        expect(() => new SnapshotSchedule("home", home)).toThrow("the region of the schedule");
    });

    test("a target that another schedule of the program has, unless it is in another account or region", () => {
        new SnapshotSchedule("one", args);
        expect(() => new SnapshotSchedule("two", args)).toThrow(
            'targets select volumes tagged Backup=nightly, but DLM accepts a target tag in one policy only: put the rules into one schedule. Schedule "one" uses it already',
        );
        const provider = new aws.Provider("ireland", { region: "eu-west-1" });
        new SnapshotSchedule("three", args, { providers: [provider] });
        const instances = { targets: { instances: args.targets }, rules: [nightly] };
        new SnapshotSchedule("four", instances);
    });

    test("more policies than AWS takes", () => {
        const values = (from: number) => Array.from({ length: 60 }, (_, index) => `v${String(from + index)}`);
        new SnapshotSchedule("many", { ...args, targets: { anyTag: { Backup: values(0) } } });
        expect(
            () => new SnapshotSchedule("more", { ...args, targets: { anyTag: { Backup: values(60) } } }),
        ).toThrow("result in 120 DLM policies of this program in the region, but the quota is 100");
    });
});
