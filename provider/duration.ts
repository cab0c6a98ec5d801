/**
 * Lengths of time as people say them: `"90 minutes"`, `"12 hours"`, `"30 days"`.
 *
 * @module
 */
import type { Clock } from "./clock";
import { text, type Accepts } from "./rules";

const milliseconds = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Unit = keyof typeof milliseconds;

/**
 * A length of time: a whole number and `seconds`, `minutes`, `hours` or `days`, as in `"90 minutes"`. `"24 hours"` and
 * `"1 day"` are no difference.
 */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

const pattern = /^([1-9]\d{0,8}) (second|minute|hour|day)s?$/;

export const duration: Accepts = text(
    'a length of time such as "90 minutes", "12 hours" or "30 days"',
    pattern,
);

/** The length in milliseconds. What `duration` accepts can be parsed; anything else is a mistake of the caller. */
export function toMilliseconds(length: string): number {
    const [, count, unit] = pattern.exec(length) ?? [];
    if (count === undefined || unit === undefined) throw new Error(`not a length of time: ${length}`);
    return Number(count) * milliseconds[unit as Unit];
}

/** Patience where none is declared: large first copies take hours. */
export const defaultTimeout: Duration = "24 hours";

/** When patience ends that begins now (epoch milliseconds). */
export function deadlineOf(clock: Clock, { timeout = defaultTimeout }: { timeout?: Duration }): number {
    return clock.now() + toMilliseconds(timeout);
}

/** Whether two lengths are the same time: `"24 hours"` is `"1 day"`. */
export function sameDuration(before: unknown, after: unknown): boolean {
    const parse = (value: unknown) =>
        typeof value === "string" && pattern.test(value) ? toMilliseconds(value) : value;
    return parse(before) === parse(after);
}
