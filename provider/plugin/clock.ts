/**
 * Provides a clock that can be cancelled: every wait then ends immediately, because its deadline has passed.
 *
 * @module
 */
import { systemClock, type Clock } from "../aws/clock";

/** This is longer than any timeout. */
const pastEveryDeadlineMs = 100 * 365 * 24 * 3_600_000;

export class CancellableClock implements Clock {
    readonly #sleepers = new Set<() => void>();
    readonly #controller = new AbortController();

    constructor(private readonly clock: Clock = systemClock) {}

    get isCancelled(): boolean {
        return this.signal.aborted;
    }

    /** Is aborted when the clock is cancelled. */
    get signal(): AbortSignal {
        return this.#controller.signal;
    }

    cancel(): void {
        this.#controller.abort(new Error("the run was cancelled"));
        for (const wake of this.#sleepers) wake();
    }

    now(): number {
        return this.clock.now() + (this.isCancelled ? pastEveryDeadlineMs : 0);
    }

    sleep(milliseconds: number): Promise<void> {
        if (this.isCancelled) return Promise.resolve();
        return new Promise((resolve) => {
            const wake = () => {
                this.#sleepers.delete(wake);
                resolve();
            };
            this.#sleepers.add(wake);
            void this.clock.sleep(milliseconds).then(wake);
        });
    }
}
