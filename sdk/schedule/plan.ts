/**
 * Simulates a schedule for one volume, as Data Lifecycle Manager would run it, without calling AWS.
 *
 * @module
 */
import type { Duration } from "../../schema/duration";
import type { ScheduleRule, SnapshotScheduleInputs } from "../../schema/schedule/args";
import { assertSchedule } from "../../schema/schedule/checks";
import { asDuration } from "../../schema/schedule/restore-points";
import { ascending, day, gapsBetween, runWindow, timesWithin } from "../../schema/schedule/times";
import { changesOf, copiesOf, copyTimesAt, countRetained, retainedOf } from "./retained";
import { estimateStorage, type StorageAssumptions } from "./storage";

/** A point in time: ISO 8601, or a `Date`. */
export type Moment = string | Date;

/** A run of a rule. */
export interface PlannedRun {
    /** Scheduled time: ISO 8601, UTC. */
    time: string;
    /** Latest start, one hour after the scheduled time: ISO 8601, UTC. */
    latest: string;
    /** Name of the rule. */
    rule: string;
}

/** A snapshot that exists at a given time. */
export interface PlannedSnapshot {
    /** Time of the run that created it: ISO 8601, UTC. */
    time: string;
    /** Name of the rule that created it. */
    rule: string;
    /** Storage tier. */
    tier: "standard" | "archive";
}

/** A cross-Region copy that exists at a given time. */
export interface PlannedCopy {
    /** Time of the run that created the source snapshot: ISO 8601, UTC. */
    time: string;
    /** Name of the rule that created it. */
    rule: string;
    /** Region of the copy. */
    region: string;
}

/** The period of a plan, and what an estimate of its storage assumes. */
export interface PlanOptions extends StorageAssumptions {
    /** Beginning of the period: ISO 8601, or a `Date`. */
    from: Moment;
    /** End of the period, exclusive: ISO 8601, or a `Date`, at most 100 years after `from`. */
    until: Moment;
}

/** The runs and snapshots of one volume between two points in time; the schedule starts at the first of them. */
export interface SchedulePlan {
    /** All runs of the period, in chronological order. */
    runs: PlannedRun[];
    /** Returns the snapshots of the volume at a time, oldest first, without cross-Region copies. */
    retained(at: Moment): PlannedSnapshot[];
    /** Returns the cross-Region copies at a time, oldest first. */
    copies(at: Moment): PlannedCopy[];
    /** Returns the snapshots that have recovery volumes at a time, newest first. */
    recovered(at: Moment): PlannedSnapshot[];
    /**
     * Recovery point objective: the largest gap between runs, plus the hour within which DLM starts. Absent with fewer
     * than two runs.
     */
    recoveryPointObjective?: Duration;
    /** The most snapshots at once, archived ones included, copies not. */
    maximumSnapshots: number;
    /**
     * Returns what the snapshots in the standard tier store at a time, without copies: all blocks once, and what changed
     * between those that are retained. It requires `volumeSize` and `changePerDay`.
     */
    storedGiB(at: Moment): number;
    /** Returns what the copies in all other Regions store at a time: each Region has a first copy of all blocks. */
    copiedGiB(at: Moment): number;
    /** Returns what archived snapshots store at a time: AWS archives each as a full copy. */
    archivedGiB(at: Moment): number;
    /**
     * Returns the price of a month at what is stored at a time, copies included, the archive, which has a price of its
     * own, and data transfer not. It requires `pricePerGiBMonth`.
     */
    costPerMonth(at: Moment): number;
    /** Returns the cost of the whole period, as `costPerMonth` over time; a month has 730 hours. */
    cost(): number;
}

/**
 * Computes what a schedule does to one volume in a period, without calling AWS. It throws on arguments that the class
 * would refuse.
 *
 * @example
 * ```ts
 * import { planSchedule } from "pulumi-ebs-snapshots";
 *
 * const plan = planSchedule(
 *     {
 *         targets: { anyTag: { Backup: ["nightly"] } },
 *         rules: [{ name: "nightly", every: "12 hours", at: "03:00", keep: 14 }],
 *     },
 *     { from: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" },
 * );
 * console.log(plan.maximumSnapshots, plan.retained("2026-01-31T12:00:00Z").length);
 * ```
 * @param args The arguments of {@link SnapshotSchedule}.
 * @param span The period, from `from` (inclusive) to `until` (exclusive), and for an estimate of storage and cost the
 * figures of the volume.
 * @see [How EBS snapshots work](https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html)
 */
