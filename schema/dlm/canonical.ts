/**
 * Reduces parts of a DLM policy to one form each, so that equal policies compare as equal: DLM returns its
 * defaults, and a different order.
 *
 * @module
 */
import { equal, isMap, stableStringify } from "../values";

/** The members whose omission means this value. */
const defaults: Readonly<Record<string, unknown>> = {
    copyTags: false,
    excludeBootVolume: false,
    excludeBootVolumes: false,
    executeOperationOnScriptFailure: true,
    executionHandlerService: "AWS_SYSTEMS_MANAGER",
    executionTimeout: 10,
    location: "CLOUD",
    maximumRetryCount: 0,
    noReboot: false,
    resourceLocations: ["CLOUD"],
    stages: ["POST", "PRE"],
};

/** Returns the value without defaults and empty parts, with sorted lists; nothing if nothing is left. */
export function canonical(value: unknown): unknown {
    if (Array.isArray(value)) {
        const entries = value.map(canonical).sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
        // A tag of one value can be written with and without a list.
        return entries.length <= 1 && entries.every((entry) => typeof entry === "string")
            ? entries[0]
            : entries;
    }
    if (!isMap(value)) return value ?? undefined;
    const entries = Object.entries(value)
        .map(([key, entry]) => [key, canonical(entry)] as const)
        .filter(
            ([key, entry]) =>
                entry !== undefined &&
                !(Object.hasOwn(defaults, key) && equal(entry, canonical(defaults[key]))),
        );
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function textOf(value: unknown): string {
    return value === undefined ? "" : stableStringify(value);
}
