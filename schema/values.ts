/**
 * Compares and formats plain data of properties, with pure functions.
 *
 * @module
 */
/** The engine's marker of a value that is unknown until another resource is created. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Record<string, unknown>;

export function hasUnknown(value: unknown): boolean {
    if (value === UNKNOWN) return true;
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Compares plain data deeply; an absent key equals an undefined one, and the order of keys does not matter. */
export function equal(left: unknown, right: unknown): boolean {
    return stableStringify(left) === stableStringify(right);
}

/** Checks whether two lists contain the same entries; order and duplicates do not matter. */
export function isSameSet(before: unknown, after: unknown): boolean {
    const sorted = (list: unknown) =>
        Array.isArray(list) ? [...new Set(list.map(stableStringify))].sort() : list;
    return equal(sorted(before), sorted(after));
}

/** Returns plain data as text that is the same for equal data. */
export function stableStringify(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(stableStringify).join()}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return `{${entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => `${JSON.stringify(key)}:${stableStringify(entry)}`)
        .join()}}`;
}

/** Formats a value for a message, truncated to a readable length. */
export function formatValue(value: unknown): string {
    const text =
        typeof value === "bigint"
            ? String(value)
            : ((JSON.stringify(value) as string | undefined) ?? String(value));
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Formats a count with its noun: `1 snapshot`, `2 snapshots`. */
export function formatCount(count: number, noun: string): string {
    return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Returns the value of a key that a user has chosen, because a tag may have the key `constructor`, which every object
 * inherits.
 */
export function ownValue<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
    return Object.hasOwn(map, key) ? map[key] : undefined;
}

export function isMap(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the object without the keys whose value is undefined, so that optional properties are absent. */
export function defined<T extends object>(value: T): Defined<T> {
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}
type Defined<T> = {
    [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
    [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

export function without(some: string[], others: string[]): string[] {
    return some.filter((one) => !others.includes(one));
}

export function common(some: string[], others: string[]): string[] {
    return some.filter((one) => others.includes(one));
}

/** Returns the entries of both lists, sorted and without duplicates. */
export function union(some: string[], others: string[]): string[] {
    return [...new Set([...some, ...others])].sort();
}

/** Returns the strings in a list, and omits any other value that an older state or an invalid program may contain. */
export function textsIn(value: unknown): string[] {
    return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
