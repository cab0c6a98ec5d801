import { describe, expect, test } from "vitest";
import { Ec2Error, type Nature } from "../../provider/ec2/errors";
import { watcher, WaitError, type Verdict, type Wait } from "../../provider/ec2/watch";
import { HandClock } from "./clock";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

type Look = (key: string, at: number) => string | undefined;

/** A watcher over values that a function of key and time gives; `undefined` where there is none. */
function watching(look: Look) {
    const clock = new HandClock();
    const began = clock.now();
    const fetches: { at: number; keys: string[] }[] = [];
    const wait = watcher<string>((keys) => {
        fetches.push({ at: clock.now() - began, keys });
        return Promise.resolve().then(() => {
            const found = keys.map((key) => [key, look(key, clock.now() - began)] as const);
            return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
        });
    }, clock);
    const begin = (key: string, more: Partial<Wait<string>> = {}) =>
        wait({ key, judge, deadline: clock.now() + 24 * hour, ...more });
    return { clock, fetches, begin, at: () => clock.now() - began };
}

function judge(seen: string | undefined): Verdict {
    if (seen === undefined) return { failed: "it does not exist any more" };
    if (seen === "done") return "done";
    return seen.startsWith("error") ? { failed: seen } : { again: seen };
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

describe("one look serves all", () => {
    test("what is done already is seen with the first look, a quarter of a second after", async () => {
        const { clock, fetches, begin } = watching(() => "done");
        expect(await clock.until(begin("a"))).toBe("done");
        expect(fetches).toEqual([{ at: 250, keys: ["a"] }]);
    });

    test("a fetch asks for all that are waited for, each once", async () => {
        const { clock, fetches, begin } = watching(() => "done");
        await clock.until(Promise.all([begin("a"), begin("b"), begin("a")]));
        expect(fetches.map((fetch) => fetch.keys)).toEqual([["a", "b"]]);
    });

    test("what is done is not asked for any more", async () => {
        const { clock, fetches, begin } = watching((key) => (key === "a" ? "done" : undefined));
        const b = failure(begin("b"));
        await clock.until(begin("a"));
        await clock.until(b);
        expect(fetches[0]!.keys).toEqual(["b", "a"]);
        expect(fetches.slice(1).every((fetch) => fetch.keys.join() === "b")).toBe(true);
    });

    test("who begins to wait right after a look is not looked at before the pause is over", async () => {
        const { clock, fetches, begin } = watching(() => "done");
        await clock.until(begin("a"));
        await clock.until(begin("b"));
        expect(fetches.map(({ at }) => at)).toEqual([250, 2_250]);
    });

    test("a long wait of others does not make one who begins now wait as long for a look", async () => {
        const { clock, begin, at } = watching((key) => (key === "b" ? "done" : "pending"));
        void failure(begin("a"));
        await clock.pass(hour);
        const since = at();
        await clock.until(begin("b"));
        expect(at() - since).toBeLessThanOrEqual(2_250);
    });
});

describe("calls grow with time, not with resources", () => {
    test("pauses begin at 2 seconds and grow with the wait up to 15", async () => {
        const { clock, fetches, begin } = watching(doneAfter(20 * minute));
        await clock.until(begin("a"));
        const pauses = fetches.slice(1).map(({ at }, index) => at - fetches[index]!.at);
        expect(pauses[0]).toBe(2_000);
        expect(Math.max(...pauses)).toBe(15_000);
        expect(pauses.slice(0, -1).every((pause, index) => pause <= pauses[index + 1]!)).toBe(true);
        for (const [index, pause] of pauses.entries())
            expect(pause).toBeLessThanOrEqual(Math.max(2_000, fetches[index]!.at / 20 + 1));
    });

    test.each([1, 10, 200, 1_000])(
        "%i waiters for an hour: one fetch in 2 seconds at most",
        async (count) => {
            const { clock, fetches, begin, at } = watching(doneAfter(hour));
            await clock.until(Promise.all(keys(count).map((key) => begin(key))));
            expect(at()).toBeLessThanOrEqual(hour + 20 * second);
            const calls = Math.ceil(count / 200);
            for (const length of [30 * second, minute, 10 * minute])
                expect(most(fetches, length)).toBeLessThanOrEqual(length / (2 * second) + calls);
            // For most of the hour it is four looks a minute, however many there are to look at.
            const late = fetches.filter((fetch) => fetch.at > hour / 2);
            expect(late.length).toBeLessThanOrEqual((30 * 4 + 2) * calls);
        },
    );

    test("200 who begin and end one after another cause no more fetches than one in 2 seconds", async () => {
        const { clock, fetches, begin } = watching((key, at) =>
            at >= Number(key.slice(5)) * 500 + 10 * second ? "done" : "pending",
        );
        const waits: Promise<string>[] = [];
        for (const key of keys(200)) {
            waits.push(begin(key));
            await clock.pass(500);
        }
        await clock.until(Promise.all(waits));
        expect(most(fetches, 20 * second)).toBeLessThanOrEqual(11);
    });

    test("200 whose patience ends one after another cause no more fetches either", async () => {
        const { clock, fetches, begin } = watching(() => "pending");
        const waits = keys(200).map((key, index) =>
            failure(begin(key, { deadline: clock.now() + minute + index * 100 })),
        );
        await clock.until(Promise.all(waits));
        expect(most(fetches, 20 * second)).toBeLessThanOrEqual(11);
    });
});

describe("a wait ends", () => {
    test("with the words of what went wrong, and what was seen", async () => {
        const { clock, begin } = watching(() => "error: the key is disabled");
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "error: the key is disabled",
            reason: "failed",
            seen: "error: the key is disabled",
        });
    });

    test("with one who failed, the others wait on", async () => {
        const { clock, begin } = watching((key, at) => (key === "a" ? "error" : doneAfter(minute)(key, at)));
        const [a, b] = [failure(begin("a")), begin("b")];
        expect(await clock.until(a)).toMatchObject({ reason: "failed" });
        expect(await clock.until(b)).toBe("done");
    });

    test.each([1 * minute, 90 * minute, 24 * hour])(
        "when patience of %i ms runs out, at what was seen at last",
        async (patience) => {
            const { clock, begin, at } = watching(() => "43%");
            const error = await clock.until(failure(begin("a", { deadline: clock.now() + patience })));
            expect(error).toMatchObject({
                message: "patience (timeout) ran out at 43%; the next up goes on waiting",
                reason: "patience",
                seen: "43%",
            });
            expect(at()).toBeGreaterThanOrEqual(patience);
            expect(at()).toBeLessThanOrEqual(patience + 2_250);
        },
    );

    test("when patience runs out though nothing was ever seen", async () => {
        const { clock, begin } = watching(() => undefined);
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + 10 * second })));
        expect(error.message).toBe(
            "patience (timeout) ran out at not visible yet; the next up goes on waiting",
        );
    });

    test("progress is told whenever it changes, and only then", async () => {
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

    test("after the first minute it is gone", async () => {
        const { clock, begin, at } = watching(() => undefined);
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "it does not exist any more",
            reason: "failed",
            seen: undefined,
        });
        expect(at()).toBeGreaterThanOrEqual(minute);
        expect(at()).toBeLessThan(minute + 5 * second);
    });

    test("once seen, it is gone as soon as it is not seen any more", async () => {
        const { clock, begin, at } = watching((_key, at) => (at < 5 * second ? "pending" : undefined));
        await clock.until(failure(begin("a")));
        expect(at()).toBeLessThan(10 * second);
    });
});

