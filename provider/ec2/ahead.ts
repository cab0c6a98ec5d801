/**
 * Reading ahead: reads that come one after another (a refresh, at `--parallel 1`) are served by one sweep of
 * everything that the stack owns, instead of one call each. Knows nothing of EC2.
 *
 * @module
 */
import type { Clock } from "../clock";

/** What a sweep has seen counts as seen now for so long. */
const freshness = 30_000;

export function readingAhead<Value>(
    read: (id: string) => Promise<Value | undefined>,
    sweep: (stack: string) => Promise<Map<string, Value>>,
    clock: Clock,
): (id: string, stack: string) => Promise<Value | undefined> {
    let first = true;
    let swept: { stack: string; at: number; found: Promise<Map<string, Value>> } | undefined;
    return async (id, stack) => {
        // A single read is not worth a sweep.
        if (first) {
            first = false;
            return read(id);
        }
        if (swept?.stack !== stack || clock.now() - swept.at > freshness) {
            swept = { stack, at: clock.now(), found: sweep(stack) };
        }
        // What does not carry the stack's tag (adopted, made by an older build, renamed stack) is read by id.
        return (await swept.found).get(id) ?? read(id);
    };
}
