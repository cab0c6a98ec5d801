/**
 * Validates the values that several arguments of a schedule have in common.
 *
 * @module
 */
import { age, distinct, refuse } from "../component-arguments";
import type { Validator } from "../property";
import { allOf, listOf, matching, text, validator } from "../validators";

export function wholeNumber(least: number, largest: number): Validator {
    const expected = `an integer from ${String(least)} to ${largest.toLocaleString("en")}`;
    return matching(
        { valueType: "integer", expected },
        (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= largest,
    );
}

/** Validates a number or an age; 0 is allowed where snapshots may be archived at once. */
export function keepFrom(least: number): Validator {
    const count = wholeNumber(least, 1_000);
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

export const zones = (atMost?: number) =>
    allOf(
        listOf(text("the name of an Availability Zone such as us-east-1a", /./), { atLeast: 1, atMost }),
        distinct,
    );

export const volumeTypes = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];
