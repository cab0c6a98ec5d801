/**
 * Caches the answers of requests. A failure is never cached: the next caller sends the request again.
 *
 * @module
 */
import type { Clock } from "./clock";

export interface CacheOptions<Answer> {
    /** Reports whether an answer can be cached; by default every answer can. */
    isFinal?: (answer: Answer) => boolean;
    /** Limits how long an answer is cached; by default it is cached as long as the process runs. */
    maxAge?: { milliseconds: number; clock: Clock };
}

export type Cache<Answer> = (key: string, ask: () => Promise<Answer>) => Promise<Answer>;

/** Returns a function that answers from the cache or sends the request; concurrent callers share one request. */
export function createCache<Answer>({ isFinal, maxAge }: CacheOptions<Answer> = {}): Cache<Answer> {
    const entries = new Map<string, { at: number; answer: Promise<Answer> }>();
    const now = () => maxAge?.clock.now() ?? 0;
    return (key, ask) => {
        const known = entries.get(key);
        if (known !== undefined && now() - known.at <= (maxAge?.milliseconds ?? Infinity))
            return known.answer;
        const entry = { at: now(), answer: ask() };
        entries.set(key, entry);
        const forget = () => {
            if (entries.get(key) === entry) entries.delete(key);
        };
        entry.answer.then((answer) => {
            if (isFinal?.(answer) === false) forget();
        }, forget);
        return entry.answer;
    };
}

/** Returns a function that caches one value for each object, such as each region and identity. */
export function perObject<Owner extends object, Value>(
    create: (owner: Owner) => Value,
): (owner: Owner) => Value {
    const values = new WeakMap<Owner, Value>();
    return (owner) => {
        const value = values.get(owner) ?? create(owner);
        values.set(owner, value);
        return value;
    };
}
