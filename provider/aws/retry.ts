/**
 * Provides the only way to retry a call of AWS.
 *
 * @module
 */
import { ConfigError } from "../../schema/configuration-values";
import type { Clock } from "./clock";
import { classify, type Ec2Error } from "./errors";

export interface RetryOptions {
    /** Limits how long transient errors are retried (epoch milliseconds); the default is 2 minutes from now. */
    deadline?: number;
    /**
     * Reports whether EC2 may do it twice. If not, a call whose answer is lost is not repeated. The default is `true`.
     */
    idempotent?: boolean;
    /**
     * Reports whether the call contains ids that EC2 may have returned a moment ago. EC2 takes a moment to know them
     * everywhere, so that "not found" is transient for a minute.
     */
    mayBeNew?: boolean;
    /** Classifies further errors as transient for this call only. */
    isRetryable?: (error: Ec2Error) => boolean | Promise<boolean>;
    /** Receives the error that delays the call. */
    onRetry?: (error: Ec2Error) => void;
    /** Ends the call, its retries and the pauses between them with the signal's reason. */
    signal?: AbortSignal;
}

export interface RetryContext {
    action: string;
    clock: Clock;
    /** Limits how often a call whose answer is lost is repeated. */
    maxRetries: number;
}

export const defaultMaxRetries = 4;
const defaultTimeoutMs = 120_000;
const maxBackoffMs = 15_000;
/** EC2 may take this long to know an id everywhere. */
export const visibilityTimeoutMs = 60_000;
/** A lookup after a lost answer is repeated after these pauses, because EC2 may show a new resource only later. */
export const lookupDelaysMs = [1_000, 2_000, 4_000, 8_000];

/** Calls until it succeeds, fails permanently, or the deadline has passed. */
export async function retry<Answer>(
    call: () => Promise<Answer>,
    { deadline, idempotent = true, mayBeNew = false, isRetryable, onRetry, signal }: RetryOptions,
    { action, clock, maxRetries }: RetryContext,
): Promise<Answer> {
    const start = clock.now();
    const end = deadline ?? start + defaultTimeoutMs;
    for (let attempt = 0, lost = 0; ; attempt++) {
        signal?.throwIfAborted();
        try {
            return await call();
        } catch (thrown) {
            signal?.throwIfAborted();
            if (thrown instanceof ConfigError) throw thrown;
            const error = classify(thrown, action);
            const isLost = error.kind === "unreachable" || (error.kind === "indeterminate" && idempotent);
            const isUnknownYet =
                mayBeNew && error.kind === "notFound" && clock.now() - start < visibilityTimeoutMs;
            const isTransient =
                error.kind === "retryable" ||
                isUnknownYet ||
                (isLost && lost++ < maxRetries) ||
                (await isRetryable?.(error)) === true;
            if (!isTransient) throw error;
            const pause = Math.min(500 * 2 ** attempt, maxBackoffMs) * (0.5 + Math.random() / 2);
            if (clock.now() + pause > end) throw error;
            onRetry?.(error);
            await pauseFor(pause, clock, signal);
        }
    }
}

/** Sleeps until the pause has passed or the signal is aborted. */
async function pauseFor(pause: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return clock.sleep(pause);
    // Node warns of a signal with more than ten listeners.
    const finished = new AbortController();
    const aborted = new Promise((resolve) => {
        signal.addEventListener("abort", resolve, { signal: finished.signal });
    });
    await Promise.race([clock.sleep(pause), aborted]);
    finished.abort();
}
