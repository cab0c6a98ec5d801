/**
 * A schedule as pure data, for one volume: what Data Lifecycle Manager makes of it, with no cloud.
 *
 * @module
 */
import { toMilliseconds, type Duration } from "../../provider/duration";
import type { Keep, ScheduleRule, SnapshotScheduleInputs } from "./args";
import { assertSchedule } from "./checks";
import { day, gapsBetween, hour, runWindow, timesWithin, typicalTimes } from "./times";

/** A moment: ISO 8601, or a `Date`. */
export type Moment = string | Date;

/** A run of a rule. */
export interface PlannedRun {
    /** When DLM is to start: ISO 8601, UTC. */
    time: string;
    /** By when it has started at the latest: ISO 8601, UTC. */
    latest: string;
    /** Name of the rule. */
    rule: string;
}

/** A snapshot that there is at a time. */
export interface PlannedSnapshot {
    /** Time of the run that took it: ISO 8601, UTC. */
    time: string;
    /** Name of the rule that took it. */
    rule: string;
    /** Where it is kept. */
    tier: "standard" | "archive";
}

/** A copy in another region that there is at a time. */
export interface PlannedCopy {
    /** Time of the run that took the original: ISO 8601, UTC. */
    time: string;
    /** Name of the rule that took it. */
    rule: string;
    /** Region of the copy. */
    region: string;
}

/** What happens to one volume between two moments, if the schedule begins at the first of them. */
export interface SchedulePlan {
    /** All runs of the span, in their order. */
    runs: PlannedRun[];
    /** The volume's snapshots at a time, oldest first, without copies in other regions. */
    retained(at: Moment): PlannedSnapshot[];
    /** The copies in other regions at a time, oldest first. */
    copies(at: Moment): PlannedCopy[];
    /** The snapshots that have recovery volumes at a time, newest first. */
    recovered(at: Moment): PlannedSnapshot[];
    /**
     * The most that can be lost: the largest gap between runs and the hour within which DLM starts. Absent where there are
     * not two runs.
     */
    recoveryPointObjective?: Duration;
    /** The most snapshots at once, archived ones included, copies not. */
    maximumSnapshots: number;
}

/**
 * What a schedule does to one volume between two moments, as pure data and with no cloud. It throws on arguments that the
 * class would refuse.
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
 * @param args What {@link SnapshotSchedule} takes.
 * @param span `from` belongs to it, `until` does not.
 */
