/**
 * Defines a property of a resource: the values it accepts, the effect of its change, and its default. Check and diff
 * derive from it. All functions are pure.
 *
 * @module
 */
import type { CheckFailure } from "./failure";
import { nearest } from "./nearest";
import { equal, hasUnknown, type Properties, UNKNOWN } from "./values";

export type ValueType = "string" | "integer" | "boolean" | "list" | "map" | "object" | "any";

/** The values that a validator accepts, as data. */
export interface ValidatorData {
    readonly valueType: ValueType;
    /** The accepted values, as text that follows "must be". */
    readonly expected: string;
    /** The validator of the entries of a list or a map. */
    readonly items?: Validator | undefined;
    /** All accepted values, if they can be listed. */
    readonly values?: readonly string[] | undefined;
    /** The properties of an object. */
    readonly properties?: Readonly<Record<string, Property>> | undefined;
}

/** Validates a value, and returns the failures with the invalid paths. */
export interface Validator extends ValidatorData {
    (value: unknown, path: string): CheckFailure[];
}

/** The effect of a property's change on the resource. */
export type Effect = "nothing" | "update" | "replace";

/** An operation that is necessary although no input has changed, and the reason. */
export interface Pending {
    effect: Exclude<Effect, "nothing">;
    why: string;
}

/** A property of an object, with the values that it accepts. */
export interface Property {
    validate: Validator;
    required?: true;
}

/** A property of a resource, with the effect of its change. */
export interface Rule extends Property {
    /** The effect of a change; a function if it depends on other inputs or on the state. */
    onChange: Effect | ((state: Properties, inputs: Properties) => Effect);
    /** The value that is equivalent to omitting the property: to declare it is no change. */
    default?: unknown;
    /** Set if an omitted property leaves the resource as it is: to remove the property is no change. */
    omitted?: "keep";
    /** Checks whether two values that are written differently are equal. Defaults are filled in before. */
    isEqual?: (before: unknown, after: unknown) => boolean;
}

/** Requires one rule for each property: a missing rule does not compile. */
export type Rules<Inputs> = { [K in keyof Required<Inputs>]: Rule };

/** An output of a resource. */
export interface Output {
    /** The inputs that the output derives from: if one of them is secret, so is the output. */
    secretWith?: readonly string[];
}

/** Requires one entry for each output: a missing entry does not compile. */
export type OutputsOf<Outputs> = { [K in keyof Required<Outputs>]: Output };

/** Inputs with this prefix are internal: the engine never shows them, and they are never validated. */
export function isInternal(key: string): boolean {
    return key.startsWith("__");
}

/** Returns the inputs in a state: those that the rules declare, and the internal ones. */
export function inputsOf(rules: Record<string, Rule>, state: Properties): Properties {
    return Object.fromEntries(
        Object.entries(state).filter(
            ([key, value]) =>
                value !== undefined && value !== null && (Object.hasOwn(rules, key) || isInternal(key)),
        ),
    );
}

export function checkProperties(properties: Record<string, Property>, inputs: Properties): CheckFailure[] {
    const failures: CheckFailure[] = [];
    for (const [key, { validate, required }] of Object.entries(properties)) {
        const value = inputs[key];
        if (value === undefined || value === null) {
            if (required) failures.push({ property: key, reason: "is required" });
        } else if (value !== UNKNOWN) {
            failures.push(...validate(value, key));
        }
    }
    const unsupported = Object.keys(inputs).filter(
        (key) => !isInternal(key) && !Object.hasOwn(properties, key),
    );
    return [...failures, ...unsupported.map((key) => unsupportedProperty(key, Object.keys(properties)))];
}

function unsupportedProperty(property: string, supported: string[]): CheckFailure {
    const similar = nearest(property, supported);
    const question = similar === undefined ? "" : ` Did you mean \`${similar}\`?`;
    const list = [...supported].sort().join(", ");
    return { property, reason: `is not a supported property.${question} Supported: ${list}` };
}

export interface Change {
    property: string;
    effect: Effect;
    /** The change replaces the resource if its value, which is still unknown, turns out to be different. */
    undecided: boolean;
}

/** Checks whether two values of a property are equivalent. */
function isSame(rule: Rule, before: unknown, after: unknown): boolean {
    if (rule.omitted === "keep" && (after ?? undefined) === undefined) return true;
    const [one, other] = [before ?? rule.default, after ?? rule.default];
    return (rule.isEqual ?? equal)(one, other);
}

/** Returns the declared properties that changed, each with the effect of its change. */
export function changedProperties(
    rules: Record<string, Rule>,
    before: Properties,
    after: Properties,
): Change[] {
    return Object.entries(rules)
        .filter(([key, rule]) => !isSame(rule, before[key], after[key]))
        .map(([property, { onChange }]) => {
            const effect = typeof onChange === "function" ? onChange(before, after) : onChange;
            // An unknown value may turn out to be the same. With "replace", the engine would delete this resource
            // before the one that the value comes from is replaced (`deleteBeforeReplace`): no copy would be left.
            const undecided = effect === "replace" && hasUnknown(after[property]);
            return { property, effect: undecided ? "update" : effect, undecided };
        });
}

/**
 * Returns the inputs, with equivalent values as they were written before, because another spelling looks like a change
 * in a diff.
 */
export function keepEquivalentValues(
    rules: Record<string, Rule>,
    before: Properties,
    inputs: Properties,
): Properties {
    const kept = Object.entries(rules).filter(([key, { isEqual }]) => {
        const [old, value] = [before[key] ?? undefined, inputs[key]];
        if (old === undefined || value === undefined || hasUnknown(value)) return false;
        return isEqual?.(old, value) === true;
    });
    return { ...inputs, ...Object.fromEntries(kept.map(([key]) => [key, before[key]])) };
}
