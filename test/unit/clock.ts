import type { Clock } from "../../provider/aws/clock";

/** A clock turned by hand: it stands still until a test moves it, and a day passes in no time. */
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

    /** Lets this much time pass, and everything happen that is due in it, in order. */
    async pass(milliseconds: number): Promise<void> {
        const end = this.#now + milliseconds;
        await settled();
        while (this.#wakeNext(end)) await settled();
        this.#now = end;
    }

    /** Lets as much time pass as `work` takes; gives what comes of it. */
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

/** Everything has happened that happens without time: a call of the SDK with its answer takes a few turns. */
async function settled(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) await turn();
}