export function planSchedule(
    args: SnapshotScheduleInputs<unknown>,
    span: { from: Moment; until: Moment },
): SchedulePlan {
    assertSchedule(args);
    const [from, until] = [momentOf(span.from), momentOf(span.until)];
    const rules = args.rules.map((rule) => ({
        rule,
        times: args.enabled === false ? [] : timesWithin(rule, from, until),
    }));
    const all = rules.flatMap(({ times }) => times).sort(ascending);
    const retained = (at: number) =>
        rules.flatMap(({ rule, times }) => snapshotsOf(rule, times, at)).sort(byTime);
    const countAt = (at: number) =>
        rules.reduce((sum, { rule, times }) => {
            const { standard, archive } = retainedOf(rule, times, at);
            return sum + standard.length + archive.length;
        }, 0);
    const gaps = gapsBetween(all);
    return {
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
        copies: (at) => rules.flatMap(({ rule, times }) => copiesOf(rule, times, momentOf(at))).sort(byTime),
        recovered: (at) =>
            retained(momentOf(at))
                .filter(({ tier }) => tier === "standard")
                .reverse()
                .slice(0, args.recoveryVolumes?.keep ?? 0),
        ...(gaps.length === 0 ? {} : { recoveryPointObjective: asDuration(Math.max(...gaps) + runWindow) }),
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

/** One rule's snapshots at a time, in both tiers. */
function retainedOf({ keep, archive }: AnyRule, times: number[], at: number) {
    const taken = times.slice(0, firstAfter(times, at));
    const standard = kept(taken, keep, at);
    if (archive === undefined) return { standard, archive: [] };
    const older = taken.slice(0, taken.length - standard.length);
    const archived =
        typeof archive.keep === "number"
            ? older.slice(-archive.keep)
            : older.slice(firstAfter(older, at - lengthOf(keep) - lengthOf(archive.keep)));
    return { standard, archive: archived };
}

function copiesOf({ name, copyTo = [] }: AnyRule, times: number[], at: number): PlannedCopy[] {
    const taken = times.slice(0, firstAfter(times, at));
    return copyTo.flatMap(({ region, keep }) =>
        kept(taken, keep, at).map((time) => ({ time: iso(time), rule: name, region })),
    );
}

/** The last of several outlives its age until the next one: DLM never deletes the newest. */
function kept(taken: number[], keep: Keep, at: number): number[] {
    if (typeof keep === "number") return keep === 0 ? [] : taken.slice(-keep);
    return taken.slice(Math.min(firstAfter(taken, at - lengthOf(keep)), taken.length - 1));
}

/** Index of the first time later than this one, by halving: a year by the hour is looked at once for each hour. */
function firstAfter(times: number[], at: number): number {
    let [low, high] = [0, times.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((times[middle] ?? Infinity) > at) high = middle;
        else low = middle + 1;
    }
    return low;
}

/** What a rule comes to in the long run, for one volume: the same on every day that it is asked. */
export interface RuleSummary {
    /** Name of the rule. */
    rule: string;
    /** What it keeps, as people say it: `14`, `30 days`. */
    keep: string;
    /** Whether a number or an age decides. */
    keptBy: "count" | "age";
    /** How many of its snapshots there are once it has run for long, archived ones included. */
    restorePoints: number;
}

/** What all rules come to in the long run, for one volume. */
export interface ScheduleSummary {
    /** Each rule by itself. */
    rules: RuleSummary[];
    /** The most that can be lost: the largest gap between runs and the hour within which DLM starts. */
    recoveryPointObjective?: Duration;
    /** The most snapshots at once, archived ones included, copies not. */
    maximumSnapshots: number;
}

/** The plan in figures. */
export function summaryOf({ rules }: Pick<SnapshotScheduleInputs<unknown>, "rules">): ScheduleSummary {
    const typical = rules.map((rule) => ({ rule, times: typicalTimes(rule) }));
    const horizon = Math.min(...typical.map(({ times }) => times.at(-1) ?? Infinity));
    const merged = typical.flatMap(({ times }) => times.filter((time) => time <= horizon)).sort(ascending);
    const gaps = gapsBetween(merged);
    const summaries = typical.map(({ rule, times }) => ({
        rule: rule.name,
        keep: keepText(rule),
        keptBy: typeof rule.keep === "number" ? ("count" as const) : ("age" as const),
        restorePoints: restorePoints(rule, times),
    }));
    return {
        rules: summaries,
        ...(gaps.length === 0 ? {} : { recoveryPointObjective: asDuration(Math.max(...gaps) + runWindow) }),
        maximumSnapshots: summaries.reduce((sum, { restorePoints: some }) => sum + some, 0),
    };
}

function keepText({ keep, archive }: AnyRule): string {
    return archive === undefined ? String(keep) : `${String(keep)}, then ${String(archive.keep)} archived`;
}

function restorePoints({ keep, archive }: AnyRule, times: number[]): number {
    const standard = atOnce(keep, times);
    if (archive === undefined) return standard;
    if (typeof archive.keep === "number") return standard + archive.keep;
    return atOnce(asDuration(lengthOf(keep) + lengthOf(archive.keep)), times);
}

/** The most that a number or an age keeps at once. */
function atOnce(keep: Keep, times: number[]): number {
    if (typeof keep === "number") return keep;
    const length = lengthOf(keep);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    // An age beyond what was looked at goes on as it was.
    if (length > last - first && times.length > 1)
        return Math.ceil((length / (last - first)) * (times.length - 1));
    let oldest = 0;
    let largest = 1;
    for (const [index, time] of times.entries()) {
        while ((times[oldest] ?? Infinity) + length <= time) oldest++;
        // The newest outlives its age.
        largest = Math.max(largest, index - oldest + 1);
    }
    return largest;
}

type AnyRule = ScheduleRule<unknown>;

/** A number of newest ones has no length. */
function lengthOf(keep: Keep): number {
    return typeof keep === "number" ? 0 : toMilliseconds(keep);
}

function asDuration(length: number): Duration {
    if (length % day === 0) return `${length / day} days`;
    if (length % hour === 0) return `${length / hour} hours`;
    return `${Math.ceil(length / 60_000)} minutes`;
}

export function momentOf(moment: Moment): number {
    const time = new Date(moment).getTime();
    if (Number.isNaN(time))
        throw new Error(`${String(moment)} is no time; give one such as "2026-01-01T00:00:00Z"`);
    return time;
}

function iso(time: number): string {
    return new Date(time).toISOString();
}

function ascending(one: number, other: number): number {
    return one - other;
}

function byTime(one: { time: string }, other: { time: string }): number {
    return one.time < other.time ? -1 : one.time > other.time ? 1 : 0;
}
