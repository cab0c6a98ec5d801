/**
 * Represents failures of a check as data: the property, its value, and what is expected. Text is formatted last, so
 * that a secret is a field that is redacted, never a text that is searched.
 *
 * @module
 */
import { formatValue, type Properties } from "./values";

/** A value of an input in a text; it is redacted if the input is secret. */
export interface Mention {
    property: string;
    value: unknown;
}

/** A text that may mention values of inputs. */
export type Text = string | readonly (string | Mention)[];

/** An invalid input, with the reason. */
export interface CheckFailure {
    /** Path of the property, such as `tags.Name` or `accounts[0]`. */
    property: string;
    /** The invalid value. The key is absent if the message omits the value. */
    value?: unknown;
    /** The accepted values, as text that follows "must be". */
    expected?: string;
    /** The reason, if `expected` does not state it. */
    reason?: Text;
    /** The accepted value that is most similar to the given one. */
    suggestion?: string | undefined;
}

/** A failure in the format of the engine. */
export interface ReportedFailure {
    property: string;
    reason: string;
}

const redacted = "[secret]";

/** Builds a text that contains values of inputs. */
export function textOf(strings: TemplateStringsArray, ...values: (Text | Mention)[]): Text {
    return strings.flatMap((string, index): (string | Mention)[] => [
        string,
        ...partsOf(values[index] ?? ""),
    ]);
}

/** Joins texts with commas. */
export function joinTexts(texts: Text[]): Text {
    return texts.flatMap((text, index) => [index === 0 ? "" : ", ", ...partsOf(text)]);
}

function partsOf(text: Text | Mention): readonly (string | Mention)[] {
    return Array.isArray(text) ? (text as readonly (string | Mention)[]) : [text as string | Mention];
}

/** Formats a text, and redacts values of the inputs that `secrets` names. */
export function formatText(text: Text, secrets: string[]): string {
    if (typeof text === "string") return text;
    const format = ({ property, value }: Mention) =>
        isSecret(property, secrets) ? redacted : typeof value === "string" ? value : formatValue(value);
    return text.map((part) => (typeof part === "string" ? part : format(part))).join("");
}

/** Formats a failure as text that follows the name of the property. */
export function formatFailure(failure: CheckFailure, secrets: string[] = []): string {
    const { property, value, expected, reason = "is invalid", suggestion } = failure;
    const rest = expected === undefined ? formatText(reason, secrets) : `must be ${expected}`;
    if (!("value" in failure)) return rest;
    const rejection = expected === undefined ? rest : `but ${rest}`;
    // A suggestion that is similar to a secret would reveal it.
    if (isSecret(property, secrets)) return `is ${redacted}, ${rejection}`;
    const question = suggestion === undefined ? "" : `. Did you mean ${formatValue(suggestion)}?`;
    return `is ${formatValue(value)}, ${rejection}${question}`;
}

/** Formats a failure with the name of its property. */
export function describeFailure(failure: CheckFailure, secrets: string[] = []): string {
    return `${failure.property} ${formatFailure(failure, secrets)}`;
}

/** Formats failures, one a line. */
export function describeFailures(failures: CheckFailure[]): string {
    return failures.map((failure) => describeFailure(failure)).join("\n");
}

/**
 * Converts a failure to the format of the engine. The engine prints the value of the property that a failure names,
 * even if it is secret, and `<nil>` for a nested path. Therefore only the text names a secret property, and a nested
 * property is reported on its top-level property.
 */
export function reportFailure(failure: CheckFailure, secrets: string[]): ReportedFailure {
    const { property } = failure;
    if (isSecret(property, secrets)) return { property: "", reason: describeFailure(failure, secrets) };
    const parent = topLevel(property);
    return parent === property
        ? { property, reason: formatFailure(failure, secrets) }
        : { property: parent, reason: describeFailure(failure, secrets) };
}

/** Redacts secret properties for a message. */
export function redactProperties(properties: Properties, secrets: string[]): Properties {
    const entries = Object.entries(properties);
    return Object.fromEntries(entries.map(([key, value]) => [key, secrets.includes(key) ? redacted : value]));
}

/** A shorter text is part of too many words. */
const shortestSecret = 4;

/**
 * Redacts the values of secret inputs in a text that may contain words of AWS, which repeat what was sent. All other texts
 * mention values as fields.
 */
export function redactValues(text: string, properties: Properties, secrets: string[]): string {
    const values = secrets
        .flatMap((key) => textsBelow(properties[key]))
        .filter(({ length }) => length >= shortestSecret);
    // A value may contain another one.
    return values
        .sort((one, other) => other.length - one.length)
        .reduce((rest, value) => rest.replaceAll(value, redacted), text);
}

function textsBelow(value: unknown): string[] {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsBelow) : [];
}

function topLevel(property: string): string {
    return property.split(/[.[]/)[0] ?? "";
}

function isSecret(property: string, secrets: string[]): boolean {
    return secrets.includes(topLevel(property));
}
