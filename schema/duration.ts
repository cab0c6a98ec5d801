/**
 * Parses and formats durations: `"90 minutes"`, `"12 hours"`, `"30 days"`.
 *
 * @module
 */
import { text } from "./validators";
import { formatCount } from "./values";

const milliseconds = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Unit = keyof typeof milliseconds;

/**
 * A duration: a whole number and `seconds`, `minutes`, `hours` or `days`, as in `"90 minutes"`. `"24 hours"` and `"1
 * day"` are equal.
 */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

const pattern = /^([1-9]\d{0,8}) (second|minute|hour|day)s?$/;
/** The form of a {@link Duration} as a regular expression. */
export const durationPattern = pattern.source;

export const duration = text('a length of time such as "90 minutes", "12 hours" or "30 days"', pattern);

/** Returns the duration in milliseconds. It throws on text that `duration` rejects, which is an error of the caller. */
export function toMilliseconds(length: string): number {
    const [, count, unit] = pattern.exec(length) ?? [];
    if (count === undefined || unit === undefined) throw new Error(`not a length of time: ${length}`);
    return Number(count) * milliseconds[unit as Unit];
}

/** The default timeout is this long because large first copies take hours. */
export const defaultTimeout: Duration = "24 hours";

export const timeoutRule = {
    validate: duration,
    onChange: "update",
    default: defaultTimeout,
    isEqual: isSameDuration,
} as const;

/** Checks whether two durations are equal, such as `"24 hours"` and `"1 day"`. */
export function isSameDuration(before: unknown, after: unknown): boolean {
    const parse = (value: unknown) =>
        typeof value === "string" && pattern.test(value) ? toMilliseconds(value) : value;
    return parse(before) === parse(after);
}

/** Formats a duration in the largest unit that is accurate to one percent: `24 hours`, `90 minutes`. */
export function formatDuration(length: number): string {
    const isAccurate = (unit: Unit, minimum: number) => {
        const count = Math.round(length / milliseconds[unit]);
        return count >= minimum && Math.abs(count * milliseconds[unit] - length) <= length / 100;
    };
    const unit = isAccurate("day", 2)
        ? "day"
        : isAccurate("hour", 1)
          ? "hour"
          : isAccurate("minute", 1)
            ? "minute"
            : "second";
    const count = Math.round(length / milliseconds[unit]);
    return formatCount(count, unit);
}
