/**
 * Defines validators: functions that also state, as data, what they accept, so that messages and the reference derive
 * from it.
 *
 * @module
 */
import type { CheckFailure } from "./failure";
import { nearest } from "./nearest";
import { checkProperties, type Property, type Validator, type ValidatorData } from "./property";
import { isMap, UNKNOWN } from "./values";

/** Combines a check with the data of what it accepts. */
export function validator(
    data: ValidatorData,
    check: (value: unknown, path: string) => CheckFailure[],
): Validator {
    return Object.assign((value: unknown, path: string) => check(value, path), data);
}

/** Accepts the values that pass a test; `expected` is the text that follows "must be". */
export function matching(data: ValidatorData, test: (value: unknown) => boolean): Validator {
    const { expected } = data;
    return validator(data, (value, property) => (test(value) ? [] : [{ property, value, expected }]));
}

export const boolean = matching(
    { valueType: "boolean", expected: "true or false" },
    (value) => typeof value === "boolean",
);

export const anything = validator({ valueType: "any", expected: "anything" }, () => []);

export function text(expected = "text", pattern?: RegExp): Validator {
    return matching(
        { valueType: "string", expected },
        (value) => typeof value === "string" && (pattern === undefined || pattern.test(value)),
    );
}

export function textUpTo(maximum: number): Validator {
    const expected = `text of at most ${String(maximum)} characters`;
    return validator({ valueType: "string", expected }, (value, property) => {
        if (typeof value === "string" && value.length <= maximum) return [];
        // YAML parses `group: 5` as a number, and a billing code `0042` as another number.
        const isUnquoted = typeof value === "number" || typeof value === "boolean";
        return [
            { property, value, expected: isUnquoted ? `${expected}: write it in quotation marks` : expected },
        ];
    });
}

export const positiveInteger = matching(
    { valueType: "integer", expected: "a positive integer" },
    (value) => Number.isSafeInteger(value) && Number(value) > 0,
);

export function oneOf(...values: string[]): Validator {
    const expected = values.map((value) => JSON.stringify(value)).join(" or ");
    return validator({ valueType: "string", expected, values }, (value, property) =>
        values.includes(value as string)
            ? []
            : [{ property, value, expected, suggestion: nearest(value, values) }],
    );
}

/** Returns the form of the ids that EC2 and DLM give, such as `vol-` and hexadecimal digits. */
export function resourceIdPattern(prefix: string): RegExp {
    return new RegExp(`^${prefix}-[0-9a-f]+$`);
}

export function resourceId(prefix: string): Validator {
    return text(`an id such as "${prefix}-0123456789abcdef0"`, resourceIdPattern(prefix));
}

export const outpostArn = text(
    "the ARN of an Outpost",
    /^arn:[\w-]+:outposts:[\w-]+:\d{12}:outpost\/op-[0-9a-f]+$/,
);

/** Accepts the multiples of `step` from `step` to `maximum`. */
export function multipleOf(step: number, maximum: number): Validator {
    const expected = `from ${String(step)} to ${String(maximum)} in steps of ${String(step)}`;
    return matching(
        { valueType: "integer", expected },
        (value) =>
            Number.isInteger(value) &&
            Number(value) >= step &&
            Number(value) <= maximum &&
            Number(value) % step === 0,
    );
}

export function mapOf(items: Validator): Validator {
    const data = { valueType: "map", expected: "an object", items } as const;
    return validator(data, (value, path) => {
        if (!isMap(value)) return [{ property: path, value, expected: data.expected }];
        return Object.entries(value).flatMap(([key, entry]) =>
            entry === UNKNOWN ? [] : items(entry, `${path}.${key}`),
        );
    });
}

export function listOf(items: Validator, { atLeast = 0, atMost = Infinity } = {}): Validator {
    return validator({ valueType: "list", expected: "a list", items }, (value, path) => {
        if (!Array.isArray(value)) return [{ property: path, value, expected: "a list" }];
        if (value.length < atLeast)
            return [{ property: path, value, expected: `a list of at least ${String(atLeast)}` }];
        if (value.length > atMost) {
            const reason = `has ${String(value.length)} entries, but the maximum is ${String(atMost)}`;
            return [{ property: path, reason }];
        }
        return value.flatMap((entry, index) =>
            entry === UNKNOWN ? [] : items(entry, `${path}[${String(index)}]`),
        );
    });
}

/** Accepts an object, and validates its properties. */
export function objectOf(properties: Record<string, Property>): Validator {
    const data = { valueType: "object", expected: "an object", properties } as const;
    return validator(data, (value, path) => {
        if (!isMap(value)) return [{ property: path, value, expected: data.expected }];
        return checkProperties(properties, value).map((failure) => ({
            ...failure,
            property: `${path}.${failure.property}`,
        }));
    });
}

/** Combines a validator with a further check, which runs only on values that the validator accepts. */
export function allOf(first: Validator, second: (value: unknown, path: string) => CheckFailure[]): Validator {
    const { valueType, expected, items, values, properties } = first;
    return validator({ valueType, expected, items, values, properties }, (value, path) => {
        const failures = first(value, path);
        return failures.length > 0 ? failures : second(value, path);
    });
}
