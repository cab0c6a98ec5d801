/**
 * Converts values of Pulumi's provider protocol, with pure functions: secrets are marked at any depth, and each type of
 * value has its own marker of unknown values.
 *
 * @module
 */
import { isMarkedSecret, markSecret } from "../../schema/secret-mark";
import { isMap, UNKNOWN, type Properties } from "../../schema/values";

/** Lists the keys and indexes that lead to a value, the outermost first. */
export type Path = readonly (string | number)[];

export interface Received {
    /** Contains the values without marks, each unknown one as `UNKNOWN`. */
    properties: Properties;
    /** Lists the paths of secrets. */
    secrets: Path[];
}

/** https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go */
const unknowns: unknown[] = [
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

export function receive(wire: Properties): Received {
    const secrets: Path[] = [];
    const plain = (value: unknown, path: Path): unknown => {
        if (unknowns.includes(value)) return UNKNOWN;
        if (Array.isArray(value)) return value.map((entry, index) => plain(entry, [...path, index]));
        if (!isMap(value)) return value;
        if (isMarkedSecret(value)) {
            secrets.push(path);
            return plain(value.value, path);
        }
        return mapEntries(value, (entry, key) => plain(entry, [...path, key]));
    };
    return { properties: plain(wire, []) as Properties, secrets };
}

/** Returns the names of the properties that contain a secret. */
export function secretNames(secrets: Path[]): string[] {
    return [...new Set(secrets.map(([name]) => String(name)))];
}

/** Marks the values at these paths; if the structure differs, it marks the enclosing value. */
export function markSecrets(properties: Properties, secrets: Path[]): Properties {
    return secrets.reduce((marked, path) => markAt(marked, path) as Properties, properties);
}

function markAt(value: unknown, [key, ...rest]: Path): unknown {
    if (key === undefined) return mark(value);
    const [isList, isObject] = [Array.isArray(value), isMap(value) && !isMarkedSecret(value)];
    if (isList && typeof key === "number" && key in (value as unknown[]))
        return (value as unknown[]).map((entry, index) => (index === key ? markAt(entry, rest) : entry));
    if (isObject && Object.hasOwn(value as Properties, key))
        return mapEntries(value as Properties, (entry, name) => (name === key ? markAt(entry, rest) : entry));
    return mark(value);
}

function mark(value: unknown): unknown {
    return isMarkedSecret(value) ? value : markSecret(value);
}

function mapEntries(map: Properties, change: (entry: unknown, key: string) => unknown): Properties {
    return Object.fromEntries(
        Object.entries(map)
            .filter(([, entry]) => entry !== undefined)
            .map(([key, entry]) => [key, change(entry, key)]),
    );
}
