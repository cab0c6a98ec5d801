/**
 * Polls values that a function of key and time returns, with a simulated clock.
 *
 * @module
 */
import { expect } from "vitest";
import { createPoller, WaitError, type PollResult, type Wait } from "../../../provider/aws/poll";
import { HandClock } from "../clock";

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

type ValueAt = (key: string, at: number) => string | undefined;

/** Creates a poller of values that a function of key and time returns; `undefined` if there is none. */
export function createPolled(valueAt: ValueAt) {
    const clock = new HandClock();
    const start = clock.now();
    const fetches: { at: number; keys: string[] }[] = [];
    const wait = createPoller<string>((keys) => {
        fetches.push({ at: clock.now() - start, keys });
        return Promise.resolve().then(() => {
            const found = keys.map((key) => [key, valueAt(key, clock.now() - start)] as const);
            return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
        });
    }, clock);
    const begin = (key: string, more: Partial<Wait<string>> = {}) =>
        wait({ key, subject: "snapshot", evaluate, deadline: clock.now() + 24 * hour, ...more });
    return { clock, fetches, begin, at: () => clock.now() - start };
}

function evaluate(observed: string | undefined): PollResult {
    if (observed === undefined) return "notFound";
    if (observed === "done") return "done";
    return observed.startsWith("error") ? { failed: observed } : { pending: observed };
}

export const doneAfter = (time: number) => (_key: string, at: number) => (at >= time ? "done" : "pending");

export async function failure(work: Promise<unknown>): Promise<WaitError<string>> {
    const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(WaitError);
    return error as WaitError<string>;
}
