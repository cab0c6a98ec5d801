/**
 * `ebs-snapshots plan <file>`: a schedule as a table and a picture.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Answer } from "../cli";
import { chartOf } from "./chart";
import { schedulesIn } from "./file";
import { reportOf } from "./report";

export const usage = `usage: ebs-snapshots plan <file> [--from <time>] [--until <time>] [--markdown] [--out plan.svg]
                                [--schedule <name>] [--config <key>=<value>]

<file>      the arguments of a SnapshotSchedule (JSON, or a JavaScript module that exports them), or a program that
            declares schedules; one in TypeScript through a loader: npx tsx node_modules/.bin/ebs-snapshots plan index.ts
--schedule  the name of one schedule; default: all of the program
--config    project:key=value, for a program that asks for it; any number of times
--from      ISO 8601, UTC; default: the beginning of this month
--until     default: a month later
--markdown  the table as Markdown
--out       writes the picture, too; needs the npm package echarts`;

export async function plan(args: string[]): Promise<Answer> {
    const { values, positionals } = parseArgs({
        args,
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
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new Error(usage);
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
    const reports = chosen.map(({ name, args: given }) => {
        const report = reportOf(given, span, values.markdown);
        return chosen.length === 1 ? report : `${values.markdown ? "## " : ""}${name}\n\n${report}`;
    });
    return { text: reports.join("\n"), failed: false };
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
