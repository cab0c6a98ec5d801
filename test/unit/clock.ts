import type { Clock } from "../../provider/aws/clock";

/** Simulates a clock that advances only if a test advances it. */
export class HandClock implements Clock {
    #now: number;
    #sleepers: { at: number; wake: () => void }[] = [];

    constructor(now = Date.UTC(2026, 0, 1)) {
        this.#now = now;
    }

    now(): number {
        return this.#now;
    }

    sleep(milliseconds: number): Promise<void> {
        return new Promise((wake) => {
            this.#sleepers.push({ at: this.#now + Math.max(milliseconds, 0), wake });
        });
    }

    /** Advances the clock by this duration, and runs everything that is due in order. */
    async pass(milliseconds: number): Promise<void> {
        const end = this.#now + milliseconds;
        await settled();
        while (this.#wakeNext(end)) await settled();
        this.#now = end;
    }

    /** Advances the clock until `work` ends; returns its result. */
    async until<T>(work: Promise<T>): Promise<T> {
        const progress = { over: false };
        const end = () => (progress.over = true);
        work.then(end, end);
        await settled();
        while (!progress.over) {
            if (!this.#wakeNext(Infinity)) await turn();
            await settled();
        }
        return work;
    }

    #wakeNext(end: number): boolean {
        const next = Math.min(...this.#sleepers.map(({ at }) => at));
        if (next > end || this.#sleepers.length === 0) return false;
        this.#now = next;
        const due = this.#sleepers.filter(({ at }) => at <= next);
        this.#sleepers = this.#sleepers.filter(({ at }) => at > next);
        for (const { wake } of due) wake();
        return true;
    }
}

function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for everything that needs no time: a call of the SDK with its response takes a few turns of the event loop. */
async function settled(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) await turn();
}
