import { defaultTimeout, type Duration, toMilliseconds } from "../../schema/duration";

/** Provides the time in epoch milliseconds. It is injected everywhere, so that no test waits for real seconds. */
export interface Clock {
    now(): number;
    sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Returns the end (epoch milliseconds) of a timeout that begins now. */
export function deadlineOf(clock: Clock, { timeout = defaultTimeout }: { timeout?: Duration }): number {
    return clock.now() + toMilliseconds(timeout);
}
