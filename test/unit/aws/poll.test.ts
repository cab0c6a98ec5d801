import { describe, expect, test } from "vitest";
import { Ec2Error, type ErrorKind } from "../../../provider/aws/errors";
import { createPoller, WaitError, type PollResult, type Wait } from "../../../provider/aws/poll";
import { HandClock } from "../clock";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

type Look = (key: string, at: number) => string | undefined;

/** A watcher over values that a function of key and time gives; `undefined` where there is none. */
function watching(look: Look) {
    const clock = new HandClock();
    const began = clock.now();
    const fetches: { at: number; keys: string[] }[] = [];
    const wait = createPoller<string>((keys) => {
        fetches.push({ at: clock.now() - began, keys });
        return Promise.resolve().then(() => {
            const found = keys.map((key) => [key, look(key, clock.now() - began)] as const);
            return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
        });
    }, clock);
    const begin = (key: string, more: Partial<Wait<string>> = {}) =>
        wait({ key, subject: "snapshot", evaluate, deadline: clock.now() + 24 * hour, ...more });
    return { clock, fetches, begin, at: () => clock.now() - began };
}

function evaluate(observed: string | undefined): PollResult {
    if (observed === undefined) return "notFound";
    if (observed === "done") return "done";
    return observed.startsWith("error") ? { failed: observed } : { pending: observed };
}

const doneAfter = (time: number) => (_key: string, at: number) => (at >= time ? "done" : "pending");
const keys = (count: number) => Array.from({ length: count }, (_, index) => `snap-${String(index)}`);

async function failure(work: Promise<unknown>): Promise<WaitError<string>> {
    const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(WaitError);
    return error as WaitError<string>;
}

/** The most fetches in any stretch of this length. */
function most(fetches: { at: number }[], length: number): number {
    return Math.max(
        ...fetches.map(({ at }) => fetches.filter((f) => f.at >= at && f.at < at + length).length),
    );
}

/** The time at which a wait for `started-1250` or `started-1250-2` began. */
function startOf(key: string): number {
    return Number(key.split("-")[1]);
}

/** The fetches of some waits in a stretch of time: one in two seconds, one for four waits, and a few that were saved. */
function budget(length: number, count: number): number {
    return length / (2 * second) + count / 4 + 8;
}

describe("one look serves all", () => {
    test("what is done already is seen with the first look, an eighth of a second after", async () => {
        const { clock, fetches, begin } = watching(() => "done");
        expect(await clock.until(begin("a"))).toBe("done");
        expect(fetches).toEqual([{ at: 125, keys: ["a"] }]);
    });

    test("a fetch contains each awaited id once", async () => {
        const { clock, fetches, begin } = watching(() => "done");
        await clock.until(Promise.all([begin("a"), begin("b"), begin("a")]));
        expect(fetches.map((fetch) => fetch.keys)).toEqual([["a", "b"]]);
    });

    test("a finished id is no longer fetched", async () => {
        const { clock, fetches, begin } = watching((key) => (key === "a" ? "done" : undefined));
        const b = failure(begin("b"));
        await clock.until(begin("a"));
        await clock.until(b);
        expect(fetches[0]!.keys).toEqual(["b", "a"]);
        expect(fetches.slice(1).every((fetch) => fetch.keys.join() === "b")).toBe(true);
    });

    test("who begins to wait after others were done is looked at when they were", async () => {
        const { clock, begin, at } = watching((key, at) =>
            at >= startOf(key) + second ? "done" : "pending",
        );
        for (let index = 0; index < 8; index++) {
            await clock.until(begin(`started-${String(at())}`));
        }
        // Looks every two seconds would take 16 seconds.
        expect(at()).toBeLessThanOrEqual(11 * second);
    });

    test("a long wait of others does not make one who begins now wait as long for a look", async () => {
        const { clock, begin, at } = watching((key) => (key === "b" ? "done" : "pending"));
        void failure(begin("a"));
        await clock.pass(hour);
        const since = at();
        await clock.until(begin("b"));
        expect(at() - since).toBeLessThanOrEqual(250);
    });
});

