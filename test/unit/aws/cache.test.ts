import { expect, test } from "vitest";
import { createCache, perObject } from "../../../provider/aws/cache";
import { createSweep } from "../../../provider/aws/sweep";
import { HandClock } from "../clock";

/** Creates a fetch that returns these results, or fails, one after another. */
function createFetch(...answers: (string | Error)[]) {
    let count = 0;
    const ask = () => {
        const answer = answers[count++] ?? "";
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return { ask, count: () => count };
}

test("a key is fetched once, even by callers that arrive during the fetch", async () => {
    const { ask, count } = createFetch("one", "two");
    const cache = createCache<string>();
    expect(await Promise.all([cache("a", ask), cache("a", ask), cache("b", ask)])).toEqual([
        "one",
        "one",
        "two",
    ]);
    expect(await cache("a", ask)).toBe("one");
    expect(count()).toBe(2);
});

test("a failure reaches the waiting callers, and is not cached", async () => {
    const { ask, count } = createFetch(new Error("no"), "yes");
    const cache = createCache<string>();
    const both = await Promise.allSettled([cache("a", ask), cache("a", ask)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await cache("a", ask)).toBe("yes");
    expect(count()).toBe(2);
});

test("a response that is not final, or too old, is not cached", async () => {
    const clock = new HandClock();
    const { ask, count } = createFetch("pending", "done", "newer");
    const maxAge = { milliseconds: 1_000, clock };
    const cache = createCache<string>({ isFinal: (answer) => answer !== "pending", maxAge });
    expect([await cache("a", ask), await cache("a", ask), await cache("a", ask)]).toEqual([
        "pending",
        "done",
        "done",
    ]);
    await clock.pass(1_001);
    expect(await cache("a", ask)).toBe("newer");
    expect(count()).toBe(3);
});

test("each object has its own value", () => {
    const valueOf = perObject(() => ({}));
    const [one, other] = [{}, {}];
    expect(valueOf(one)).toBe(valueOf(one));
    expect(valueOf(one)).not.toBe(valueOf(other));
});

test("a failed sweep is repeated by the next read", async () => {
    let sweeps = 0;
    const sweep = () => {
        if (++sweeps === 1) return Promise.reject(new Error("no"));
        return Promise.resolve(new Map([["a", "swept"]]));
    };
    const read = createSweep<string, string>(() => Promise.resolve("read"), sweep, {
        clock: new HandClock(),
    });
    expect(await read("a", "all")).toBe("read");
    await expect(read("a", "all")).rejects.toThrow("no");
    expect(await read("a", "all")).toBe("swept");
});

test("what a sweep omits, such as an adopted resource, is read by id and does not count as deleted", async () => {
    const sweep = () => Promise.resolve(new Map([["swept", "from the sweep"]]));
    const readById = (id: string) => Promise.resolve(id === "gone" ? undefined : `${id} by id`);
    const read = createSweep<string, string>(readById, sweep, { clock: new HandClock() });
    expect(await read("first", "stack")).toBe("first by id");
    expect(await read("swept", "stack")).toBe("from the sweep");
    expect(await read("adopted", "stack")).toBe("adopted by id");
    expect(await read("gone", "stack")).toBeUndefined();
});
