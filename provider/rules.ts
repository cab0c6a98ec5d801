/**
 * What a property may be, and what its change means: pure functions over plain data. Knows no resource and no cloud.
 *
 * @module
 */

/** How the engine writes a value that is not known before something else has been made. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Record<string, unknown>;

/** A value that a property accepts: gives the reason why not, on the path at fault, or nothing. */
export type Accepts = (value: unknown, path: string) => CheckFailure[];

/** What bad input gets: the property at fault, and what was given, what is allowed, what to do. */
export interface CheckFailure {
    property: string;
    reason: string;
}

/** What the change of a property does to the resource. */
export type Effect = "nothing" | "update" | "replace";

/** What is done although no input has changed, and why. */
export interface Pending {
    effect: Exclude<Effect, "nothing">;
    why: string;
}

export interface Rule {
    accepts: Accepts;
    required?: true;
    /** What a change means; a function where that depends on what else is declared, or on what is there. */
    onChange: Effect | ((state: Properties, inputs: Properties) => Effect);
    /** Whether two values that are written differently mean the same, beside these other inputs. */
    same?: (before: unknown, after: unknown, inputs: Properties) => boolean;
}

/** One rule a property: a property that has none does not compile. */
export type Rules<Inputs> = { [K in keyof Required<Inputs>]: Rule };

/** Values of the inputs that begin so are ours: never displayed by the engine, never judged. */
export function isInternal(key: string): boolean {
    return key.startsWith("__");
}

/** Picks from a state what the rules declare as inputs. */
export function inputsOf(rules: Record<string, Rule>, state: Properties): Properties {
    return Object.fromEntries(
        Object.entries(state).filter(
            ([key, value]) => value !== undefined && value !== null && (key in rules || isInternal(key)),
        ),
    );
}

export function checkProperties(rules: Record<string, Rule>, inputs: Properties): CheckFailure[] {
    const failures: CheckFailure[] = [];
    for (const [key, rule] of Object.entries(rules)) {
        const value = inputs[key];
        if (value === undefined || value === null) {
            if (rule.required) failures.push({ property: key, reason: "is required" });
        } else if (value !== unknown) {
            failures.push(...rule.accepts(value, key));
        }
    }
    for (const key of Object.keys(inputs)) {
        if (!isInternal(key) && !Object.hasOwn(rules, key)) {
            const allowed = Object.keys(rules).sort().join(", ");
            failures.push({ property: key, reason: `is not known here; allowed are ${allowed}` });
        }
    }
    return failures;
}

export interface Change {
    property: string;
    effect: Effect;
    /** It replaces if its value, which is not known yet, turns out to be another one. */
    undecided: boolean;
}

/** The declared properties that changed, each with what that means. */
export function changedProperties(
    rules: Record<string, Rule>,
    before: Properties,
    after: Properties,
): Change[] {
    return Object.entries(rules)
        .filter(
            ([key, rule]) => !(rule.same ?? equal)(before[key] ?? undefined, after[key] ?? undefined, after),
        )
        .map(([property, { onChange }]) => {
            const effect = typeof onChange === "function" ? onChange(before, after) : onChange;
            // A value that is not known yet may turn out to be the same one. Answering "replace" would make the engine
            // delete this resource ahead of what the value comes from (`deleteBeforeReplace`): no copy would be left.
            const undecided = effect === "replace" && hasUnknown(after[property]);
            return { property, effect: undecided ? "update" : effect, undecided };
        });
}

/** The inputs with what means the same as before left as it was written: in a diff, another spelling looks like a change. */
export function asBefore(rules: Record<string, Rule>, before: Properties, inputs: Properties): Properties {
    const kept = Object.entries(rules).filter(([key, { same }]) => {
        const [old, value] = [before[key] ?? undefined, inputs[key]];
        if (old === undefined || value === undefined || hasUnknown(value)) return false;
        return same?.(old, value, inputs) === true;
    });
    return { ...inputs, ...Object.fromEntries(kept.map(([key]) => [key, before[key]])) };
}