export function planSchedule(args: SnapshotScheduleInputs<unknown>, span: PlanOptions): SchedulePlan {
    assertSchedule(args);
    const { from: start, until: end, ...assumptions } = span;
    const [from, until] = [momentOf(start), momentOf(end)];
    assertPeriod(from, until);
    const rules = args.rules.map((rule) => ({
        rule,
        times: args.enabled === false ? [] : timesWithin(rule, { from, until }),
    }));
    const all = rules.flatMap(({ times }) => times).sort(ascending);
    const retained = (at: number) =>
        rules.flatMap(({ rule, times }) => snapshotsOf(rule, times, at)).sort(byTime);
    const countAt = (at: number) =>
        rules.reduce((sum, { rule, times }) => sum + countRetained(rule, times, at), 0);
    const gaps = gapsBetween(all);
    const timesAt = (at: number, tier: PlannedSnapshot["tier"]) =>
        rules.flatMap(({ rule, times }) => retainedOf(rule, times, at)[tier]).sort(ascending);
    const storage = estimateStorage(
        {
            standard: (at) => timesAt(at, "standard"),
            archived: (at) => timesAt(at, "archive"),
            copies: (at) => copyTimesAt(rules, at),
            changes: rules.flatMap(({ rule, times }) => changesOf(rule, times)),
        },
        assumptions,
    );
    return {
        storedGiB: (at) => storage.storedGiB(momentOf(at)),
        copiedGiB: (at) => storage.copiedGiB(momentOf(at)),
        archivedGiB: (at) => storage.archivedGiB(momentOf(at)),
        costPerMonth: (at) => storage.costPerMonth(momentOf(at)),
        cost: () => storage.cost(from, until),
        runs: rules
            .flatMap(({ rule, times }) =>
                times.map((time) => ({
                    time: iso(time),
                    latest: iso(time + runWindow),
                    rule: rule.name,
                })),
            )
            .sort(byTime),
        retained: (at) => retained(momentOf(at)),
        copies: (at) =>
            rules.flatMap(({ rule, times }) => plannedCopies(rule, times, momentOf(at))).sort(byTime),
        recovered: (at) =>
            retained(momentOf(at))
                .filter(({ tier }) => tier === "standard")
                .reverse()
                .slice(0, args.recoveryVolumes?.keep ?? 0),
        ...(gaps.length === 0 ? {} : { recoveryPointObjective: asDuration(largest(gaps) + runWindow) }),
        maximumSnapshots: all.reduce((most, time) => Math.max(most, countAt(time)), 0),
    };
}

function snapshotsOf(rule: AnyRule, times: number[], at: number): PlannedSnapshot[] {
    const { standard, archive } = retainedOf(rule, times, at);
    const planned = (tier: PlannedSnapshot["tier"]) => (time: number) => ({
        time: iso(time),
        rule: rule.name,
        tier,
    });
    return [...archive.map(planned("archive")), ...standard.map(planned("standard"))];
}

function plannedCopies(rule: AnyRule, times: number[], at: number): PlannedCopy[] {
    return copiesOf(rule, times, at).flatMap(({ region, times: kept }) =>
        kept.map((time) => ({ time: iso(time), rule: rule.name, region })),
    );
}

type AnyRule = ScheduleRule<unknown>;

export function momentOf(moment: Moment): number {
    const time = new Date(moment).getTime();
    if (Number.isNaN(time))
        throw new Error(
            `${String(moment)} is not a valid time. Specify ISO 8601 such as "2026-01-01T00:00:00Z"`,
        );
    return time;
}

/** The longest period in milliseconds: an hourly rule has 876,600 runs in it, which are planned in seconds. */
export const longestPeriod = 36_525 * day;

function assertPeriod(from: number, until: number): void {
    if (until - from <= longestPeriod) return;
    throw new Error(
        `until is ${iso(until)}, but must be at most 100 years after from: ${iso(from + longestPeriod)} or earlier`,
    );
}

/** Returns the largest number; as arguments of `Math.max`, the runs of some decades exceed the stack. */
function largest(numbers: number[]): number {
    return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function iso(time: number): string {
    return new Date(time).toISOString();
}

function byTime(one: { time: string }, other: { time: string }): number {
    return one.time < other.time ? -1 : one.time > other.time ? 1 : 0;
}
