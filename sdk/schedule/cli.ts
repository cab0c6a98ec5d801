#!/usr/bin/env node
/**
 * `ebs-snapshots plan <file>`: a schedule as a table and a picture.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chartOf } from "./chart";
import { schedulesIn } from "./file";
import { reportOf } from "./report";

const usage = `usage: ebs-snapshots plan <file> [--from <time>] [--until <time>] [--markdown] [--out plan.svg]
                                [--schedule <name>] [--config <key>=<value>]

<file>      the arguments of a SnapshotSchedule (JSON, or a JavaScript module that exports them), or a program that
            declares schedules; one in TypeScript through a loader: npx tsx node_modules/.bin/ebs-snapshots plan index.ts
--schedule  the name of one schedule; default: all of the program
--config    project:key=value, for a program that asks for it; any number of times
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
            schedule: { type: "string" },
            config: { type: "string", multiple: true, default: [] },
        },
    });
    const [command, file, ...others] = positionals;
    if (command !== "plan" || file === undefined || others.length > 0) throw new Error(usage);
    const config = Object.fromEntries(values.config.map((entry) => split(entry)));
    const all = await schedulesIn(resolve(file), config);
    const names = all.map(({ name }) => name);
    const chosen = all.filter(({ name }) => values.schedule === undefined || values.schedule === name);
    if (chosen.length === 0) throw new Error(`--schedule: there are ${names.join(", ")}`);
    const from = new Date(values.from ?? `${new Date().toISOString().slice(0, 7)}-01T00:00:00Z`);
    const span = { from, until: new Date(values.until ?? monthAfter(from)) };
    if (values.out !== undefined) {
        const [one, ...more] = chosen;
        if (one === undefined || more.length > 0)
            throw new Error(`--out draws one schedule: choose by --schedule among ${names.join(", ")}`);
        await writeFile(values.out, await chartOf(one.name, one.args, span));
    }
    const reports = chosen.map(({ name, args }) => [name, reportOf(args, span, values.markdown)] as const);
    if (reports.length === 1) return reports[0]?.[1] ?? "";
    return reports.map(([name, report]) => `${values.markdown ? "## " : ""}${name}\n\n${report}`).join("\n");
}

/** `key=value`, of which the value may hold more of the sign. */
function split(entry: string): [string, string] {
    const at = entry.indexOf("=");
    if (at < 1) throw new Error(`--config takes <key>=<value>, not ${entry}`);
    return [entry.slice(0, at), entry.slice(at + 1)];
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
