/**
 * Declares rules that the tests of checks and of children share.
 *
 * @module
 */
import type { ScheduleRule } from "../../../schema/schedule/args";

/** A rule that copies, shares and enables fast snapshot restore. */
export const monthlyRule = (accounts: string[]): ScheduleRule => ({
    name: "monthly",
    cron: "0 4 1 * ? *",
    keep: "365 days",
    copyTo: [{ region: "eu-west-1", keep: "90 days", encrypted: true }],
    shareWith: { accounts, unshareAfter: "30 days" },
    fastRestore: { availabilityZones: ["us-east-1a"], keep: "30 days" },
});
