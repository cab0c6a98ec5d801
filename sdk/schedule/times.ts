/**
 * When a rule runs.
 *
 * @module
 */
import { Cron } from "croner";
import { toMilliseconds } from "../../provider/duration";
import type { ScheduleRule } from "./args";

export type Timing = Pick<ScheduleRule, "every" | "at" | "cron">;

export const hour = 3_600_000;
export const day = 24 * hour;

/** How late DLM may start. */
export const runWindow = hour;

/** The times (epoch milliseconds) from `from` on, without end unless the cron expression has one. */
export function* timesFrom({ every, at = "00:00", cron }: Timing, from: number): Generator<number> {
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

/** The times from `from` on and before `until`; at most so many. */
export function timesWithin(rule: Timing, from: number, until: number, most = Infinity): number[] {
    const times: number[] = [];
    for (const time of timesFrom(rule, from)) {
        if (time >= until || times.length >= most) break;
        times.push(time);
    }
    return times;
}

/** Six fields of AWS as a pattern; throws in the words of the library where they are none. */
export function parseCron(expression: string): Cron {
    const [minute = "", hours = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] =
        expression.split(" ");
    // AWS wants `?` in one of the two fields of days; the library takes `*` for the same. The last day of AWS's week,
    // which begins on Sunday, is Saturday.
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

/** A stretch of time that stands for all: from a leap year on, so that what is computed is the same every day. */
const epoch = Date.UTC(2024, 0, 1);
const representative = 4 * 366 * day;
/** Of a cron expression the library finds 20 a millisecond. */
const enough = 1_500;

/** Enough runs to know a rule by. */
export function typicalTimes(rule: Timing): number[] {
    return timesWithin(rule, epoch, epoch + representative, enough);
}

export function gapsBetween(times: number[]): number[] {
    return times.slice(1).map((time, index) => time - (times[index] ?? time));
}
