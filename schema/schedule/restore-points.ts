/**
 * Counts the snapshots of a volume that a rule retains, once its retention is reached.
 *
 * @module
 */
import { toMilliseconds, type Duration } from "../duration";
import type { Keep, ScheduleCopy, ScheduleRule } from "./args";
import { day, hour } from "./times";

type Retention = Pick<ScheduleRule, "keep" | "archive">;

/** Returns how many snapshots exist at most, archived ones included; `times` are enough runs of the rule. */
export function restorePoints({ keep, archive }: Retention, times: number[]): number {
    const standard = atOnce(keep, times);
    if (archive === undefined) return standard;
    if (typeof archive.keep === "number") return standard + archive.keep;
    return atOnce(asDuration(lengthOf(keep) + lengthOf(archive.keep)), times);
}

/** Returns the maximum number of snapshots that a number or an age retains. */
function atOnce(keep: Keep, times: number[]): number {
    if (typeof keep === "number") return keep;
    const length = lengthOf(keep);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    // Beyond the simulated period, the rate of that period is extrapolated.
    if (length > last - first && times.length > 1)
        return Math.ceil((length / (last - first)) * (times.length - 1));
    let oldest = 0;
    let largest = 1;
    for (const [index, time] of times.entries()) {
        while ((times[oldest] ?? Infinity) + length <= time) oldest++;
        // DLM retains the newest snapshot beyond its age.
        largest = Math.max(largest, index - oldest + 1);
    }
    return largest;
}

/** Returns how long a rule's copies are retained: as long as their snapshots, unless the copy says otherwise. */
export function keepOfCopy(rule: Retention, copy: Pick<ScheduleCopy, "keep">): Keep {
    return copy.keep ?? rule.keep;
}

/** Formats the retention: `14`, `30 days`, `12, then 4 archived`. */
export function keepText({ keep, archive }: Retention): string {
    return archive === undefined ? String(keep) : `${String(keep)}, then ${String(archive.keep)} archived`;
}

/** Returns the length of an age; a number of snapshots has none. */
export function lengthOf(keep: Keep): number {
    return typeof keep === "number" ? 0 : toMilliseconds(keep);
}

/** Returns a length of time in the largest unit that divides it. */
export function asDuration(length: number): Duration {
    if (length % day === 0) return `${length / day} days`;
    if (length % hour === 0) return `${length / hour} hours`;
    return `${Math.ceil(length / 60_000)} minutes`;
}
