/**
 * Tests that the messages which the reference quotes in its tables of errors are those of the code.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const folder = join(root, "docs/reference");

/** Is a message of EC2. */
const foreign = "error: Given key ID is not accessible";

test("every message in a table of errors of docs/reference is one of the code", () => {
    const quoted = readdirSync(folder).flatMap(messagesOf);
    expect(quoted.length).toBeGreaterThan(30);
    const code = ["schema", "provider", "sdk"]
        .flatMap((place) => ts.sys.readDirectory(join(root, place), [".ts"]))
        .map((file) => withoutComments(readFileSync(file, "utf8")))
        .join("\n");
    const wrong = quoted
        .filter(({ message }) => message !== foreign)
        .flatMap(({ page, message }) =>
            fixedPartsOf(message)
                .filter((part) => !code.includes(part))
                .map((part) => `${page}: ${message}: ${part}`),
        );
    expect(wrong).toEqual([]);
});

/** Joins the parts of long texts; a comment may repeat a message that no longer exists. */
function withoutComments(source: string): string {
    return source
        .replace(/\/\*\*?\s.*?\*\/|^ *\/\/[^\n]*$/gms, "")
        .replace(/["'`]\s*\+\s*["'`]/g, "")
        .replace(/\s+/g, " ");
}

/** Returns the quoted texts of more than one word in the first column of the tables of errors. */
function messagesOf(page: string): { page: string; message: string }[] {
    const [, errors = ""] = /^## Errors\n(.*?)^## /ms.exec(readFileSync(join(folder, page), "utf8")) ?? [];
    const cells = [...errors.matchAll(/^\| +([^|]+)\|/gm)].map(([, cell = ""]) => cell);
    return cells
        .flatMap((cell) => [...cell.matchAll(/`([^`]+ [^`]+)`/g)])
        .map(([, message = ""]) => ({ page, message }));
}

/** Returns the parts of a message that depend neither on values nor on the property, if they have several words. */
function fixedPartsOf(message: string): string[] {
    const property = /^(?:[a-z]+[A-Z]\w*|configuration \S+:)(?:\[\d\])?(?:\.\w+)? (?=is|has|no)/;
    const values = /\.\.\.|"[^"]*"|\b(?:policy|snap)-\w*|\b[a-z]{2}-[a-z]+-\d\b|\d+ hours|\d+%?/;
    const joints = /\bis (?:true|false), but(?: must be)?|, but must be|\. /;
    return message
        .replace(property, "")
        .split(new RegExp(`${values.source}|${joints.source}`))
        .map((part) => part.trim())
        .filter((part) => part.split(/[^\w-]+/).filter((word) => /[a-z]/i.test(word)).length > 1);
}
