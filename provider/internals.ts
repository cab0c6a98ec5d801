/**
 * The keys that begin with `__`: what the program tells the provider, and what the provider notes, beside a resource's
 * own properties. The engine does not show them.
 *
 * @module
 */
import { equal, isMap, type CheckFailure, type Properties } from "./rules";

/** How the engine's wire format marks a secret. */
export function secretValue(value: unknown) {
    return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** What the lifecycle notes in the state and no program gives. */
const records = ["__tagKeys", "__madeAt", "__given"];

export function withoutRecords(state: Properties): Properties {
    return Object.fromEntries(Object.entries(state).filter(([key]) => !records.includes(key)));
}

/** The inputs that the outputs of the same name say in other words: a key's alias, where AWS shows its ARN. */
export function givenOf(inputs: Properties, outputs: Properties, keys: string[]): Properties | undefined {
    const differing = keys.filter((key) => key in outputs && !equal(inputs[key], outputs[key]));
    if (differing.length === 0) return undefined;
    return Object.fromEntries(differing.map((key) => [key, inputs[key] ?? null]));
}

/** The state with its inputs as the program gave them. */
export function asGiven(state: Properties): Properties {
    const given = Object.entries(isMap(state["__given"]) ? state["__given"] : {});
    return { ...state, ...Object.fromEntries(given.map(([key, value]) => [key, value ?? undefined])) };
}

export function urnOf(inputs: Properties): string {
    const urn = inputs["__urn"];
    return typeof urn === "string" ? urn : "";
}

/** Whether a property is meant by the paths of the option `replaceOnChanges`, such as `tags.Name` or `*`. */
export function isAmong(paths: unknown, property: string): boolean {
    return (
        Array.isArray(paths) &&
        paths.some((path) => path === "*" || String(path).split(/[.[]/)[0] === property)
    );
}

export function organizationOf(inputs: Properties): string {
    const organization = inputs["__organization"];
    return typeof organization === "string" ? organization : "";
}

/** The inputs that are secrets: the host hands them over in the clear. */
export function secretsOf(inputs: Properties): string[] {
    const secrets = inputs["__secrets"];
    return Array.isArray(secrets) ? secrets.map(String) : [];
}

/** A failure that does not show the value given, where that is a secret. */
export function discreet({ property, reason }: CheckFailure, secrets: string[]): CheckFailure {
    const secret = secrets.includes(property.split(/[.[]/)[0] ?? "");
    return {
        property,
        reason: secret ? reason.replace(/^is .*, but must/, "is [secret], but must") : reason,
    };
}

export function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}
