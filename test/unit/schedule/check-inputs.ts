/**
 * Declares the inputs of schedules that the tests of checks share, and lists their failures.
 *
 * @module
 */
import type { ScheduleRule, SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { checkSchedule } from "../../../schema/schedule/checks";
import { noContext } from "../../../schema/schedule/context";
import { describeFailure } from "../../../schema/failure";

const context = { ...noContext, accounts: { audit: "111122223333" }, region: "us-east-1" };

/** Returns the failures of arguments as text. */
export const failuresOf = (args: unknown) =>
    checkSchedule(args as SnapshotScheduleInputs, context).map((failure) => describeFailure(failure));

export const nightly: ScheduleRule = { name: "nightly", every: "12 hours", at: "03:00", keep: 14 };
export const byTag = { anyTag: { Backup: ["nightly"] } };
export const instances = { instances: { anyTag: { Role: ["db"] } } };
export const quarterly = { name: "q", cron: "0 5 1 1,4,7,10 ? *" };

export const withRule = (rule: object, targets: object = byTag) => ({
    targets,
    rules: [{ ...nightly, ...rule }],
});
export const cronRule = (cron: string) => ({ targets: byTag, rules: [{ name: "c", cron, keep: 1 }] });
export const quarterlyRule = (rule: object, targets: object = byTag) => ({
    targets,
    rules: [{ ...quarterly, ...rule }],
});
export const recovery = { availabilityZones: ["us-east-1a"], keep: 2, maximum: 40 };

export function rules(count: number) {
    return Array.from({ length: count }, (_, index) => ({ ...nightly, name: `rule ${String(index)}` }));
}

export function withTags(anyTag: object) {
    return { targets: { anyTag }, rules: [nightly] };
}
