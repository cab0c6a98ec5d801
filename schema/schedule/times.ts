/**
 * Computes the times at which a rule runs.
 *
 * @module
 */
import { Cron } from "croner";
import { toMilliseconds } from "../duration";
import type { ScheduleRule } from "./args";

export type Timing = Pick<ScheduleRule, "every" | "at" | "cron">;

export const hour = 3_600_000;
export const day = 24 * hour;

/** DLM starts a run within this time of its scheduled time. */
export const runWindow = hour;

/** Yields the times (epoch milliseconds) from `from` on, endlessly unless the cron expression ends. */
function* timesFrom({ every, at = "00:00", cron }: Timing, from: number): Generator<number> {
    if (cron !== undefined) {
        const pattern = parseCron(cron);
        let time = pattern.nextRun(new Date(from - 1));
        for (; time !== null; time = pattern.nextRun(time)) yield time.getTime();
    } else if (every !== undefined) {
        const [hours = 0, minutes = 0] = at.split(":").map(Number);
        const interval = toMilliseconds(every);
        const first = hours * hour + minutes * 60_000;
        const passed = Math.ceil((from - first) / interval);
        for (let time = first + passed * interval; ; time += interval) yield time;
    }
}

/** Returns the times from `from` to before `until`, `most` of them at most. */
export function timesWithin(
    rule: Timing,
    { from, until, most = Infinity }: { from: number; until: number; most?: number },
): number[] {
    const times: number[] = [];
    for (const time of timesFrom(rule, from)) {
        if (time >= until || times.length >= most) break;
        times.push(time);
    }
    return times;
}

/** Parses an AWS cron expression of six fields; an invalid one throws the library's message. */
export function parseCron(expression: string): Cron {
    const [minute = "", hours = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] =
        expression.split(" ");
    // AWS requires `?` in one of the two day fields, for which the library uses `*`. The last day of AWS's week, which
    // begins on Sunday, is Saturday.
    const fields = [
        ...["0", minute, hours, dayOfMonth === "?" ? "*" : dayOfMonth, month],
        ...[dayOfWeek === "?" ? "*" : dayOfWeek === "L" ? "7" : dayOfWeek, year],
    ];
    return new Cron(fields.join(" "), {
        timezone: "UTC",
        paused: true,
        mode: "7-part",
        alternativeWeekdays: true,
        sloppyRanges: true,
    });
}

/** A fixed, representative period that starts in a leap year, so that results do not depend on the current date. */
const epoch = Date.UTC(2024, 0, 1);
const representative = 4 * 366 * day;
/** Limits the computation: the library finds 20 runs of a cron expression in a millisecond. */
const enough = 1_500;

/** Returns enough runs to characterize a rule. */
export function typicalTimes(rule: Timing): number[] {
    return timesWithin(rule, { from: epoch, until: epoch + representative, most: enough });
}

export function gapsBetween(times: number[]): number[] {
    return times.slice(1).map((time, index) => time - (times[index] ?? time));
}

export function ascending(one: number, other: number): number {
    return one - other;
}