describe("a look that fails", () => {
    const failing =
        (nature: Nature, until = Infinity) =>
        (_key: string, at: number) => {
            if (at < until) throw new Ec2Error(nature, "Code", "words", "DescribeSnapshots");
            return "done";
        };

    test.each(["passing", "lost", "unreachable"] as const)(
        "%s: is made again for 5 minutes",
        async (nature) => {
            const { clock, begin } = watching(failing(nature, 4.5 * minute));
            expect(await clock.until(begin("a"))).toBe("done");
        },
    );

    test.each(["passing", "lost", "unreachable"] as const)(
        "%s: ends the wait after 5 minutes",
        async (nature) => {
            const { clock, begin, at } = watching(failing(nature));
            const error = await clock.until(failure(begin("a")));
            expect(error).toMatchObject({ reason: "unseen", seen: undefined });
            expect(error.message).toMatch(/^Code: words/);
            expect(at()).toBeGreaterThanOrEqual(5 * minute);
            expect(at()).toBeLessThan(5 * minute + 16 * second);
        },
    );

    test.each(["forbidden", "expired", "refused"] as const)("%s: ends every wait at once", async (nature) => {
        const { clock, fetches, begin } = watching(failing(nature));
        const ended = await clock.until(Promise.all([failure(begin("a")), failure(begin("b"))]));
        expect(ended.map(({ reason }) => reason)).toEqual(["unseen", "unseen"]);
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
        expect(await clock.until(failure(begin("a")))).toMatchObject({ reason: "unseen", seen: "43%" });
    });

    test("is forgotten with the next one that succeeds", async () => {
        const { clock, begin } = watching((key, at) => {
            if (at > 10 * minute) return "done";
            return Math.floor(at / minute) % 4 === 3 ? "pending" : failing("lost")(key, at);
        });
        expect(await clock.until(begin("a"))).toBe("done");
    });

    test("does not count for those who begin to wait later", async () => {
        const { clock, begin } = watching(failing("lost", 6 * minute));
        await clock.until(failure(begin("a")));
        expect(await clock.until(begin("b"))).toBe("done");
    });

    test("does not lengthen patience", async () => {
        const { clock, begin, at } = watching(failing("lost"));
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + minute })));
        expect(error.reason).toBe("patience");
        expect(error.message).toMatch(/ran out at nothing was seen of it/);
        expect(at()).toBeLessThanOrEqual(minute + 2_250);
    });
});
