/**
 * Parses the values of configuration keys, and rejects those of another form.
 *
 * @module
 */
import { nearest } from "./nearest";

/** Reads the stack's configuration: it returns the text of a key such as `aws:region`; objects are JSON. */
export type ReadKey = (key: string) => string | undefined;

/** Signals that the configuration is invalid, and names the key. */
export class ConfigError extends Error {
    override readonly name = "ConfigError";

    constructor(
        readonly key: string,
        readonly reason: string,
    ) {
        super(`configuration ${key}: ${reason}`);
    }
}

/** Reports that no region, or no credentials, were found. The command line has another remedy than a stack. */
export class MissingError extends ConfigError {
    readonly finding: string;

    constructor(
        key: string,
        readonly missing: "region" | "credentials",
        { finding, remedy }: { finding: string; remedy: string },
    ) {
        super(key, `${finding}. ${remedy}`);
        this.finding = finding;
    }
}

/** Refuses names in the object of a key that are ignored otherwise. */
export function rejectUnsupported(key: string, given: object, supported: string[]): void {
    const name = Object.keys(given).find((one) => !supported.includes(one));
    if (name === undefined) return;
    const similar = nearest(name, supported);
    // A name that is not similar may be a secret in the wrong place.
    const reason =
        similar === undefined
            ? "contains a name that is not supported."
            : `${name} is not supported. Did you mean \`${similar}\`?`;
    throw new ConfigError(key, `${reason} Supported: ${supported.join(", ")}`);
}

/** Returns the text of a value, because `pulumi config set --path` stores 123456789012 as a number. */
export function textOf(key: string, value: unknown): string {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new ConfigError(key, "must contain only text");
}

/** Reads keys of the stack's configuration by the type of their values. */
export interface KeyReader {
    /** Returns undefined for an empty text too. */
    string: (key: string) => string | undefined;
    flag: (key: string) => boolean | undefined;
    number: (key: string) => number | undefined;
    list: (key: string) => unknown[];
    object: (key: string) => Record<string, unknown>;
    texts: (key: string) => string[];
    /** Returns the only text of a list, because the SDK reads one file of each kind. */
    file: (key: string) => string | undefined;
}

export function createKeyReader(read: ReadKey): KeyReader {
    const string = (key: string) => read(key) || undefined;
    const json = (key: string): unknown => {
        const value = string(key);
        if (value === undefined) return undefined;
        try {
            return JSON.parse(value) as unknown;
        } catch {
            // The message omits the value, which may be a secret.
            throw new ConfigError(key, "must be JSON (set it with `pulumi config set --path`)");
        }
    };
    const list = (key: string): unknown[] => {
        const value = json(key);
        if (value === undefined) return [];
        if (!Array.isArray(value)) throw new ConfigError(key, "must be a list");
        return value as unknown[];
    };
    const texts = (key: string) => textsOf(key, list(key));
    return {
        string,
        list,
        texts,

        flag(key) {
            const value = string(key);
            if (value === undefined) return undefined;
            if (value !== "true" && value !== "false") throw new ConfigError(key, "must be true or false");
            return value === "true";
        },

        number(key) {
            const value = string(key);
            if (value !== undefined && !/^\d+$/.test(value))
                throw new ConfigError(key, "must be a whole number");
            return value === undefined ? undefined : Number(value);
        },

        object(key) {
            const value = json(key) ?? {};
            if (typeof value !== "object" || Array.isArray(value))
                throw new ConfigError(key, "must be an object");
            return value as Record<string, unknown>;
        },

        file(key) {
            const files = texts(key);
            if (files.length > 1) throw new ConfigError(key, "only one file is supported");
            return files[0];
        },
    };
}

/** Returns the values of a list as texts. */
export function textsOf(key: string, values: unknown[]): string[] {
    return values.map((value) => textOf(key, value));
}

/** Returns an object whose values are texts. */
export function textMap(key: string, map: unknown = {}): Record<string, string> {
    if (typeof map !== "object" || map === null || Array.isArray(map))
        throw new ConfigError(key, "must be an object");
    return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, textOf(key, value)]));
}
