/**
 * Lays out the chart of a plan: its colours, sizes and positions, and the names in its legend.
 *
 * @module
 */
import type { SnapshotScheduleInputs } from "../schema/schedule/args";
import { momentOf, planSchedule, type SchedulePlan } from "../sdk/schedule/plan";
import type { Estimated } from "./plan-report";

export const ink = "#333333";
export const width = 1_200;
export const right = 60;
export const laneHeight = 34;
export const itemGap = 24;
/** A line of the legend and the gap below it. */
const legendLine = 14 + itemGap;
export const countHeight = 240;
export const storedHeight = 160;
export const recovery = "recovery volumes";
export const copiesIn = (region: string) => `copies in ${region}`;

/** Contains what the parts of the chart have in common. */
export interface Drawing {
    args: SnapshotScheduleInputs<unknown>;
    span: Estimated;
    plan: SchedulePlan;
    from: number;
    until: number;
    /** Names of the rules, one lane each. */
    names: string[];
    left: number;
    lanes: number;
    /** The upper edges of the four grids. */
    tops: { runs: number; counts: number; end: number; stored: number };
    /** Reports whether the fourth grid exists, with the stored data. */
    isEstimated: boolean;
}

export function drawingOf(args: SnapshotScheduleInputs<unknown>, span: Estimated): Drawing {
    const names = args.rules.map(({ name }) => name);
    const lanes = laneHeight * names.length;
    const counts = 120 + lanes + 130 + legendHeight(args);
    const end = counts + countHeight + 90;
    return {
        args,
        span,
        plan: planSchedule(args, span),
        from: momentOf(span.from),
        until: momentOf(span.until),
        names,
        left: leftOf(args),
        lanes,
        tops: { runs: 120, counts, end, stored: end + lanes + 130 },
        isEstimated: span.volumeSize !== undefined,
    };
}

/** Leaves room for the names of the rules: those that do not fit would move their axes alone, and times would not align. */
function leftOf({ rules }: SnapshotScheduleInputs<unknown>): number {
    const longest = Math.max(...rules.map(({ name }) => name.length));
    return Math.min(Math.max(130, 30 + 8 * longest), 400);
}

export function legendOf(args: SnapshotScheduleInputs<unknown>): string[] {
    const names = args.rules.map(({ name }) => name);
    return [...names, ...regionsOf(args).map(copiesIn), ...(args.recoveryVolumes ? [recovery] : [])];
}

/** Returns the height of the lines of the legend after its first one, which would lie over the counts. */
export function legendHeight(args: SnapshotScheduleInputs<unknown>): number {
    const available = width - right - leftOf(args);
    let [lines, used] = [1, 0];
    for (const { length } of legendOf(args)) {
        // The sum is that of the symbol, the text at its widest, and the gap.
        const needed = 30 + 8 * length + itemGap;
        if (used > 0 && used + needed > available) [lines, used] = [lines + 1, 0];
        used += needed;
    }
    return (lines - 1) * legendLine;
}

export function regionsOf({ rules }: SnapshotScheduleInputs<unknown>): string[] {
    return [...new Set(rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region)))];
}
