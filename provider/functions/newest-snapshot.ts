/**
 * `newestSnapshot` finds the newest completed snapshot. Programs and scripts call it in their own process.
 *
 * @module
 */
import type { ReadKey } from "../../schema/configuration-values";
import { requireValid } from "./arguments";
import { formatPlace } from "../aws/place";
import { connect, type CallContext } from "./connect";
import { findSnapshots, snapshotFilters, type ListedSnapshot, type SnapshotFilters } from "./list-snapshots";

/** Returns the newest completed snapshot that matches; fails with the filters if there is none. */
export async function newestSnapshot(
    read: ReadKey,
    given: SnapshotFilters,
    { secrets = [] }: CallContext = {},
): Promise<ListedSnapshot> {
    const args = requireValid<SnapshotFilters>(snapshotFilters, given, { secrets });
    const connection = await connect(read, args);
    const [newest] = await findSnapshots(connection, { ...args, state: "completed" });
    if (newest !== undefined) return newest;
    const others = await findSnapshots(connection, args);
    throw new Error(
        `no completed snapshot was found in ${await formatPlace(connection.ec2)}: ` +
            `looked for ${formatFilters(args, secrets)}. ${formatIncomplete(others)}`,
    );
}

function formatFilters({ owner = "self", ...args }: SnapshotFilters, secrets: string[]): string {
    const { group, billingCode, name, volumeId, tags } = args;
    const specified = Object.entries({ owner, group, billingCode, name, volumeId, tags }).filter(
        ([, value]) => value !== undefined,
    );
    return specified
        .map(([key, value]) => `${key} ${secrets.includes(key) ? "(secret)" : JSON.stringify(value)}`)
        .join(", ");
}

/** Mentions snapshots that match but are not completed, because such a snapshot has often just been created. */
function formatIncomplete(others: ListedSnapshot[]): string {
    const [first] = others;
    if (first === undefined) return "Check the filters, the region and the account.";
    const { snapshotId, state, progress } = first;
    const found = [state, state === "pending" && progress ? `(${progress})` : ""].filter(Boolean).join(" ");
    const count = others.length === 1 ? "One that matches is" : `${others.length} that match are`;
    return `${count} not completed; the newest, ${snapshotId}, is ${found}.`;
}
