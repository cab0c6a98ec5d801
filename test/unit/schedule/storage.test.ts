/**
 * Compares the estimate of storage with a simulation that writes and snapshots a volume block by block.
 *
 * @module
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScheduleRule } from "../../../schema/schedule/args";
import { planSchedule } from "../../../sdk/schedule/plan";

const targets = { anyTag: { Backup: ["x"] } };
const from = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const at = (hours: number) => new Date(from + hours * hour);

/** Writes this many blocks per hour in a cycle over the volume, and keeps the versions of each snapshot. */
class SimulatedVolume {
    readonly #versions: number[];
    #next = 0;
    #hours = 0;
    readonly #snapshots = new Map<number, number[]>();

    constructor(
        size: number,
        readonly blocksPerHour: number,
    ) {
        this.#versions = Array.from({ length: size }, () => 0);
    }

    advanceTo(hours: number): void {
        for (; this.#hours < hours; this.#hours++)
            for (let written = 0; written < this.blocksPerHour; written++) {
                this.#versions[this.#next] = (this.#versions[this.#next] ?? 0) + 1;
                this.#next = (this.#next + 1) % this.#versions.length;
            }
    }

    snapshot(time: number): void {
        this.#snapshots.set(time, [...this.#versions]);
    }

    /** Counts the block versions that these snapshots contain. */
    stored(times: number[]): number {
        const held = times.flatMap((time) =>
            (this.#snapshots.get(time) ?? []).map((version, block) => `${block}:${version}`),
        );
        return new Set(held).size;
    }
}

const keep = fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 3 }).map((days) => `${days} days` as const),
);
const rule = (name: string) => fc.oneof(regular(name), fc.constant({ name, cron: "0 0 1/3 * ? *", keep: 2 }));
const regular = (name: string) =>
    fc.record({
        name: fc.constant(name),
        every: fc.constantFrom(...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => `${hours} hours` as const)),
        keep,
    });
const rules = fc.oneof(
    fc.tuple(rule("one")),
    fc.tuple(rule("one"), rule("two")),
    fc.tuple(rule("one"), rule("two"), rule("three")),
) as fc.Arbitrary<ScheduleRule<unknown>[]>;

describe("the stored data of a schedule", () => {
    test("equals a block-by-block simulation for any rules, sizes and change rates", () => {
        fc.assert(
            fc.property(
                rules,
                fc.integer({ min: 1, max: 40 }),
                fc.integer({ min: 0, max: 6 }),
                fc.integer({ min: 0, max: 96 }),
                (some, size, blocksPerHour, hours) => {
                    const plan = planSchedule(
                        { targets, rules: some },
                        { from: at(0), until: at(97), volumeSize: size, changePerDay: 24 * blocksPerHour },
                    );
                    const volume = new SimulatedVolume(size, blocksPerHour);
                    for (const { time } of plan.runs) {
                        const moment = Date.parse(time);
                        volume.advanceTo((moment - from) / hour);
                        volume.snapshot(moment);
                    }
                    const retained = plan.retained(at(hours)).map(({ time }) => Date.parse(time));
                    expect(plan.storedGiB(at(hours))).toBeCloseTo(volume.stored(retained), 9);
                },
            ),
            { numRuns: 300 },
        );
    });

    test("costs in a period the sum of its hourly costs", () => {
        fc.assert(
            fc.property(rules, fc.integer({ min: 0, max: 6 }), (some, changePerDay) => {
                const args = { volumeSize: 10, changePerDay, pricePerGiBMonth: 0.05 };
                const plan = planSchedule({ targets, rules: some }, { from: at(0), until: at(97), ...args });
                const hourly = Array.from({ length: 97 }, (_, hours) => plan.costPerMonth(at(hours)) / 730);
                expect(plan.cost()).toBeCloseTo(
                    hourly.reduce((sum, cost) => sum + cost),
                    9,
                );
            }),
            { numRuns: 100 },
        );
    });
});

test("hourly snapshots of two weeks store the changes of two weeks, as daily ones do", () => {
    const storedBy = (every: "1 hour" | "24 hours") => {
        const until = new Date(from + 60 * 24 * hour);
        const plan = planSchedule(
            { targets, rules: [{ name: "it", every, keep: "14 days" }] },
            { from: at(0), until, volumeSize: 100, changePerDay: 2, pricePerGiBMonth: 0.05 },
        );
        return [plan.storedGiB(at(59 * 24 + 23)), plan.costPerMonth(at(59 * 24 + 23))];
    };
    expect(storedBy("24 hours").map((value) => value.toFixed(2))).toEqual(["126.00", "6.30"]);
    expect(storedBy("1 hour").map((value) => value.toFixed(2))).toEqual(["127.92", "6.40"]);
});

test("copies in each Region store their own full first copy, and archived snapshots the complete volume", () => {
    const plan = planSchedule(
        {
            targets,
            rules: [
                {
                    name: "daily",
                    every: "24 hours",
                    keep: 3,
                    copyTo: [{ region: "eu-west-1", keep: "2 days" }],
                },
                { name: "yearly", cron: "0 5 1 1,2 ? *", keep: 1, archive: { keep: 3 } },
            ],
        },
        { from: at(0), until: at(24 * 40), volumeSize: 100, changePerDay: 2, pricePerGiBMonth: 1 },
    );
    const moment = at(24 * 31 + 6);
    expect(plan.archivedGiB(moment)).toBe(100);
    expect(plan.copiedGiB(moment)).toBe(102);
    // There are three daily snapshots and that of 5 o'clock.
    expect(plan.storedGiB(moment)).toBeCloseTo(100 + 4 + (2 * 5) / 24, 9);
    expect(plan.costPerMonth(moment)).toBeCloseTo(plan.storedGiB(moment) + 102, 9);
});

test("an estimate with missing or invalid parameters fails with the required ones", () => {
    const span = { from: at(0), until: at(48) };
    const args = { targets, rules: [{ name: "it", every: "24 hours" as const, keep: 3 }] };
    expect(() => planSchedule(args, span).storedGiB(at(1))).toThrow(
        "an estimate of storage requires volumeSize and changePerDay: pass them to planSchedule",
    );
    const sized = { ...span, volumeSize: 1, changePerDay: 1 };
    expect(() => planSchedule(args, sized).costPerMonth(at(1))).toThrow("a cost requires pricePerGiBMonth");
    expect(() => planSchedule(args, { ...sized, volumeSize: -1 })).toThrow(
        "volumeSize is -1, but must be a number of at least 0",
    );
    expect(() => planSchedule(args, { ...sized, volumeSize: 1e99 })).toThrow(
        "volumeSize is 1e+99, but must be at most 65536 GiB, the largest volume of EC2",
    );
});
