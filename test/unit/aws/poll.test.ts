import { describe, expect, test } from "vitest";
import { doneAfter, failure, hour, minute, second, createPolled } from "./polled-values";

const keys = (count: number) => Array.from({ length: count }, (_, index) => `snap-${String(index)}`);

/** Returns the maximum number of fetches in any period of this length. */
function most(fetches: { at: number }[], length: number): number {
    return Math.max(
        ...fetches.map(({ at }) => fetches.filter((f) => f.at >= at && f.at < at + length).length),
    );
}

/** Returns the time at which a wait for `started-1250` or `started-1250-2` began. */
function startOf(key: string): number {
    return Number(key.split("-")[1]);
}

/** Returns the allowed fetches in a period: one per two seconds, one per four waits, and a few saved ones. */
function budget(length: number, count: number): number {
    return length / (2 * second) + count / 4 + 8;
}

describe("one read serves all waits", () => {
    test("a completed resource is observed by the first read after 125 ms", async () => {
        const { clock, fetches, begin } = createPolled(() => "done");
        expect(await clock.until(begin("a"))).toBe("done");
        expect(fetches).toEqual([{ at: 125, keys: ["a"] }]);
    });

    test("a fetch contains each awaited id once", async () => {
        const { clock, fetches, begin } = createPolled(() => "done");
        await clock.until(Promise.all([begin("a"), begin("b"), begin("a")]));
        expect(fetches.map((fetch) => fetch.keys)).toEqual([["a", "b"]]);
    });

    test("a finished id is no longer fetched", async () => {
        const { clock, fetches, begin } = createPolled((key) => (key === "a" ? "done" : undefined));
        const b = failure(begin("b"));
        await clock.until(begin("a"));
        await clock.until(b);
        expect(fetches[0]!.keys).toEqual(["b", "a"]);
        expect(fetches.slice(1).every((fetch) => fetch.keys.join() === "b")).toBe(true);
    });

    test("a new wait is read after the duration that earlier waits took", async () => {
        const { clock, begin, at } = createPolled((key, at) =>
            at >= startOf(key) + second ? "done" : "pending",
        );
        for (let index = 0; index < 8; index++) {
            await clock.until(begin(`started-${String(at())}`));
        }
        // Reads every two seconds would take 16 seconds.
        expect(at()).toBeLessThanOrEqual(11 * second);
    });

    test("a new wait is read soon, even if other waits have long pauses", async () => {
        const { clock, begin, at } = createPolled((key) => (key === "b" ? "done" : "pending"));
        void failure(begin("a"));
        await clock.pass(hour);
        const since = at();
        await clock.until(begin("b"));
        expect(at() - since).toBeLessThanOrEqual(250);
    });
});

describe("the number of calls depends on time, not on the number of resources", () => {
    test("pauses grow with the wait from 125 ms to 15 seconds", async () => {
        const { clock, fetches, begin } = createPolled(doneAfter(20 * minute));
        await clock.until(begin("a"));
        const pauses = fetches.slice(1).map(({ at }, index) => at - fetches[index]!.at);
        expect(Math.max(...pauses)).toBe(15_000);
        // The first reads use the saved budget.
        const later = pauses.slice(8, -1);
        expect(Math.min(...later)).toBe(2_000);
        expect(later.every((pause, index) => pause <= (later[index + 1] ?? Infinity))).toBe(true);
        for (const [index, pause] of pauses.entries())
            expect(pause).toBeLessThanOrEqual(Math.max(2_000, fetches[index]!.at / 20 + 1));
    });

    test.each([1, 10, 200, 1_000])(
        "%i waits for an hour: at most one fetch per 2 seconds and one per four waits",
        async (count) => {
            const { clock, fetches, begin, at } = createPolled(doneAfter(hour));
            await clock.until(Promise.all(keys(count).map((key) => begin(key))));
            expect(at()).toBeLessThanOrEqual(hour + 20 * second);
            for (const length of [30 * second, minute, 10 * minute])
                expect(most(fetches, length)).toBeLessThanOrEqual(budget(length, count));
            expect(fetches.every((fetch) => fetch.keys.length <= 200)).toBe(true);
            // For most of the hour there are four reads per minute, independently of the number of waits.
            const late = fetches.filter((fetch) => fetch.at > hour / 2);
            expect(late.length).toBeLessThanOrEqual((30 * 4 + 2) * Math.ceil(count / 200));
        },
    );

    test("200 consecutive waits stay within the fetch budget", async () => {
        const { clock, fetches, begin, at } = createPolled((key, at) =>
            at >= Number(key.slice(5)) * 500 + 10 * second ? "done" : "pending",
        );
        const waits: Promise<string>[] = [];
        for (const key of keys(200)) {
            waits.push(begin(key));
            await clock.pass(500);
        }
        await clock.until(Promise.all(waits));
        expect(fetches.length).toBeLessThanOrEqual(budget(at(), 200));
        expect(most(fetches, 20 * second)).toBeLessThanOrEqual(budget(20 * second, 40));
    });

    test("200 waits that time out one after another stay within the fetch budget", async () => {
        const { clock, fetches, begin, at } = createPolled(() => "pending");
        const waits = keys(200).map((key, index) =>
            failure(begin(key, { deadline: clock.now() + minute + index * 100 })),
        );
        await clock.until(Promise.all(waits));
        expect(fetches.length).toBeLessThanOrEqual(budget(at(), 200));
    });

    test.each([
        ["immediately", 0, 100, 2],
        ["after a moment", 0.3, 100, 6],
        ["after a second", 1, 50, 8.5],
        ["after 5 seconds", 5, 50, 39],
    ])(
        "many resources that complete %s, eight at a time, end soon and cost one fetch per four",
        async (...row) => {
            const [, takes, count, limit] = row;
            const { clock, fetches, begin, at } = createPolled((key, at) =>
                at >= startOf(key) + takes * second ? "done" : "pending",
            );
            let started = 0;
            const slot = async () => {
                while (started++ < count) {
                    // The engine and EC2 need some time for each.
                    await clock.sleep(25 * (1 + Math.random()));
                    await begin(`started-${String(at())}-${String(started)}`);
                }
            };
            await clock.until(Promise.all(Array.from({ length: 8 }, slot)));
            expect(at()).toBeLessThanOrEqual(limit * second);
            expect(fetches.length).toBeLessThanOrEqual(budget(at(), count));
        },
    );
});
