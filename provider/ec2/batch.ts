/**
 * Many who ask for one thing each are served by few who fetch many. Knows nothing of EC2.
 *
 * @module
 */
import type { Clock } from "../clock";

export type Fetch<Value> = (keys: string[]) => Promise<Map<string, Value>>;

/** The most keys of one fetch: a filter of EC2 takes 200 values. */
export const fetchSize = 200;

/** Fetches any number of keys, as many at once as one call takes. */
export async function inChunks<Value>(fetch: Fetch<Value>, keys: string[]): Promise<Map<string, Value>> {
    const found = new Map<string, Value>();
    for (let start = 0; start < keys.length; start += fetchSize) {
        for (const [key, value] of await fetch(keys.slice(start, start + fetchSize))) found.set(key, value);
    }
    return found;
}

/**
 * Gives a function that reads one key; reads that come within `linger` milliseconds share one fetch.
 * A key that is not found is `undefined`; a fetch that fails, fails for all who waited for it.
 */
export function batched<Value>(
    fetch: Fetch<Value>,
    clock: Clock,
    linger = 20,
): (key: string) => Promise<Value | undefined> {
    let boarding: { keys: Set<string>; found: Promise<Map<string, Value>> } | undefined;
    return async (key) => {
        boarding ??= depart();
        boarding.keys.add(key);
        return (await boarding.found).get(key);
    };

    function depart() {
        const keys = new Set<string>();
        const found = clock.sleep(linger).then(() => {
            boarding = undefined;
            return inChunks(fetch, [...keys]);
        });
        return { keys, found };
    }
}
