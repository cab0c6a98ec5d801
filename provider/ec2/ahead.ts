/**
 * Reading ahead: reads that come one after another (a refresh, at `--parallel 1`) are served by one sweep of
 * everything that they may be about, instead of one call each. Knows nothing of EC2.
 *
 * @module
 */
import type { Clock } from "../clock";

/** What a sweep has seen counts as seen now for so long. */
const freshness = 30_000;

/** `among` says what is swept. */
export function readingAhead<Value, Among>(
    read: (id: string) => Promise<Value | undefined>,
    sweep: (among: Among) => Promise<Map<string, Value>>,
    clock: Clock,
): (id: string, among: Among) => Promise<Value | undefined> {
    let first = true;
    const sweeps = new Map<string, { at: number; found: Promise<Map<string, Value>> }>();
    return async (id, among) => {
        // A single read is not worth a sweep.
        if (first) {
            first = false;
            return read(id);
        }
        const key = JSON.stringify(among);
        let swept = sweeps.get(key);
        if (swept === undefined || clock.now() - swept.at > freshness) {
            swept = { at: clock.now(), found: sweep(among) };
            sweeps.set(key, swept);
        }
        // What is not among them (adopted, made by an older build, renamed stack) is read by id.
        return (await swept.found).get(id) ?? read(id);
    };
}