describe("calls grow with time, not with resources", () => {
    test("pauses grow with the wait from an eighth of a second up to 15 seconds", async () => {
        const { clock, fetches, begin } = watching(doneAfter(20 * minute));
        await clock.until(begin("a"));
        const pauses = fetches.slice(1).map(({ at }, index) => at - fetches[index]!.at);
        expect(Math.max(...pauses)).toBe(15_000);
        // The first looks are paid from what was saved.
        const later = pauses.slice(4, -1);
        expect(Math.min(...later)).toBe(2_000);
        expect(later.every((pause, index) => pause <= (later[index + 1] ?? Infinity))).toBe(true);
        for (const [index, pause] of pauses.entries())
            expect(pause).toBeLessThanOrEqual(Math.max(2_000, fetches[index]!.at / 20 + 1));
    });

    test.each([1, 10, 200, 1_000])(
        "%i waiters for an hour: one fetch in 2 seconds, and one for four of them",
        async (count) => {
            const { clock, fetches, begin, at } = watching(doneAfter(hour));
            await clock.until(Promise.all(keys(count).map((key) => begin(key))));
            expect(at()).toBeLessThanOrEqual(hour + 20 * second);
            for (const length of [30 * second, minute, 10 * minute])
                expect(most(fetches, length)).toBeLessThanOrEqual(budget(length, count));
            expect(fetches.every((fetch) => fetch.keys.length <= 200)).toBe(true);
            // For most of the hour it is four looks a minute, however many there are to look at.
            const late = fetches.filter((fetch) => fetch.at > hour / 2);
            expect(late.length).toBeLessThanOrEqual((30 * 4 + 2) * Math.ceil(count / 200));
        },
    );

    test("200 who begin and end one after another cause no more fetches than they pay for", async () => {
        const { clock, fetches, begin, at } = watching((key, at) =>
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

    test("200 whose patience ends one after another cause no more fetches either", async () => {
        const { clock, fetches, begin, at } = watching(() => "pending");
        const waits = keys(200).map((key, index) =>
            failure(begin(key, { deadline: clock.now() + minute + index * 100 })),
        );
        await clock.until(Promise.all(waits));
        expect(fetches.length).toBeLessThanOrEqual(budget(at(), 200));
    });

    test.each([
        ["at once", 0, 100, 3],
        ["after a moment", 0.3, 100, 10],
        ["after a second", 1, 50, 12],
        ["after 5 seconds", 5, 50, 40],
    ])("many who are done %s, eight at a time, are done soon and cost one fetch for four", async (...row) => {
        const [, takes, count, limit] = row;
        const { clock, fetches, begin, at } = watching((key, at) =>
            at >= startOf(key) + takes * second ? "done" : "pending",
        );
        let started = 0;
        const slot = async () => {
            while (started++ < count) {
                // The engine and EC2 need a moment for each.
                await clock.sleep(25 * (1 + Math.random()));
                await begin(`started-${String(at())}-${String(started)}`);
            }
        };
        await clock.until(Promise.all(Array.from({ length: 8 }, slot)));
        expect(at()).toBeLessThanOrEqual(limit * 1.1 * second);
        expect(fetches.length).toBeLessThanOrEqual(budget(at(), count));
    });
});

describe("a wait ends", () => {
    test("with the words of what went wrong, and what was seen", async () => {
        const { clock, begin } = watching(() => "error: the key is disabled");
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "error: the key is disabled",
            reason: "failed",
            observed: "error: the key is disabled",
        });
    });

    test("with one who failed, the others wait on", async () => {
        const { clock, begin } = watching((key, at) => (key === "a" ? "error" : doneAfter(minute)(key, at)));
        const [a, b] = [failure(begin("a")), begin("b")];
        expect(await clock.until(a)).toMatchObject({ reason: "failed" });
        expect(await clock.until(b)).toBe("done");
    });

    test.each([
        ["1 minute", 1 * minute],
        ["90 minutes", 90 * minute],
        ["24 hours", 24 * hour],
    ])("when it times out after %s, at the progress that was observed last", async (words, timeout) => {
        const { clock, begin, at } = watching(() => "43%");
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + timeout })));
        expect(error).toMatchObject({
            message:
                `timed out after ${words} at 43%. The snapshot is still in progress; ` +
                "run `pulumi up` again to continue waiting.",
            reason: "timeout",
            observed: "43%",
        });
        expect(at()).toBeGreaterThanOrEqual(timeout);
        expect(at()).toBeLessThanOrEqual(timeout + 2_250);
    });

    test("when it times out although nothing was observed", async () => {
        const { clock, begin } = watching(() => undefined);
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + 10 * second })));
        expect(error.message).toBe(
            "timed out after 10 seconds: EC2 has not shown the snapshot yet; run `pulumi up` again to continue waiting.",
        );
    });

    test("progress is shown whenever it changes, and only then", async () => {
        const { clock, begin } = watching((_key, at) =>
            at > minute ? "done" : at > minute / 2 ? "50%" : "0%",
        );
        const told: string[] = [];
        await clock.until(begin("a", { progress: (text) => told.push(text) }));
        expect(told).toEqual(["0%", "50%"]);
    });
});

