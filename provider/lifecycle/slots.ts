/**
 * Notices that the waits of new resources occupy all slots of the engine, which runs a few operations at a time (four for
 * each processor), while other new resources of the program have not started. The engine does not tell how many it runs.
 *
 * @module
 */

/** A shorter wait delays the other resources too little for a message. */
const longWaitMs = 5_000;

export class Slots {
    readonly #queued = new Set<string>();
    readonly #waiting = new Set<string>();
    #isReported = false;

    /** Records that the engine has checked a new resource: from now on it only waits for a slot. */
    declare(urn: string): void {
        this.#queued.add(urn);
    }

    begin(urn: string): void {
        this.#queued.delete(urn);
        this.#waiting.add(urn);
    }

    /** Ends a wait. Returns the number of waits and of queued resources if another round of waits is ahead, once. */
    end(urn: string, durationMs: number): { waiting: number; queued: number } | undefined {
        const waiting = this.#waiting.size;
        const queued = this.#queued.size;
        this.#waiting.delete(urn);
        const isFull = waiting > 1 && queued >= waiting && durationMs >= longWaitMs;
        if (!isFull || this.#isReported) return undefined;
        this.#isReported = true;
        return { waiting, queued };
    }
}

export function formatSlots(
    { waiting, queued }: { waiting: number; queued: number },
    { hasBarrier }: { hasBarrier: boolean },
): string {
    const barrier = hasBarrier
        ? ", or set `waitForCompletion: false` and declare one CompletedSnapshots for all of them"
        : "";
    return (
        `the engine waits for ${String(waiting)} resources at a time, and ${String(queued)} more have not started. ` +
        `To wait for all at the same time, run \`pulumi up --parallel ${String(Math.max(100, waiting + queued))}\`${barrier}.`
    );
}
