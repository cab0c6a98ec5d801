import { expect, test } from "vitest";
import { batched } from "../../../provider/aws/batch";
import { HandClock } from "../clock";

function reader(
    answer: (keys: string[]) => Map<string, string> = (keys) => new Map(keys.map((k) => [k, k])),
) {
    const clock = new HandClock();
    const fetches: string[][] = [];
    const read = batched((keys) => {
        fetches.push(keys);
        return Promise.resolve().then(() => answer(keys));
    }, clock);
    return { clock, fetches, read };
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => `snap-${String(index)}`);

test("concurrent reads share one fetch with each key once", async () => {
    const { clock, fetches, read } = reader();
    const reads = Promise.all(["a", "b", "a"].map(read));
    expect(await clock.until(reads)).toEqual(["a", "b", "a"]);
    expect(fetches).toEqual([["a", "b"]]);
});

test("a read that starts after the fetch was sent gets a separate fetch", async () => {
    const { clock, fetches, read } = reader();
    const first = read("a");
    await clock.pass(19);
    const second = read("b");
    await clock.pass(1);
    expect(await Promise.all([first, second])).toEqual(["a", "b"]);
    expect(await clock.until(read("a"))).toBe("a");
    expect(fetches).toEqual([["a", "b"], ["a"]]);
});

test("200 keys take one fetch, 201 take two, 1,000 take five", async () => {
    for (const [count, sizes] of [
        [200, [200]],
        [201, [200, 1]],
        [1_000, [200, 200, 200, 200, 200]],
    ] as const) {
        const { clock, fetches, read } = reader();
        await clock.until(Promise.all(keys(count).map(read)));
        expect(fetches.map((fetched) => fetched.length)).toEqual(sizes);
    }
});

test("a key that is not found is undefined, independently of other keys", async () => {
    const { clock, read } = reader(() => new Map([["a", "A"]]));
    expect(await clock.until(Promise.all([read("a"), read("b")]))).toEqual(["A", undefined]);
});

test("a failed fetch rejects all callers that wait for it, and no later one", async () => {
    let failing = true;
    const { clock, fetches, read } = reader((ids) => {
        if (failing) throw new Error("UnauthorizedOperation");
        return new Map(ids.map((key) => [key, key]));
    });
    const both = await clock.until(Promise.allSettled([read("a"), read("b")]));
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    failing = false;
    expect(await clock.until(read("a"))).toBe("a");
    expect(fetches).toHaveLength(2);
});
