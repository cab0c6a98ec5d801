/**
 * Validates the arguments of components, which are plain data that may contain outputs of other resources.
 *
 * @module
 */
import { isAccountId, isShortAccountId, quoteAccountId } from "./account-id";
import { duration, toMilliseconds } from "./duration";
import type { CheckFailure } from "./failure";
import { kmsKeyArn } from "./kms-key";
import { nearest } from "./nearest";
import { regionRule } from "./placement";
import { checkProperties, type Property, type Validator } from "./property";
import { allOf, boolean, listOf, matching, objectOf, text, validator } from "./validators";
import { UNKNOWN, type Properties } from "./values";

/** Returns the failures of single arguments; unknown values are not validated. */
export function checkArguments(properties: Record<string, Property>, args: object): CheckFailure[] {
    const inputs = known(args) as Properties;
    return [...nulls(inputs), ...checkProperties(properties, inputs)];
}

/** Rejects null, which the types exclude but a JSON file may contain; otherwise each check would have to treat it as omitted. */
function nulls(value: unknown, path = ""): CheckFailure[] {
    if (value === null) return fail(path, "is null. Omit it instead");
    if (typeof value !== "object") return [];
    const below = (key: string) =>
        path === "" ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    return Object.entries(value).flatMap(([key, entry]) => nulls(entry, below(key)));
}

/** Replaces outputs and promises, the only values that are not plain data, by the marker of unknown values. */
export function known(value: unknown): unknown {
    if (typeof value === "function") return UNKNOWN;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(known);
    if (![null, Object.prototype].includes(Object.getPrototypeOf(value) as object | null)) return UNKNOWN;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, known(entry)]));
}

export const fail = (property: string, reason: string): CheckFailure[] => [{ property, reason }];
export const failWith = (property: string, value: unknown, reason: string): CheckFailure[] => [
    { property, value, reason },
];
export const refuse = (property: string, value: unknown, expected: string): CheckFailure[] => [
    { property, value, expected },
];

export function distinct(value: unknown, path: string): CheckFailure[] {
    const entries = (value as unknown[]).filter((entry) => entry !== UNKNOWN);
    return new Set(entries).size < entries.length ? failWith(path, value, "which repeats an entry") : [];
}

/** Validates a duration in whole units, within limits. */
export function lengthIn(
    unit: number,
    expected: string,
    { least = 1, largest = Infinity }: { least?: number; largest?: number } = {},
): Validator {
    return matching({ valueType: "string", expected }, (value) => {
        if (duration(value, "").length > 0) return false;
        const units = toMilliseconds(value as string) / unit;
        return Number.isInteger(units) && units >= least && units <= largest;
    });
}

const day = 86_400_000;

/** An age after which Data Lifecycle Manager deletes snapshots. */
export const age = lengthIn(day, 'an age in whole days such as "30 days", at most "36500 days"', {
    least: 1,
    largest: 36_500,
});

const copyProperties = objectOf({
    region: { validate: regionRule.validate, required: true },
    keep: { validate: age, required: true },
    encrypted: { validate: boolean },
    kmsKeyId: { validate: kmsKeyArn },
});

const copyTarget = allOf(copyProperties, (value, path) => {
    const { region, encrypted = false, kmsKeyId } = value as Properties;
    if (typeof kmsKeyId !== "string") return [];
    const property = `${path}.kmsKeyId`;
    if (encrypted === false) return fail(property, "requires encrypted: true");
    const [, , , ofKey] = kmsKeyId.split(":");
    if (kmsKeyId === UNKNOWN || region === UNKNOWN || ofKey === region) return [];
    return refuse(property, kmsKeyId, `the ARN of a KMS key in ${String(region)}`);
});

/** Accepts copies in at most three regions, each once. */
export function copyTargets({ atLeast = 0, copy = copyTarget } = {}): Validator {
    return allOf(listOf(copy, { atLeast, atMost: 3 }), (value, path) => {
        const regions = (value as Properties[]).map(({ region }) => region);
        return regions.flatMap((region, index) =>
            region !== UNKNOWN && regions.indexOf(region) < index
                ? failWith(`${path}[${String(index)}].region`, region, "which another copy has too")
                : [],
        );
    });
}

/** Accepts the id of an account, or one of the aliases. */
export function account(aliases: Record<string, string>): Validator {
    const names = Object.keys(aliases).map((alias) => `"${alias}"`);
    const allowed = `an id of 12 digits or an alias of ebs-snapshots:accounts (${names.join(", ") || "none there"})`;
    return validator({ valueType: "string", expected: allowed }, (value, property) => {
        if (typeof value === "string" && (isAccountId(value) || Object.hasOwn(aliases, value))) return [];
        const expected = isShortAccountId(value) ? `${allowed}: ${quoteAccountId}` : allowed;
        return [{ property, value, expected, suggestion: nearest(value, Object.keys(aliases)) }];
    });
}

export const permissionsBoundary = text("the ARN of a policy", /^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/);
