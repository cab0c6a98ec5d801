/**
 * Suggests the correct spelling of a misspelled name.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";

/**
 * Returns the name that is most similar to the given one; undefined if no name is similar enough for a typing error.
 */
export function nearest(given: unknown, names: readonly string[]): string | undefined {
    if (typeof given !== "string" || given === "" || names.length === 0) return undefined;
    const similar = closest(
        given.toLowerCase(),
        names.map((name) => name.toLowerCase()),
    );
    const name = names.find((one) => one.toLowerCase() === similar);
    const errors = distance(given.toLowerCase(), similar);
    // This accepts about one typing error in three characters. Two exchanged letters are one typing error.
    const isSimilar =
        errors <= Math.max(1, Math.floor(given.length / 3)) ||
        (errors === 2 && sorted(given.toLowerCase()) === sorted(similar));
    return isSimilar ? name : undefined;
}

function sorted(text: string): string {
    return Array.from(text).sort().join("");
}
