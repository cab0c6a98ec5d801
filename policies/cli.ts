/**
 * `ebs-snapshots lost <preview.json | ->`: fails where a previewed run would take something away for good.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { nameOf } from "../provider/internals";
import type { Answer } from "../sdk/cli";
import { lostSnapshots, readPreview } from "./lost";

export const usage = `usage: ebs-snapshots lost <preview.json | -> [--allow <name or URN>]

<preview.json>  what \`pulumi preview --json --show-replacement-steps\` writes; - reads it from standard input
--allow         a resource that may lose what it holds; any number of times

Tells what the run would take away for good, snapshots and what was written to volumes; status 1 if there is any.`;

export async function lost(args: string[]): Promise<Answer> {
    const { values, positionals } = parseArgs({
        args,
        allowPositionals: true,
        options: { allow: { type: "string", multiple: true, default: [] } },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new Error(usage);
    const preview = readPreview(await (file === "-" ? text(process.stdin) : readFile(file, "utf8")));
    const findings = lostSnapshots(preview).map(({ urn, reason, remedy }) => {
        const allowed = [urn, nameOf(urn)].some((name) => values.allow.includes(name));
        return { allowed, line: `${allowed ? "allowed" : "lost"}: ${urn}: ${reason}; ${remedy}\n` };
    });
    const failed = findings.some(({ allowed }) => !allowed);
    const lines = findings.map(({ line }) => line).join("");
    return { text: lines === "" ? "nothing would be lost\n" : lines, failed };
}
