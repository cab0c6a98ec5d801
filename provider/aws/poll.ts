/**
 * Waits for many resources with one shared read. This module is independent of EC2.
 *
 * @module
 */
import { formatDuration } from "../../schema/duration";
import { fetchSize, type Fetch } from "./batch";
import type { Clock } from "./clock";
import { messageOf, type Ec2Error, type ErrorCause } from "./errors";
import { Pace } from "./pace";

/** Contains the evaluation of a read. A state that an evaluation does not know is a failure, never `pending`. */
export type PollResult = "done" | "notFound" | { pending: string } | { failed: string };

export interface Wait<Value> {
    key: string;
    /** Names the operation in messages: `snapshot`, `volume modification`. */
    subject: string;
    /** Evaluates the result of a read: `undefined` means deleted, or not visible a minute after the start. */
    evaluate: (observed: Value | undefined) => PollResult;
    /** The wait times out at this time (epoch milliseconds). */
    deadline: number;
    /** Receives the progress whenever it changes. */
    progress?: (text: string) => void;
    /** Contains the last observation before the wait; with it, an invisible resource is deleted and not new. */
    observed?: Value;
}

/** Reports a wait that ends without success; `observed` is the last observation. */
export class WaitError<Value> extends Error {
    override readonly name = "WaitError";
    readonly observed: Value | undefined;

    constructor(
        message: string,
        readonly reason: "failed" | "notFound" | "timeout" | "unreadable",
        { observed, ...options }: { observed: Value | undefined } & ErrorCause,
    ) {
        super(message, options);
        this.observed = observed;
    }
}

/** Attaches the last observation of a resource to the failure of work on it. */
export async function withLastObserved<Done>(observed: unknown, work: Promise<Done>): Promise<Done> {
    try {
        return await work;
    } catch (error) {
        throw new WaitError(messageOf(error), "failed", { observed, cause: error });
    }
}

interface Waiter<Value> extends Wait<Value> {
    since: number;
    /** Contains the last reported progress. */
    lastProgress?: string;
    resolve: (value: Value) => void;
    reject: (error: Error) => void;
}

/** EC2 may take this long to show a new resource everywhere. */
const visibilityTimeoutMs = 60_000;
/** Reads may fail (for example without a network) for this long before a wait of hours fails. */
const maxReadErrorDurationMs = 5 * 60_000;

/**
 * Returns a function that waits. All waits share one loop, and a read serves up to 200 of them: the number of calls is
 * proportional to time, and to a small part of the waits.
 */
export function createPoller<Value>(
    fetch: Fetch<Value>,
    clock: Clock,
): (wait: Wait<Value>) => Promise<Value> {
    const waiting = new Set<Waiter<Value>>();
    const pace = new Pace(clock);
    let isRunning = false;
    let sleepsUntil = 0;
    let wake = () => undefined as unknown;
    let failingSince: number | undefined;

    return (wait) =>
        new Promise<Value>((resolve, reject) => {
            const waiter = { ...wait, since: clock.now(), resolve, reject };
            waiting.add(waiter);
            pace.begin(waiter);
            if (!isRunning) {
                isRunning = true;
                failingSince = undefined;
                void loop();
            } else if (pace.nextAt() < sleepsUntil) {
                wake();
            }
        });

    async function loop() {
        while (waiting.size > 0) {
            sleepsUntil = pace.nextAt();
            if (sleepsUntil > clock.now()) {
                const woken = new Promise<void>((resolve) => (wake = resolve));
                await Promise.race([clock.sleep(sleepsUntil - clock.now()), woken]);
            } else {
                pace.spend();
                await poll(nextBatch());
            }
        }
        isRunning = false;
    }

    /** Returns the waits that one fetch can serve, those first whose turn it is. */
    function nextBatch(): Waiter<Value>[] {
        const sorted = [...waiting].sort((one, other) => pace.dueAt(one) - pace.dueAt(other));
        const keys = new Set<string>();
        return sorted.filter(({ key }) => keys.has(key) || (keys.size < fetchSize && keys.add(key)));
    }

    async function poll(waiters: Waiter<Value>[]) {
        try {
            const found = await fetch([...new Set(waiters.map((waiter) => waiter.key))]);
            failingSince = undefined;
            for (const waiter of waiters) evaluate(waiter, found.get(waiter.key));
        } catch (error) {
            handleReadError(waiters, error as Error | Ec2Error);
        }
        pace.scheduleNext(waiters.filter((waiter) => waiting.has(waiter)));
    }

    function evaluate(waiter: Waiter<Value>, observed: Value | undefined) {
        if (observed !== undefined) waiter.observed = observed;
        const isEarly = waiter.observed === undefined && clock.now() - waiter.since < visibilityTimeoutMs;
        const result = isEarly ? { pending: "not visible yet" } : waiter.evaluate(observed);
        if (result === "done") {
            waiting.delete(waiter);
            pace.end(waiter, "done");
            waiter.resolve(observed as Value);
        } else if (result === "notFound") {
            const message = waiter.observed === undefined ? "it was not found" : "it no longer exists";
            end(waiter, new WaitError(message, "notFound", { observed }));
        } else if ("failed" in result) {
            end(waiter, new WaitError(result.failed, "failed", { observed }));
        } else {
            if (result.pending !== waiter.lastProgress) waiter.progress?.(result.pending);
            waiter.lastProgress = result.pending;
            checkDeadline(waiter);
        }
    }

    /** Tolerates transient read errors for a limited time; a rejection ends every wait. */
    function handleReadError(waiters: Waiter<Value>[], error: Error | Ec2Error) {
        const now = clock.now();
        failingSince ??= now;
        const isTransient =
            "kind" in error && ["retryable", "indeterminate", "unreachable"].includes(error.kind);
        for (const waiter of waiters) {
            if (isTransient && now - failingSince < maxReadErrorDurationMs) checkDeadline(waiter);
            else
                end(
                    waiter,
                    new WaitError(error.message, "unreadable", { observed: waiter.observed, cause: error }),
                );
        }
    }

    function checkDeadline(waiter: Waiter<Value>) {
        if (clock.now() >= waiter.deadline)
            end(waiter, new WaitError(timeoutMessage(waiter), "timeout", { observed: waiter.observed }));
    }

    function end(waiter: Waiter<Value>, error: Error) {
        waiting.delete(waiter);
        pace.end(waiter, "failed");
        waiter.reject(error);
    }
}

type TimedOut = Pick<Waiter<unknown>, "since" | "deadline" | "subject" | "observed" | "lastProgress">;

function timeoutMessage({ since, deadline, subject, observed, lastProgress }: TimedOut): string {
    const after = `timed out after ${formatDuration(Math.max(deadline - since, 1_000))}`;
    const remedy = "run `pulumi up` again to continue waiting.";
    return observed === undefined || lastProgress === undefined
        ? `${after}: EC2 has not shown the ${subject} yet; ${remedy}`
        : `${after} at ${lastProgress}. The ${subject} is still in progress; ${remedy}`;
}
