/**
 * Loads schedules from a file with arguments, or from a Pulumi program, which runs without an engine and creates nothing.
 *
 * @module
 */
import { Console } from "node:console";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, parse, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type { SnapshotScheduleInputs } from "../schema/schedule/args";
import { listeners, listening, type NamedSchedule } from "../sdk/schedule/listeners";
import { codeOf, needsLoader, parseJson, readInput } from "./files";

/** @param config The configuration of the program, by key: `project:name`. */
export async function schedulesIn(file: string, config: Record<string, string>): Promise<NamedSchedule[]> {
    if (extname(file) === ".json") return [argumentsOf(file, parseJson(file, await readInput(file)))];
    const found = (listeners[listening] = [] as NamedSchedule[]);
    // Standard output is the command's: what the program prints, also later in an `apply`, would make it invalid JSON.
    globalThis.console = new Console(process.stderr);
    pulumi.runtime.setAllConfig(config);
    // The inputs serve as outputs, because a plan needs no values from AWS.
    const mocks: pulumi.runtime.Mocks = {
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
        call: ({ inputs }) => inputs as Record<string, unknown>,
    };
    await pulumi.runtime.setMocks(mocks, await projectOf(file), "stack", true, "organization");
    const loaded = await load(file);
    return found.length > 0 ? found : [argumentsOf(file, exportedBy(loaded))];
}

/** `import()` returns the exports of a CommonJS module as `default`; those of a compiled one have another `default`. */
function exportedBy(loaded: { default?: unknown }): unknown {
    const exported = loaded.default ?? loaded;
    const isCompiled = typeof exported === "object" && "__esModule" in exported && "default" in exported;
    return isCompiled ? exported.default : exported;
}

async function load(file: string): Promise<{ default?: unknown }> {
    // The file is read first, because Node's own error for a module names the importing file.
    await readInput(file);
    try {
        return (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
    } catch (error) {
        throw reasonOf(file, error);
    }
}

function reasonOf(file: string, error: unknown): unknown {
    const because = (text: string) => new Error(text, { cause: error });
    if (needsLoader(file, error))
        return because(
            `${file} is TypeScript, which Node ${process.version} cannot load by itself.\n` +
                `Run: npx tsx node_modules/.bin/ebs-snapshots plan ${file}`,
        );
    if (codeOf(error) === "ERR_UNKNOWN_FILE_EXTENSION")
        return because(
            `${file} must be a program (.js, .mjs, .cjs, .ts) or the arguments of a schedule (.json)`,
        );
    const key = missingConfiguration(error);
    if (key === undefined) return error;
    return because(`${file} requires the configuration ${key}. Pass it with --config ${key}=<value>`);
}

/**
 * Returns the key that `Config.require` misses. The error is recognized by its fields, because the program may have its
 * own copy of `@pulumi/pulumi`.
 */
function missingConfiguration(error: unknown): string | undefined {
    const { key, secret } = error as { key?: unknown; secret?: unknown };
    return typeof key === "string" && typeof secret === "boolean" ? key : undefined;
}

/** Reads the name of the project, which is the namespace of the program's configuration. */
async function projectOf(file: string): Promise<string | undefined> {
    const settings = await readFile(join(dirname(resolve(file)), "Pulumi.yaml"), "utf8").catch(() => "");
    return /^name:\s*["']?([\w.-]+)/m.exec(settings)?.[1];
}

function argumentsOf(file: string, value: unknown): NamedSchedule {
    if (typeof value === "object" && value !== null && "rules" in value)
        return { name: parse(file).name, args: value as SnapshotScheduleInputs<unknown> };
    throw new Error(`${file} declares no SnapshotSchedule and exports no arguments of one (targets, rules)`);
}
