/**
 * Summarizes the rules of a schedule in figures for one volume, which do not depend on the current date.
 *
 * @module
 */
import type { Duration } from "../../schema/duration";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import { asDuration, keepText, restorePoints } from "../../schema/schedule/restore-points";
import { ascending, gapsBetween, runWindow, typicalTimes } from "../../schema/schedule/times";

/** Figures of a rule for one volume, once the retention is reached; they do not depend on the current date. */
export interface RuleSummary {
    /** Name of the rule. */
    rule: string;
    /** The retention in words: `14`, `30 days`. */
    keep: string;
    /** Retention by count or by age. */
    keptBy: "count" | "age";
    /** Number of snapshots once the retention is reached, archived ones included. */
    restorePoints: number;
}

/** Figures of all rules for one volume, once the retention is reached. */
export interface ScheduleSummary {
    /** Figures of each rule. */
    rules: RuleSummary[];
    /** Recovery point objective: the largest gap between runs, plus the hour within which DLM starts. */
    recoveryPointObjective?: Duration;
    /** The most snapshots at once, archived ones included, copies not. */
    maximumSnapshots: number;
}

/** Summarizes the plan in figures. */
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
