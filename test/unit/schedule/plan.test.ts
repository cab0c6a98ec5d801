import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toMilliseconds, type Duration } from "../../../schema/duration";
import type { ScheduleRule, SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { planSchedule } from "../../../sdk/schedule/plan";
import { summaryOf } from "../../../sdk/schedule/summary";
import { day, hour, timesWithin, type Timing } from "../../../schema/schedule/times";

const volumes = { volumeIds: ["vol-1"] };
const schedule = (...rules: ScheduleRule[]): SnapshotScheduleInputs => ({ targets: volumes, rules });
const iso = (time: number) => new Date(time).toISOString();
const at = (text: string) => Date.parse(`${text}Z`);

const hours = fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 24);
const twoDigits = (number: number) => String(number).padStart(2, "0");
const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
const intervals: fc.Arbitrary<Timing> = fc.record({
    every: hours.map((count): Duration => `${count} hours`),
    at: clock.map(([hour, minute]) => `${twoDigits(hour)}:${twoDigits(minute)}`),
});
const crons: fc.Arbitrary<Timing> = fc
    .tuple(clock, fc.constantFrom("* * ?", "? * MON-FRI", "1,15 * ?", "L * ?", "? * 6#2"))
    .map(([[hour, minute], days]) => ({ cron: `${minute} ${hour} ${days} *` }));
const keep = fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 60 }).map((days): Duration => `${days} days`),
);
const rules = fc
    .array(fc.record({ timing: fc.oneof(intervals, crons), keep }), { minLength: 1, maxLength: 4 })
    .map((list) =>
        list.map(({ timing, keep }, index): ScheduleRule => ({
            name: `rule-${index}`,
            ...timing,
            keep,
        })),
    );
const moments = fc.integer({ min: at("2024-01-01T00:00"), max: at("2028-01-01T00:00") });

describe("for any schedule", () => {
    test("only the newest snapshot may exceed its rule's age, and no rule retains too many", () => {
        fc.assert(
            fc.property(rules, moments, fc.integer({ min: 0, max: 70 }), (list, from, days) => {
                const until = from + 60 * day;
                const plan = planSchedule(schedule(...list), { from: iso(from), until: iso(until) });
                const now = from + days * day;
                const kept = plan.retained(new Date(now));
                for (const { name, keep } of list) {
                    const own = kept.filter(({ rule }) => rule === name).map(({ time }) => Date.parse(time));
                    const runs = plan.runs.filter(({ rule, time }) => rule === name && time <= iso(now));
                    // The newest snapshot always exists.
                    expect(own.at(-1)).toBe(runs.length === 0 ? undefined : Date.parse(runs.at(-1)!.time));
                    if (typeof keep === "number") expect(own).toHaveLength(Math.min(keep, runs.length));
                    else
                        for (const time of own.slice(0, -1))
                            expect(now - time).toBeLessThan(toMilliseconds(keep));
                }
                expect(kept.length).toBeLessThanOrEqual(plan.maximumSnapshots);
            }),
            { numRuns: 60 },
        );
    });

    test("the runs are sorted, within the period, and each starts within its hour", () => {
        fc.assert(
            fc.property(rules, moments, (list, from) => {
                const span = { from: iso(from), until: iso(from + 40 * day) };
                const { runs } = planSchedule(schedule(...list), span);
                for (const [index, { time, latest }] of runs.entries()) {
                    expect(time >= span.from && time < span.until).toBe(true);
                    expect(Date.parse(latest) - Date.parse(time)).toBe(hour);
                    expect(time >= (runs[index - 1]?.time ?? "")).toBe(true);
                }
            }),
            { numRuns: 60 },
        );
    });

    test("the time between two runs is at most the recovery point objective minus one hour", () => {
        fc.assert(
            fc.property(rules, moments, (list, from) => {
                const span = { from: iso(from), until: iso(from + 90 * day) };
                const { runs, recoveryPointObjective } = planSchedule(schedule(...list), span);
                const times = runs.map(({ time }) => Date.parse(time));
                if (times.length < 2) {
                    expect(recoveryPointObjective).toBeUndefined();
                    return;
                }
                const gaps = times.slice(1).map((time, index) => time - times[index]!);
                expect(toMilliseconds(recoveryPointObjective!)).toBe(Math.max(...gaps) + hour);
            }),
            { numRuns: 30 },
        );
    });

    test("equivalent `cron` and `every` have the same runs", () => {
        fc.assert(
            fc.property(hours, clock, moments, (interval, [hour, minute], from) => {
                const first = hour % interval;
                const cron = `${minute} ${first}/${interval} * * ? *`;
                const every: Timing = {
                    every: `${interval} hours`,
                    at: `${twoDigits(hour)}:${twoDigits(minute)}`,
                };
                const until = from + 3 * day;
                expect(timesWithin({ cron }, { from, until })).toEqual(timesWithin(every, { from, until }));
            }),
        );
    });

    test("the summary equals the counts in the long run", () => {
        fc.assert(
            fc.property(rules, (list) => {
                // Two full years contain months of every length and 29 February; a yearly run is retained twice.
                const span = { from: "2024-01-01T00:00:00Z", until: "2026-03-01T00:00:00Z" };
                const { rules: summed, maximumSnapshots: most } = summaryOf(schedule(...list));
                for (const [index, rule] of list.entries()) {
                    const { maximumSnapshots, runs } = planSchedule(schedule(rule), span);
                    // The number is reached only after that many runs.
                    const { keep } = rule;
                    const reached = typeof keep === "number" ? Math.min(keep, runs.length) : maximumSnapshots;
                    expect(maximumSnapshots).toBe(reached);
                    expect(summed[index]!.restorePoints).toBe(typeof keep === "number" ? keep : reached);
                }
                expect(planSchedule(schedule(...list), span).maximumSnapshots).toBeLessThanOrEqual(most);
            }),
            { numRuns: 10 },
        );
    }, 60_000);
});

