#!/usr/bin/env node
/**
 * `ebs-snapshots plan <file>`: a schedule as a table and a picture.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { SnapshotScheduleInputs } from "./args";
import { chartOf } from "./chart";
import { reportOf } from "./report";

const usage = `usage: ebs-snapshots plan <file> [--from <time>] [--until <time>] [--markdown] [--out plan.svg]

<file>      the arguments of a SnapshotSchedule: JSON, or a JavaScript module that exports them
--from      ISO 8601, UTC; default: the beginning of this month
--until     default: a month later
--markdown  the table as Markdown
--out       writes the picture, too; needs the npm package echarts`;

export async function main(argv: string[]): Promise<string> {
    const { values, positionals } = parseArgs({
        args: argv,
        allowPositionals: true,
        options: {
            from: { type: "string" },
            until: { type: "string" },
            markdown: { type: "boolean", default: false },
            out: { type: "string" },
        },
    });
    const [command, file, ...others] = positionals;
    if (command !== "plan" || file === undefined || others.length > 0) throw new Error(usage);
    const args = await argumentsIn(resolve(file));
    const from = new Date(values.from ?? `${new Date().toISOString().slice(0, 7)}-01T00:00:00Z`);
    const span = { from, until: new Date(values.until ?? monthAfter(from)) };
    if (values.out !== undefined) await writeFile(values.out, await chartOf(basename(file), args, span));
    return reportOf(args, span, values.markdown);
}

async function argumentsIn(file: string): Promise<SnapshotScheduleInputs<unknown>> {
    if (file.endsWith(".json"))
        return JSON.parse(await readFile(file, "utf8")) as SnapshotScheduleInputs<unknown>;
    const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
    // The exports of a CommonJS module are its default.
    return (loaded.default ?? loaded) as SnapshotScheduleInputs<unknown>;
}

function monthAfter(from: Date): Date {
    const until = new Date(from);
    until.setUTCMonth(until.getUTCMonth() + 1);
    return until;
}

if (require.main === module) {
    main(process.argv.slice(2)).then(
        (text) => process.stdout.write(text),
        (error: unknown) => {
            console.error(error instanceof Error ? error.message : String(error));
            process.exitCode = 1;
        },
    );
}
