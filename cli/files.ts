/**
 * Reads the input files of the commands, and explains why a file cannot be read.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { text } from "node:stream/consumers";

/** Reads a file, or standard input for `-`. */
export async function readInput(file: string): Promise<string> {
    if (file === "-") return text(process.stdin);
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        throw new Error(causeOf(file, error), { cause: error });
    }
}

export function parseJson(file: string, content: string): unknown {
    try {
        return JSON.parse(content);
    } catch (error) {
        throw new Error(`${file} is not valid JSON: ${messageOf(error)}`, { cause: error });
    }
}

/** Returns why a file cannot be read or written, because Node's own message names only a system call. */
export function causeOf(file: string, error: unknown): string {
    const causes: Record<string, string> = {
        ENOENT: "was not found",
        ENOTDIR: "was not found",
        EISDIR: "is a directory, but must be a file",
        EACCES: "cannot be accessed: permission denied",
        EPERM: "cannot be accessed: permission denied",
    };
    const cause = causes[codeOf(error) ?? ""];
    if (cause !== undefined) return `${file} ${cause}`;
    return `${file}: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

export function codeOf(error: unknown): string | undefined {
    return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Checks whether Node fails on a file because it is TypeScript. Newer versions run a subset of it without a loader. */
export function needsLoader(file: string, error: unknown): boolean {
    if (![".ts", ".mts", ".cts"].includes(extname(file))) return false;
    const code = codeOf(error) ?? "";
    if (["ERR_UNKNOWN_FILE_EXTENSION", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"].includes(code)) return true;
    // The error is a relative import without an extension: the error of a package that is not installed has no URL.
    return code === "ERR_MODULE_NOT_FOUND" && error instanceof Error && "url" in error;
}
