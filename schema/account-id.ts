/**
 * Recognizes account ids, and resolves their aliases in the configuration.
 *
 * @module
 */
import { ConfigError, textOf } from "./configuration-values";

/**
 * Rejects a shorter id and never pads it: it is a number that lost its leading zeros, or the id of another account
 * without one digit.
 */
export function parseAccountId(key: string, value: string, entry = "an entry"): string {
    if (isAccountId(value)) return value;
    const reason = `must contain account ids of 12 digits, but ${entry} is not one`;
    // The message omits the value, which may be a secret.
    throw new ConfigError(key, isShortAccountId(value) ? `${reason}: ${quoteAccountId}` : reason);
}

/** The remedy for an id that YAML or a program parses as a number. */
export const quoteAccountId =
    'write it with all 12 digits in quotation marks, so that leading zeros are kept: "012345678901"';

/** Checks whether a value is an account id that lost its leading zeros as a number, or that lacks a digit. */
export function isShortAccountId(value: unknown): boolean {
    return (typeof value === "number" || typeof value === "string") && /^\d{1,11}$/.test(String(value));
}

/** Checks whether a text is an account id. */
export function isAccountId(value: string): boolean {
    return /^\d{12}$/.test(value);
}

/** Returns account ids by alias; `key` is the setting that contains them. */
export function readAliases(key: string, given: Record<string, unknown>): Record<string, string> {
    const invalid = Object.keys(given).find((alias) => !/\D/.test(alias));
    if (invalid !== undefined)
        throw new ConfigError(
            key,
            `"${invalid}" is not a valid alias: an alias must not consist of digits only`,
        );
    return Object.fromEntries(
        Object.entries(given).map(([alias, id]) => [
            alias,
            parseAccountId(key, textOf(key, id), `"${alias}"`),
        ]),
    );
}

/** Returns the id of an account that is given by id or by alias; `undefined` if it is neither. */
export function accountIdOf(
    named: string | number,
    { accounts }: { accounts: Record<string, string> },
): string | undefined {
    const text = String(named);
    if (isAccountId(text)) return text;
    return Object.hasOwn(accounts, text) ? accounts[text] : undefined;
}
