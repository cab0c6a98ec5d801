/**
 * Validates the values that several arguments of a schedule have in common.
 *
 * @module
 */
import { duration, toMilliseconds } from "../duration";
import type { CheckFailure } from "../failure";
import type { Validator } from "../property";
import { allOf, listOf, matching, text, validator } from "../validators";
import { UNKNOWN } from "../values";
import { day } from "./times";

const most = { count: 1_000, days: 36_500 };

export const fail = (property: string, reason: string): CheckFailure[] => [{ property, reason }];
export const failWith = (property: string, value: unknown, reason: string): CheckFailure[] => [
    { property, value, reason },
];
export const refuse = (property: string, value: unknown, expected: string): CheckFailure[] => [
    { property, value, expected },
];

export function wholeNumber(least: number, largest: number): Validator {
    const expected = `an integer from ${String(least)} to ${largest.toLocaleString("en")}`;
    return matching(
        { valueType: "integer", expected },
        (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= largest,
    );
}

/** Validates a duration in whole units, within limits. */
export function lengthIn(unit: number, expected: string, least = 1, largest = Infinity): Validator {
    return matching({ valueType: "string", expected }, (value) => {
        if (duration(value, "").length > 0) return false;
        const units = toMilliseconds(value as string) / unit;
        return Number.isInteger(units) && units >= least && units <= largest;
    });
}

export const age = lengthIn(
    day,
    'an age in whole days such as "30 days", at most "36500 days"',
    1,
    most.days,
);

/** Validates a number or an age; 0 is allowed where snapshots may be archived at once. */
export function keepFrom(least: number): Validator {
    const count = wholeNumber(least, most.count);
    const expected = `an integer from ${String(least)} to 1,000 or an age in whole days such as "30 days"`;
    return validator({ valueType: "string", expected }, (value, path) => {
        if (typeof value === "number") return count(value, path);
        return age(value, path).length === 0 ? [] : refuse(path, value, expected);
    });
}

export const ruleName = text(
    "1 to 120 letters, digits, spaces, _ and -, because DLM writes it to tags",
    /^(?! )[0-9A-Za-z _-]{1,120}(?<! )$/,
);

export const zones = allOf(
    listOf(text("the name of an Availability Zone such as us-east-1a", /./), { atLeast: 1 }),
    distinct,
);

export function distinct(value: unknown, path: string): CheckFailure[] {
    const entries = (value as unknown[]).filter((entry) => entry !== UNKNOWN);
    return new Set(entries).size < entries.length ? failWith(path, value, "which repeats an entry") : [];
}

export function atMost(largest: number) {
    return (value: unknown, path: string): CheckFailure[] =>
        (value as unknown[]).length > largest
            ? fail(
                  path,
                  `has ${String((value as unknown[]).length)} entries, but the maximum is ${String(largest)}`,
              )
            : [];
}

export const volumeTypes = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];
