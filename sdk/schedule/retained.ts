/**
 * Computes what the retention of a rule leaves at a time, as Data Lifecycle Manager would.
 *
 * @module
 */
import type { Keep, ScheduleRule } from "../../schema/schedule/args";
import { keepOfCopy, lengthOf } from "../../schema/schedule/restore-points";
import { ascending } from "../../schema/schedule/times";

type AnyRule = ScheduleRule<unknown>;

/** Returns the snapshots of one rule at a time, in both tiers. */
export function retainedOf({ keep, archive }: AnyRule, times: number[], at: number) {
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

/** Returns the times of the copies in each Region: copies of several rules share their blocks there. */
export function copyTimesAt(rules: { rule: AnyRule; times: number[] }[], at: number): number[][] {
    const regions = new Map<string, number[]>();
    for (const { rule, times } of rules)
        for (const copies of copiesOf(rule, times, at))
            regions.set(copies.region, [...(regions.get(copies.region) ?? []), ...copies.times]);
    return [...regions.values()].map((times) => times.sort(ascending));
}

/** Returns the times of the copies of one rule at a time, by Region. */
export function copiesOf(rule: AnyRule, times: number[], at: number): { region: string; times: number[] }[] {
    const taken = times.slice(0, firstAfter(times, at));
    return (rule.copyTo ?? []).map((copy) => ({
        region: copy.region,
        times: kept(taken, keepOfCopy(rule, copy), at),
    }));
}

/** Returns the times at which the snapshots of a rule change: its runs, and where an age ends. */
export function changesOf(rule: AnyRule, times: number[]): number[] {
    const { keep, archive, copyTo = [] } = rule;
    const archived = archive === undefined ? [] : [lengthOf(keep) + lengthOf(archive.keep)];
    const ages = [lengthOf(keep), ...archived, ...copyTo.map((copy) => lengthOf(keepOfCopy(rule, copy)))];
    return times.flatMap((time) => [time, ...ages.map((age) => time + age)]);
}

/** Returns the retained times. The newest outlives its age, because DLM never deletes the newest snapshot. */
function kept(taken: number[], keep: Keep, at: number): number[] {
    if (typeof keep === "number") return keep === 0 ? [] : taken.slice(-keep);
    return taken.slice(Math.min(firstAfter(taken, at - lengthOf(keep)), taken.length - 1));
}

/** Returns the index of the first later time, by binary search: an hourly rule over a year needs it 8,760 times. */
function firstAfter(times: number[], at: number): number {
    let [low, high] = [0, times.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((times[middle] ?? Infinity) > at) high = middle;
        else low = middle + 1;
    }
    return low;
}
