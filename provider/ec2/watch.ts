/**
 * Waiting for many resources with one look for all of them. Knows nothing of EC2.
 *
 * @module
 */
import type { Clock } from "../clock";
import { fetchSize, inChunks, type Fetch } from "./batch";
import type { Ec2Error } from "./errors";

/** What a look at a resource says. A state in neither list is a failure, never "again". */
export type Verdict = "done" | { again: string } | { failed: string };

export interface Wait<Value> {
    key: string;
    /** Judges what was seen; `undefined` where the resource is gone, or is not there a minute after the wait began. */
    judge: (seen: Value | undefined) => Verdict;
    /** Patience ends at this time (epoch milliseconds). */
    deadline: number;
    /** Is told how far it is, whenever that changes. */
    progress?: (text: string) => void;
    /** What was seen of it before the wait; if then nothing is there, it is gone, and not just not visible yet. */
    seen?: Value;
}

/** The wait ended without what was waited for; `seen` is what was there at last. */
export class WaitError<Value> extends Error {
    override readonly name = "WaitError";

    constructor(
        message: string,
        readonly reason: "failed" | "patience" | "unseen",
        readonly seen: Value | undefined,
        options?: ErrorOptions,
    ) {
        super(message, options);
    }
}

/** What comes on top of something that was seen already: a failure tells of that, not of what its own looks saw. */
export async function onTopOf<Done>(seen: unknown, work: Promise<Done>): Promise<Done> {
    try {
        return await work;
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new WaitError(message, "failed", seen, { cause: error });
    }
}

interface Waiter<Value> extends Wait<Value> {
    since: number;
    said?: string;
    resolve: (value: Value) => void;
    reject: (error: Error) => void;
}

const firstLook = 250;
const shortestPause = 2_000;
const longestPause = 15_000;
/** A pause lengthens no wait by more than this part of it. */
const pausePart = 1 / 20;
/** How long EC2 may take to show everywhere what it has just made. */
const appearance = 60_000;
/** How long looks may fail on the way (a network that is down) before a wait of hours is given up. */
const longestBlindness = 5 * 60_000;

/**
 * Gives a function that waits. All waits share one loop, and the loop makes on the average at most one fetch in two
 * seconds, however many wait: calls grow with time, not with resources.
 */
export function watcher<Value>(fetch: Fetch<Value>, clock: Clock): (wait: Wait<Value>) => Promise<Value> {
    const waiting = new Set<Waiter<Value>>();
    let running = false;
    let rested = 0;
    let hurry = () => undefined as unknown;
    let blindSince: number | undefined;

    return (wait) =>
        new Promise<Value>((resolve, reject) => {
            waiting.add({ ...wait, since: clock.now(), resolve, reject });
            if (running) {
                hurry();
            } else {
                running = true;
                void loop();
            }
        });

    async function loop() {
        blindSince = undefined;
        await soon();
        while (waiting.size > 0) {
            const waiters = [...waiting];
            await look(waiters);
            const calls = Math.ceil(new Set(waiters.map((waiter) => waiter.key)).size / fetchSize);
            const rest = shortestPause * calls;
            rested = clock.now() + rest;
            if (waiting.size === 0) break;
            const newcomer = new Promise<void>((resolve) => (hurry = () => resolve(soon())));
            await Promise.race([clock.sleep(Math.max(pauseOf(waiting, clock.now()), rest)), newcomer]);
        }
        running = false;
    }

    /** Who begins to wait is looked at soon, unless the last look was just now. */
    function soon(): Promise<void> {
        return clock.sleep(Math.max(firstLook, rested - clock.now()));
    }

    async function look(waiters: Waiter<Value>[]) {
        try {
            const found = await inChunks(fetch, [...new Set(waiters.map((waiter) => waiter.key))]);
            blindSince = undefined;
            for (const waiter of waiters) settle(waiter, found.get(waiter.key));
        } catch (error) {
            endure(waiters, error as Error | Ec2Error);
        }
    }

    function settle(waiter: Waiter<Value>, seen: Value | undefined) {
        if (seen !== undefined) waiter.seen = seen;
        const early = waiter.seen === undefined && clock.now() - waiter.since < appearance;
        const verdict = early ? { again: "not visible yet" } : waiter.judge(seen);
        if (verdict === "done") {
            end(waiter);
            waiter.resolve(seen as Value);
        } else if ("failed" in verdict) {
            end(waiter);
            waiter.reject(new WaitError(verdict.failed, "failed", seen));
        } else {
            if (verdict.again !== waiter.said) waiter.progress?.(verdict.again);
            waiter.said = verdict.again;
            impatient(waiter);
        }
    }

    /** A look that failed on the way is made again for a while; one that was refused ends every wait. */
    function endure(waiters: Waiter<Value>[], error: Error | Ec2Error) {
        const now = clock.now();
        blindSince ??= now;
        const passes = "nature" in error && ["passing", "lost", "unreachable"].includes(error.nature);
        for (const waiter of waiters) {
            if (passes && now - blindSince < longestBlindness) impatient(waiter);
            else {
                end(waiter);
                waiter.reject(new WaitError(error.message, "unseen", waiter.seen, { cause: error }));
            }
        }
    }

    function impatient(waiter: Waiter<Value>) {
        if (clock.now() < waiter.deadline) return;
        end(waiter);
        const last = waiter.said ?? "nothing was seen of it";
        waiter.reject(
            new WaitError(
                `patience (timeout) ran out at ${last}; the next up goes on waiting`,
                "patience",
                waiter.seen,
            ),
        );
    }

    function end(waiter: Waiter<Value>) {
        waiting.delete(waiter);
    }
}

function pauseOf(waiting: Iterable<Pick<Waiter<unknown>, "since" | "deadline">>, now: number): number {
    const youngest = Math.min(...[...waiting].map((waiter) => now - waiter.since));
    const nearest = Math.min(...[...waiting].map((waiter) => waiter.deadline - now));
    return Math.min(Math.max(youngest * pausePart, shortestPause), longestPause, nearest);
}
