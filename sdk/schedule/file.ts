/**
 * The schedules of a file: of arguments, or of a Pulumi program, which is run without an engine and makes nothing.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type { SnapshotScheduleInputs } from "./args";

export interface NamedSchedule {
    name: string;
    args: SnapshotScheduleInputs<unknown>;
}

/** The program may have another copy of this package loaded than the command. */
const listeners = globalThis as { [listening]?: NamedSchedule[] };
const listening = Symbol.for("pulumi-ebs-snapshots:schedules");

/** Lets a command that runs the program know of a schedule. */
export function tellOf(schedule: NamedSchedule): void {
    listeners[listening]?.push(schedule);
}

/** @param config what the program finds in its configuration, by key: `project:name` */
export async function schedulesIn(file: string, config: Record<string, string>): Promise<NamedSchedule[]> {
    if (file.endsWith(".json")) return [argumentsOf(file, JSON.parse(await readFile(file, "utf8")))];
    const found = (listeners[listening] = [] as NamedSchedule[]);
    pulumi.runtime.setAllConfig(config);
    // As `id` and outputs, what was given: a plan needs nothing that only AWS knows.
    const mocks: pulumi.runtime.Mocks = {
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
        call: ({ inputs }) => inputs as Record<string, unknown>,
    };
    await pulumi.runtime.setMocks(mocks, await projectOf(file), "stack", true, "organization");
    const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
    // The exports of a CommonJS module are its default.
    return found.length > 0 ? found : [argumentsOf(file, loaded.default ?? loaded)];
}

/** The program's own configuration has the project's name in front. */
async function projectOf(file: string): Promise<string | undefined> {
    const settings = await readFile(join(dirname(file), "Pulumi.yaml"), "utf8").catch(() => "");
    return /^name:\s*["']?([\w.-]+)/m.exec(settings)?.[1];
}

function argumentsOf(file: string, value: unknown): NamedSchedule {
    if (typeof value === "object" && value !== null && "rules" in value)
        return { name: basename(file), args: value as SnapshotScheduleInputs<unknown> };
    throw new Error(`${file} declares no SnapshotSchedule, and exports no arguments of one (targets, rules)`);
}
