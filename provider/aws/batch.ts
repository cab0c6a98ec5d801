/**
 * Combines many reads by key into few fetches of many keys. This module is independent of EC2.
 *
 * @module
 */
import type { Clock } from "./clock";

export type Fetch<Value> = (keys: string[]) => Promise<Map<string, Value>>;

/** A fetch has at most this many keys: a filter of EC2 accepts 200 values. */
export const fetchSize = 200;

/** Fetches any number of keys, with as many per call as a call accepts. */
async function inChunks<Value>(fetch: Fetch<Value>, keys: string[]): Promise<Map<string, Value>> {
    const found = new Map<string, Value>();
    for (let start = 0; start < keys.length; start += fetchSize) {
        for (const [key, value] of await fetch(keys.slice(start, start + fetchSize))) found.set(key, value);
    }
    return found;
}

/**
 * Returns a function that reads one key; reads that start within `maxDelayMs` share one fetch. The result is
 * `undefined` if the key is not found. If a fetch fails, every read that waits for it fails.
 */
export function batched<Value>(
    fetch: Fetch<Value>,
    clock: Clock,
    maxDelayMs = 20,
): (key: string) => Promise<Value | undefined> {
    let pendingBatch: { keys: Set<string>; found: Promise<Map<string, Value>> } | undefined;
    return async (key) => {
        pendingBatch ??= startBatch();
        pendingBatch.keys.add(key);
        return (await pendingBatch.found).get(key);
    };

    function startBatch() {
        const keys = new Set<string>();
        const found = clock.sleep(maxDelayMs).then(() => {
            pendingBatch = undefined;
            return inChunks(fetch, [...keys]);
        });
        return { keys, found };
    }
}
