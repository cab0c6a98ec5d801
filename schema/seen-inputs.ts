/**
 * Finds inputs that the program has not seen. A transform of the engine may change inputs, and make them secret, after
 * the program has noted which are secret; the dynamic-provider host passes secrets as plain text. So the program sends a
 * digest of each input, and the provider compares it with the input that arrives.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { isInternal } from "./property";
import { equal, stableStringify, type Properties } from "./values";

/** Returns a digest of plain data; the mark of an unknown value is data too. */
export function digestOf(value: unknown): string {
    return createHash("sha256").update(stableStringify(value)).digest("hex").slice(0, 16);
}

/**
 * Returns the inputs that differ from those of the program, whose digests are given by name. The engine replaces
 * an input in `ignoreChanges`, one of `ignored`, by the value in the state, `olds`.
 */
export function unseenInputs(
    { olds, news }: { olds: Properties; news: Properties },
    { digests, ignored }: { digests: Properties; ignored: string[] },
): string[] {
    const given = Object.entries(news).filter(
        ([key, value]) => !isInternal(key) && value !== undefined && value !== null,
    );
    return given.flatMap(([key, value]) => {
        const isAsInState = ignored.includes(key) && equal(value, olds[key]);
        return digests[key] === digestOf(value) || isAsInState ? [] : [key];
    });
}
