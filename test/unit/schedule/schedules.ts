/**
 * Declares rules and schedules that the tests of checks and of children share.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { ScheduleRule } from "../../../schema/schedule/args";
import type { SnapshotScheduleArgs } from "../../../sdk";

/** A rule that copies, shares and enables fast snapshot restore. */
export const monthlyRule = (accounts: string[]): ScheduleRule => ({
    name: "monthly",
    cron: "0 4 1 * ? *",
    keep: "365 days",
    copyTo: [{ region: "eu-west-1", keep: "90 days", encrypted: true }],
    shareWith: { accounts, unshareAfter: "30 days" },
    fastRestore: { availabilityZones: ["us-east-1a"], keep: "30 days" },
});

export const nightly = { name: "nightly", every: "12 hours", at: "03:00", keep: 14 } as const;

/** A schedule with all features. */
export const everything: SnapshotScheduleArgs = {
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
