import * as aws from "@pulumi/aws";
import { describe, expect, test } from "vitest";
import { SnapshotSchedule } from "../../../sdk";
import { everything, nightly } from "./schedules";
import { inputsOf, registrations, valueOf } from "../pulumi-mocks";
import { registerSchedule } from "./register-schedule";

const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";

describe("a schedule with all features", () => {
    test("has the expected children with the expected names", async () => {
        const { names, urns, outputs } = await registerSchedule("all", everything);
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

    test("passes all arguments to DLM in one policy per tag value, each with all rules", async () => {
        await registerSchedule("all", everything);
        const tagsToAdd = {
            "pulumi-ebs-snapshots:schedule": "organization/project/test/all",
            Group: "payments",
            BillingCode: "CC-1042",
        };
        const policy = inputsOf(dlm, "all-critical");
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
        const other = inputsOf(dlm, "all-nightly");
        expect(other["policyDetails"]).toEqual({
            ...expected.policyDetails,
            targetTags: { Backup: "nightly" },
        });
    });

    test("its function has the settings, runs on events, on a timer and on each up, and retries failed events", async () => {
        await registerSchedule("all", everything);
        const recover = inputsOf("aws:lambda/function:Function", "all-recovery");
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
        expect(inputsOf("aws:lambda/invocation:Invocation", "all-recovery")).toMatchObject({
            lifecycleScope: "CRUD",
            input: variables["RECOVERY_VOLUMES"],
        });
        const pattern = inputsOf("aws:cloudwatch/eventRule:EventRule", "all-snapshots")["eventPattern"];
        expect(JSON.parse(pattern as string)).toEqual({
            source: ["aws.ec2"],
            "detail-type": ["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
            detail: { event: ["createSnapshot", "createSnapshots"], result: ["succeeded"] },
        });
        expect(inputsOf("aws:cloudwatch/eventRule:EventRule", "all-sweep")).toMatchObject({
            scheduleExpression: "rate(60 minutes)",
        });
        for (const caller of ["snapshots", "sweep"]) {
            expect(inputsOf("aws:lambda/permission:Permission", `all-${caller}`)).toMatchObject({
                principal: "events.amazonaws.com",
                sourceArn: `arn:all-${caller}`,
            });
            expect(inputsOf("aws:cloudwatch/eventTarget:EventTarget", `all-${caller}`)).toMatchObject({
                arn: "arn:all-recovery",
            });
        }
        const queue = inputsOf("aws:sqs/queuePolicy:QueuePolicy", "all-failures")["policy"] as string;
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
        const error = inputsOf("aws:cloudwatch/eventRule:EventRule", "all-policy-error")["eventPattern"];
        expect(JSON.parse(error as string)).toMatchObject({
            source: ["aws.dlm"],
            resources: ["arn:all-nightly", "arn:all-critical"],
            detail: { state: ["ERROR"] },
        });
        expect(inputsOf("aws:cloudwatch/metricAlarm:MetricAlarm", "all-nightly-missed")).toMatchObject({
            alarmActions: ["arn:aws:sns:us-east-1:123456789012:backups"],
            dimensions: { DLMPolicyId: "all-nightly-id" },
            metricName: "SnapshotsCreateCompleted",
            evaluationPeriods: 13,
            treatMissingData: "breaching",
        });
    });
});

test("with an explicit role it creates no role and no permissions", async () => {
    const role = "arn:aws:iam::123456789012:role/backup";
    const { names, outputs } = await registerSchedule("g", {
        targets: { anyTag: { Backup: ["a"] } },
        rules: [nightly],
        role,
    });
    expect(names.sort()).toEqual(["LifecyclePolicy g-a", "SchedulePlan g", "SnapshotSchedule g"]);
    expect(inputsOf(dlm, "g-a")["executionRoleArn"]).toBe(role);
    expect(outputs).toMatchObject({ roleArn: role });
});

test("the roles that a schedule creates have the given permissions boundary", async () => {
    const permissionsBoundary = "arn:aws:iam::123456789012:policy/bound";
    await registerSchedule("p", { ...everything, permissionsBoundary });
    for (const name of ["p-dlm", "p-recovery"])
        expect(inputsOf("aws:iam/role:Role", name)).toMatchObject({ permissionsBoundary });
});

const assumeRoles = [{ roleArn: "arn:aws:iam::111122223333:role/backup", externalId: "e" }];

test.each([
    { identity: { profile: "backup" }, credentials: { profile: "backup" } },
    { identity: { assumeRoles }, credentials: { assumeRoles } },
    { identity: { profile: "base", assumeRoles }, credentials: { assumeRoles } },
])("an explicit provider passes its region and its identity to the policies: $identity", async (passed) => {
    const provider = new aws.Provider("ireland", { region: "eu-west-1", ...passed.identity });
    const args = { targets: { anyTag: { Backup: ["e"] } }, rules: [nightly] };
    const schedule = new SnapshotSchedule("e", args, { providers: [provider] });
    await valueOf(schedule.policyIds);
    const policy = registrations.find(({ type, name }) => type === dlm && name === "e-e");
    expect(policy?.inputs).toMatchObject({ region: "us-east-1", credentials: passed.credentials });
});