/** Returns the first runs from 2026 on. */
const runsOf = (timing: Timing, count: number) =>
    timesWithin(timing, { from: at("2026-01-01T00:00"), until: at("2027-01-01T00:00"), most: count }).map(
        (time) => iso(time).slice(0, 16),
    );

test.each<[string, string[]]>([
    ["0 4 1 * ? *", ["2026-01-01T04:00", "2026-02-01T04:00", "2026-03-01T04:00"]],
    ["0 5 1 1,4,7,10 ? *", ["2026-01-01T05:00", "2026-04-01T05:00", "2026-07-01T05:00"]],
    // AWS counts weekdays from Sunday, 1.
    ["0 3 ? * 2-6 *", ["2026-01-01T03:00", "2026-01-02T03:00", "2026-01-05T03:00"]],
    ["0 3 ? * SUN *", ["2026-01-04T03:00", "2026-01-11T03:00", "2026-01-18T03:00"]],
    ["0 3 ? * 7 *", ["2026-01-03T03:00", "2026-01-10T03:00", "2026-01-17T03:00"]],
    ["0 3 ? * L *", ["2026-01-03T03:00", "2026-01-10T03:00", "2026-01-17T03:00"]],
    ["0 3 ? * 6L *", ["2026-01-30T03:00", "2026-02-27T03:00", "2026-03-27T03:00"]],
    ["0 3 ? * FRI#2 *", ["2026-01-09T03:00", "2026-02-13T03:00", "2026-03-13T03:00"]],
    ["0 3 L * ? *", ["2026-01-31T03:00", "2026-02-28T03:00", "2026-03-31T03:00"]],
    ["0 3 15W * ? *", ["2026-01-15T03:00", "2026-02-16T03:00", "2026-03-16T03:00"]],
    ["30 0/12 * * ? *", ["2026-01-01T00:30", "2026-01-01T12:30", "2026-01-02T00:30"]],
    ["0 0 29 2 ? 2024-2028", []],
])("cron %s has the same runs as in AWS", (cron, times) => {
    expect(runsOf({ cron }, 3)).toEqual(times);
});

const march = { from: "2026-03-01T00:00:00Z", until: "2026-04-01T00:00:00Z" };

test("a number keeps the newest, and the recovery point objective is the interval plus one hour", () => {
    const plan = planSchedule(schedule({ name: "nightly", every: "12 hours", at: "03:00", keep: 14 }), march);
    expect(plan.runs).toHaveLength(62);
    expect(plan.runs[0]).toEqual({
        time: "2026-03-01T03:00:00.000Z",
        latest: "2026-03-01T04:00:00.000Z",
        rule: "nightly",
    });
    expect(plan.maximumSnapshots).toBe(14);
    expect(plan.recoveryPointObjective).toBe("13 hours");
    expect(plan.retained("2026-03-20T12:00:00Z").map(({ time }) => time.slice(0, 13))).toEqual([
        ...["13T15", "14T03", "14T15", "15T03", "15T15", "16T03", "16T15"].map((time) => `2026-03-${time}`),
        ...["17T03", "17T15", "18T03", "18T15", "19T03", "19T15", "20T03"].map((time) => `2026-03-${time}`),
    ]);
});

