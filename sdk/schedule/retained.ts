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
export function retainedOf(rule: AnyRule, times: number[], at: number) {
    const { archivedFrom, standardFrom, end } = retainedRange(rule, times, at);
    return { standard: times.slice(standardFrom, end), archive: times.slice(archivedFrom, standardFrom) };
}

/** Counts the snapshots of one rule at a time, in both tiers, without a copy of the list: it is called for each run. */
export function countRetained(rule: AnyRule, times: number[], at: number): number {
    const { archivedFrom, end } = retainedRange(rule, times, at);
    return end - archivedFrom;
}

/** Returns the indexes of the first archived snapshot, of the first one in the standard tier, and of the end. */
function retainedRange({ keep, archive }: AnyRule, times: number[], at: number) {
    const end = firstAfter(times, at);
    const standardFrom = firstKept(times, keep, { end, at });
    if (archive === undefined) return { archivedFrom: standardFrom, standardFrom, end };
    const archivedFrom =
        typeof archive.keep === "number"
            ? Math.max(0, standardFrom - archive.keep)
            : Math.min(standardFrom, firstAfter(times, at - lengthOf(keep) - lengthOf(archive.keep)));
    return { archivedFrom, standardFrom, end };
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
    const end = firstAfter(times, at);
    return (rule.copyTo ?? []).map((copy) => ({
        region: copy.region,
        times: times.slice(firstKept(times, keepOfCopy(rule, copy), { end, at }), end),
    }));
}

/** Returns the times at which the snapshots of a rule change: its runs, and where an age ends. */
export function changesOf(rule: AnyRule, times: number[]): number[] {
    const { keep, archive, copyTo = [] } = rule;
    const archived = archive === undefined ? [] : [lengthOf(keep) + lengthOf(archive.keep)];
    const ages = [lengthOf(keep), ...archived, ...copyTo.map((copy) => lengthOf(keepOfCopy(rule, copy)))];
    return times.flatMap((time) => [time, ...ages.map((age) => time + age)]);
}

/**
 * Returns the index of the first retained one of the times before `end`. The newest outlives its age, because DLM never
 * deletes the newest snapshot.
 */
function firstKept(times: number[], keep: Keep, { end, at }: { end: number; at: number }): number {
    if (typeof keep === "number") return Math.max(0, end - keep);
    return Math.max(0, Math.min(firstAfter(times, at - lengthOf(keep)), end - 1));
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
