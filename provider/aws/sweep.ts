/**
 * Serves consecutive reads (a refresh, at `--parallel 1`) from one sweep of everything that they may read, instead of
 * one call each. This module is independent of EC2.
 *
 * @module
 */
import { createCache } from "./cache";
import type { Clock } from "./clock";

/** A sweep is current for this long. */
const maxAgeMs = 30_000;

/** Increases whenever earlier observations become outdated. */
export interface SweepEpoch {
    current: number;
}

/** Creates a reader, whose second argument selects what the sweep reads. */
export function createSweep<Value, Selection>(
    read: (id: string) => Promise<Value | undefined>,
    sweep: (selection: Selection) => Promise<Map<string, Value>>,
    { clock, epoch = { current: 0 } }: { clock: Clock; epoch?: SweepEpoch | undefined },
): (id: string, selection: Selection) => Promise<Value | undefined> {
    const sweeps = createCache<Map<string, Value>>({ maxAge: { milliseconds: maxAgeMs, clock } });
    let isFirst = true;
    return async (id, selection) => {
        // A single read does not justify a sweep.
        if (isFirst) {
            isFirst = false;
            return read(id);
        }
        const found = await sweeps(JSON.stringify([epoch.current, selection]), () => sweep(selection));
        // The sweep omits resources that are adopted, of an older version or of a renamed stack: these are read by id.
        return found.get(id) ?? read(id);
    };
}