export function hasUnknown(value: unknown): boolean {
    if (value === unknown) return true;
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Deep equality of plain data; an absent key and an undefined one are the same, the order of keys does not count. */
export function equal(left: unknown, right: unknown): boolean {
    return stable(left) === stable(right);
}

/** For what is whatever it is where it is left out. */
export function sameOrLeftOut(before: unknown, after: unknown): boolean {
    return after === undefined || equal(before, after);
}

/** Whether two lists hold the same, whatever the order, and however often each is named. */
export function sameSet(before: unknown, after: unknown): boolean {
    const sorted = (list: unknown) => (Array.isArray(list) ? [...new Set(list.map(stable))].sort() : list);
    return equal(sorted(before), sorted(after));
}

/** Plain data as text, the same for equal data. */
export function stable(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return `{${entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => `${JSON.stringify(key)}:${stable(entry)}`)
        .join()}}`;
}

/** How a value is shown in a message: what was given, cut to a readable length. */
export function shown(value: unknown): string {
    const text =
        typeof value === "bigint"
            ? String(value)
            : ((JSON.stringify(value) as string | undefined) ?? String(value));
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function refuse(path: string, value: unknown, allowed: string): CheckFailure[] {
    return [{ property: path, reason: `is ${shown(value)}, but must be ${allowed}` }];
}

/** A kind of value, by what it is called and a test for it. */
export function kind(allowed: string, test: (value: unknown) => boolean): Accepts {
    return (value, path) => (test(value) ? [] : refuse(path, value, allowed));
}

export const flag = kind("true or false", (value) => typeof value === "boolean");

export const anything: Accepts = () => [];

export function text(allowed = "text", pattern?: RegExp): Accepts {
    return kind(
        allowed,
        (value) => typeof value === "string" && (pattern === undefined || pattern.test(value)),
    );
}

export function textUpTo(longest: number): Accepts {
    const allowed = `text of at most ${String(longest)} characters`;
    return kind(allowed, (value) => typeof value === "string" && value.length <= longest);
}

export const positiveInteger = kind(
    "a whole number from 1 on",
    (value) => Number.isSafeInteger(value) && Number(value) > 0,
);

export function oneOf(...values: string[]): Accepts {
    const allowed = values.map((value) => JSON.stringify(value)).join(" or ");
    return kind(allowed, (value) => values.includes(value as string));
}

/** An id of EC2: `vol-` and hexadecimal digits. */
export function resourceId(prefix: string): Accepts {
    return text(`an id such as "${prefix}-0123456789abcdef0"`, new RegExp(`^${prefix}-[0-9a-f]+$`));
}

export const outpostArn = text(
    "the ARN of an Outpost",
    /^arn:[\w-]+:outposts:[\w-]+:\d{12}:outpost\/op-[0-9a-f]+$/,
);

/** A whole number in steps of `step`, from one step on. */
export function multipleOf(step: number, most: number): Accepts {
    const allowed = `from ${String(step)} to ${String(most)} in steps of ${String(step)}`;
    const isOne = (value: unknown) =>
        Number.isInteger(value) &&
        Number(value) >= step &&
        Number(value) <= most &&
        Number(value) % step === 0;
    return kind(allowed, isOne);
}

export function mapOf(accepts: Accepts): Accepts {
    return (value, path) => {
        if (!isMap(value)) return refuse(path, value, "an object");
        return Object.entries(value).flatMap(([key, entry]) =>
            entry === unknown ? [] : accepts(entry, `${path}.${key}`),
        );
    };
}

export function listOf(accepts: Accepts, { atLeast = 0 } = {}): Accepts {
    return (value, path) => {
        if (!Array.isArray(value)) return refuse(path, value, "a list");
        if (value.length < atLeast) return refuse(path, value, `a list of at least ${String(atLeast)}`);
        return value.flatMap((entry, index) =>
            entry === unknown ? [] : accepts(entry, `${path}[${String(index)}]`),
        );
    };
}

/** An object with properties of its own. */
export function objectOf(rules: Record<string, Pick<Rule, "accepts" | "required">>): Accepts {
    const inner = Object.fromEntries(
        Object.entries(rules).map(([key, rule]) => [key, { ...rule, onChange: "nothing" as const }]),
    );
    return (value, path) => {
        if (!isMap(value)) return refuse(path, value, "an object");
        return checkProperties(inner, value).map(({ property, reason }) => ({
            property: `${path}.${property}`,
            reason,
        }));
    };
}

/** All of several, in order; what the first refuses, the later ones are not asked. */
export function both(first: Accepts, second: Accepts): Accepts {
    return (value, path) => {
        const failures = first(value, path);
        return failures.length > 0 ? failures : second(value, path);
    };
}

export function isMap(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
