/**
 * `ebs-snapshots changed <snapshot>` shows the size of what changed between two snapshots.
 *
 * @module
 */
import type { ChangedSize, ChangedSizeProgress } from "../provider/functions/changed-size";
import { formatCount } from "../schema/values";
import type { Answer } from "./command";
import { splitPlace, type PlaceOptions } from "./place";
import { formatSize } from "./units";

export interface ChangedOptions extends PlaceOptions {
    /** Id of the earlier snapshot; default: the previous one of the same volume. */
    since?: string;
    json?: boolean;
}

export async function changed(snapshotId: string, options: ChangedOptions): Promise<Answer> {
    const { place, read, others } = splitPlace(options);
    const { since, json } = others;
    const pair = since === undefined ? { snapshotId } : { from: since, to: snapshotId };
    const { changedSize } = await import("../provider/functions/changed-size.js");
    const progressOptions = process.stderr.isTTY ? { onProgress: showProgress } : {};
    const result = await changedSize(read, { ...place, ...pair }, progressOptions).finally(clearProgress);
    return { text: json ? `${JSON.stringify(result, null, 2)}\n` : formatChangedSize(result), failed: false };
}

function formatChangedSize({ to, from, changedBytes, blocks, blockSize }: ChangedSize): string {
    const since =
        from === undefined
            ? "in all; no earlier snapshot of its volume is left"
            : `that changed since ${from}`;
    const blockCount = `${formatCount(blocks, "block")} of ${blockSize / 1_024} KiB`;
    return `${to} holds ${formatSize(changedBytes)} ${since} (${blockCount}).\n`;
}

/** Overwrites one line of the terminal. Standard output keeps the result alone. */
function showProgress({ compared, blocks }: ChangedSizeProgress): void {
    process.stderr.write(
        `\r${Math.floor(compared * 100)}% compared, ${formatCount(blocks, "block")}\u001b[K`,
    );
}

function clearProgress(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
}