describe("what is not there", () => {
    test("for the first minute it may not be visible yet", async () => {
        const { clock, begin } = watching((_key, at) => (at > 55 * second ? "done" : undefined));
        const told: string[] = [];
        expect(await clock.until(begin("a", { progress: (text) => told.push(text) }))).toBe("done");
        expect(told).toEqual(["not visible yet"]);
    });

    test("after the first minute it was never there", async () => {
        const { clock, begin, at } = watching(() => undefined);
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "it was not found",
            reason: "notFound",
            observed: undefined,
        });
        expect(at()).toBeGreaterThanOrEqual(minute);
        expect(at()).toBeLessThan(minute + 5 * second);
    });

    test("once observed, it is lost as soon as it is no longer observed", async () => {
        const { clock, begin, at } = watching((_key, at) => (at < 5 * second ? "pending" : undefined));
        expect(await clock.until(failure(begin("a")))).toMatchObject({ message: "it no longer exists" });
        expect(at()).toBeLessThan(10 * second);
    });
});

describe("a look that fails", () => {
    const failing =
        (kind: ErrorKind, until = Infinity) =>
        (_key: string, at: number) => {
            if (at < until) throw new Ec2Error(kind, "Code", "words", "DescribeSnapshots");
            return "done";
        };

    test.each(["retryable", "indeterminate", "unreachable"] as const)(
        "%s: is made again for 5 minutes",
        async (kind) => {
            const { clock, begin } = watching(failing(kind, 4.5 * minute));
            expect(await clock.until(begin("a"))).toBe("done");
        },
    );

    test.each(["retryable", "indeterminate", "unreachable"] as const)(
        "%s: ends the wait after 5 minutes",
        async (kind) => {
            const { clock, begin, at } = watching(failing(kind));
            const error = await clock.until(failure(begin("a")));
            expect(error).toMatchObject({ reason: "unreadable", observed: undefined });
            expect(error.message).toMatch(/^Code: words/);
            expect(at()).toBeGreaterThanOrEqual(5 * minute);
            expect(at()).toBeLessThan(5 * minute + 16 * second);
        },
    );

    test.each(["forbidden", "expired", "rejected"] as const)("%s: ends every wait at once", async (kind) => {
        const { clock, fetches, begin } = watching(failing(kind));
        const ended = await clock.until(Promise.all([failure(begin("a")), failure(begin("b"))]));
        expect(ended.map(({ reason }) => reason)).toEqual(["unreadable", "unreadable"]);
        expect(fetches).toHaveLength(1);
    });

    test("what is no error of EC2 ends every wait at once", async () => {
        const { clock, fetches, begin } = watching(() => {
            throw new TypeError("a mistake of ours");
        });
        expect(await clock.until(failure(begin("a")))).toMatchObject({ message: "a mistake of ours" });
        expect(fetches).toHaveLength(1);
    });

    test("keeps what was seen before", async () => {
        const { clock, begin } = watching((key, at) => (at < minute ? "43%" : failing("forbidden")(key, at)));
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            reason: "unreadable",
            observed: "43%",
        });
    });

    test("is forgotten with the next one that succeeds", async () => {
        const { clock, begin } = watching((key, at) => {
            if (at > 10 * minute) return "done";
            return Math.floor(at / minute) % 4 === 3 ? "pending" : failing("indeterminate")(key, at);
        });
        expect(await clock.until(begin("a"))).toBe("done");
    });

    test("does not count for those who begin to wait later", async () => {
        const { clock, begin } = watching(failing("indeterminate", 6 * minute));
        await clock.until(failure(begin("a")));
        expect(await clock.until(begin("b"))).toBe("done");
    });

    test("does not lengthen patience", async () => {
        const { clock, begin, at } = watching(failing("indeterminate"));
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + minute })));
        expect(error.reason).toBe("timeout");
        expect(error.message).toMatch(/^timed out after 1 minute: EC2 has not shown the snapshot yet/);
        expect(at()).toBeLessThanOrEqual(minute + 2_250);
    });
});
