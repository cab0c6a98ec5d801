/**
 * `ebs-snapshots list` shows the snapshots of an account and Region, newest first.
 *
 * @module
 */
import type { ListedSnapshot, ListSnapshotsArgs } from "../provider/functions/list-snapshots";
import { formatCount } from "../schema/values";
import type { SnapshotDetails } from "../provider/functions/snapshot-details";
import type { Answer } from "./command";
import { splitPlace, type PlaceOptions } from "./place";
import { plainTable } from "./table";

export interface ListOptions
    extends Omit<ListSnapshotsArgs, "credentials" | "region" | "tags" | "volumeId">, PlaceOptions {
    volume?: string;
    tag?: Record<string, string>;
    /** Reads locks and grants too. */
    details?: boolean;
    json?: boolean;
}

/** A snapshot with what `--details` adds. */
type Row = ListedSnapshot & Partial<SnapshotDetails>;

export async function list(options: ListOptions): Promise<Answer> {
    const { place, read, others } = splitPlace(options);
    const { volume, tag, details = false, json, owner = "self", ...filters } = others;
    if (details && owner !== "self")
        throw new Error("--details reads locks and grants, which AWS shows to the owner only. Omit --owner.");
    const { listSnapshots } = await import("../provider/functions/list-snapshots.js");
    const snapshots: Row[] = await listSnapshots(read, {
        ...place,
        ...filters,
        owner,
        ...(volume === undefined ? {} : { volumeId: volume }),
        ...(tag === undefined ? {} : { tags: tag }),
    });
    const rows = details ? await withDetails(snapshots) : snapshots;
    if (json) return { text: `${JSON.stringify(rows, null, 2)}\n`, failed: false };
    return { text: formatList(rows, { now: Date.now(), owner, details }), failed: false };

    async function withDetails(found: Row[]): Promise<Row[]> {
        const { snapshotDetails } = await import("../provider/functions/snapshot-details.js");
        const ids = found.map(({ snapshotId }) => snapshotId);
        const known = await snapshotDetails(read, place, ids);
        return found.map((snapshot) => ({ ...snapshot, ...known.get(snapshot.snapshotId) }));
    }
}

const columns = {
    snapshot: ({ snapshotId }) => snapshotId,
    name: ({ name }) => name,
    group: ({ group }) => group,
    owner: ({ ownerId }) => ownerId,
    volume: ({ volumeId }) => volumeId,
    size: ({ volumeSize }) => (volumeSize === undefined ? undefined : `${volumeSize} GiB`),
    age: ({ startTime }, now) => (startTime === undefined ? undefined : formatAge(startTime, now)),
    state: ({ state, progress }) => (state === "pending" ? [state, progress].join(" ").trim() : state),
    tier: ({ storageTier }) => storageTier,
    lock: ({ lock }) => lock && [lock.state, formatEnd(lock.expiresOn)].join(" ").trim(),
    "shared with": ({ sharedWith = [] }) =>
        sharedWith.map((account) => (account === "all" ? "public" : account)).join(", "),
} satisfies Record<string, (snapshot: Row, now: number) => string | undefined>;

/** Formats the list as a table. The column `owner` is useful only for snapshots of other accounts. */
export function formatList(
    snapshots: Row[],
    { now, owner, details = false }: { now: number; owner: string; details?: boolean },
): string {
    if (snapshots.length === 0) return "no snapshots found\n";
    const hidden = [...(owner === "self" ? ["owner"] : []), ...(details ? [] : ["lock", "shared with"])];
    const shown = Object.entries(columns).filter(([header]) => !hidden.includes(header));
    const rows = snapshots.map((snapshot) => shown.map(([, cell]) => cell(snapshot, now) || "-"));
    const table = plainTable([shown.map(([header]) => header), ...rows]);
    return `${table}\n\n${formatCount(snapshots.length, "snapshot")}\n`;
}

function formatEnd(time: string | undefined): string {
    return time === undefined ? "" : `until ${time.slice(0, 10)}`;
}

const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
] as const;

/** Returns the time since then in its largest unit, rounded down. */
function formatAge(startTime: string, now: number): string {
    const age = now - new Date(startTime).getTime();
    for (const [unit, length] of units) {
        const count = Math.floor(age / length);
        if (count >= 1) return formatCount(count, unit);
    }
    return "now";
}