test("an age shorter than the interval keeps the last snapshot until the next one", () => {
    const plan = planSchedule(schedule({ name: "m", cron: "0 4 1 * ? *", keep: "7 days" }), {
        from: "2026-01-01T00:00:00Z",
        until: "2026-12-31T00:00:00Z",
    });
    expect(plan.retained("2026-03-30T00:00:00Z")).toEqual([
        { time: "2026-03-01T04:00:00.000Z", rule: "m", tier: "standard" },
    ]);
    expect(plan.maximumSnapshots).toBe(1);
});

test("archived snapshots are retained for the time of both tiers, by number or by age", () => {
    const quarterly = { name: "q", cron: "0 5 1 1,4,7,10 ? *" };
    const span = { from: "2026-01-01T00:00:00Z", until: "2030-01-01T00:00:00Z" };
    const byAge = planSchedule(
        schedule({ ...quarterly, keep: "30 days", archive: { keep: "365 days" } }),
        span,
    );
    const tiers = (plan: ReturnType<typeof planSchedule>, moment: string) =>
        plan.retained(moment).map(({ time, tier }) => `${time.slice(0, 10)} ${tier}`);
    expect(tiers(byAge, "2027-01-10T00:00:00Z")).toEqual([
        "2026-01-01 archive",
        "2026-04-01 archive",
        "2026-07-01 archive",
        "2026-10-01 archive",
        "2027-01-01 standard",
    ]);
    expect(tiers(byAge, "2027-02-01T00:00:00Z")).not.toContain("2026-01-01 archive");
    const byCount = planSchedule(schedule({ ...quarterly, keep: 1, archive: { keep: 2 } }), span);
    expect(tiers(byCount, "2027-01-10T00:00:00Z")).toEqual([
        "2026-07-01 archive",
        "2026-10-01 archive",
        "2027-01-01 standard",
    ]);
    const atOnce = planSchedule(schedule({ ...quarterly, keep: 0, archive: { keep: 2 } }), span);
    expect(tiers(atOnce, "2027-01-10T00:00:00Z")).toEqual(["2026-10-01 archive", "2027-01-01 archive"]);
});

test("copies have their own retention, and recovery volumes are of the newest snapshots", () => {
    const nightly: ScheduleRule = {
        name: "nightly",
        every: "24 hours",
        at: "03:00",
        keep: 3,
        copyTo: [{ region: "eu-west-1", keep: "5 days" }],
    };
    const recovery = { availabilityZones: ["us-east-1a"], keep: 2, maximum: 4 };
    const plan = planSchedule({ ...schedule(nightly), recoveryVolumes: recovery }, march);
    const now = "2026-03-20T12:00:00Z";
    expect(plan.retained(now)).toHaveLength(3);
    expect(plan.copies(now).map(({ time, region }) => `${time.slice(8, 10)} ${region}`)).toEqual(
        [16, 17, 18, 19, 20].map((day) => `${day} eu-west-1`),
    );
    expect(plan.recovered(now).map(({ time }) => time.slice(8, 10))).toEqual(["20", "19"]);
});

test("a disabled schedule has no runs", () => {
    const rule: ScheduleRule = { name: "n", every: "1 hour", keep: 2 };
    const plan = planSchedule({ ...schedule(rule), enabled: false }, march);
    expect([plan.runs, plan.retained(march.until), plan.maximumSnapshots]).toEqual([[], [], 0]);
});

test("a hundred years of hourly runs are summarized quickly", () => {
    const rule: ScheduleRule = { name: "n", cron: "0 * * * ? *", keep: "36500 days" };
    const start = performance.now();
    expect(summaryOf(schedule(rule)).rules[0]!.restorePoints).toBe(876_000);
    expect(performance.now() - start).toBeLessThan(5_000);
});

test("a hundred years of runs are planned, and a longer period is rejected", () => {
    const args = schedule({ name: "n", every: "4 hours", keep: "36500 days" });
    const plan = planSchedule(args, { from: "2000-01-01", until: "2100-01-01" });
    expect(plan.runs).toHaveLength(219_150);
    expect(plan.maximumSnapshots).toBe(219_000);
    expect(() => planSchedule(args, { from: "1000-01-01", until: "9999-01-01" })).toThrow(
        "until is 9999-01-01T00:00:00.000Z, but must be at most 100 years after from: 1100-01-02T00:00:00.000Z or earlier",
    );
});

test("an invalid time is reported", () => {
    const plan = () =>
        planSchedule(schedule({ name: "n", every: "1 hour", keep: 2 }), { from: "soon", until: "" });
    expect(plan).toThrow('soon is not a valid time. Specify ISO 8601 such as "2026-01-01T00:00:00Z"');
});
