/**
 * `ebs-snapshots lost <preview.json | ->` fails if the previewed run would delete snapshots or data on volumes, or leave
 * restore points of DLM policies unmanaged or make them fewer.
 *
 * @module
 */
import { lostSnapshots } from "../policies/lost";
import { readPreview } from "../policies/preview";
import { nameOf } from "../schema/urn";
import type { Answer } from "./command";
import { readInput } from "./files";

export interface LostOptions {
    /** Names or URNs of resources whose snapshots, data or restore points may be lost. */
    allow?: string[];
    json?: boolean;
}

export async function lost(file: string, { allow = [], json = false }: LostOptions): Promise<Answer> {
    const findings = lostSnapshots(readPreview(await readInput(file))).map((finding) => ({
        ...finding,
        allowed: [finding.urn, nameOf(finding.urn)].some((name) => allow.includes(name)),
    }));
    const failed = findings.some(({ allowed }) => !allowed);
    if (json) return { text: `${JSON.stringify(findings, null, 2)}\n`, failed };
    const lines = findings.map(
        ({ allowed, urn, reason, remedy }) =>
            `${allowed ? "allowed" : "lost"}: ${urn}: ${reason}. ${remedy}.\n`,
    );
    return { text: lines.join("") || "nothing would be lost\n", failed };
}
