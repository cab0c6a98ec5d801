/**
 * Reads what DescribeSnapshots does not show of the account's own snapshots: locks, and the accounts that they are shared
 * with.
 *
 * @module
 */
import type { ReadKey } from "../../schema/configuration-values";
import { listAll } from "../aws/list-all";
import { grantsOf } from "../share/grants";
import { connect, type CallOptions } from "./connect";

export interface SnapshotDetails {
    /** The lock: its state, and when it ends (ISO 8601, UTC). Absent if there is none. */
    lock?: { state: string; expiresOn?: string };
    /** Accounts that the snapshot is shared with; `all` if it is public. */
    sharedWith: string[];
}

/** At most this many calls run concurrently. */
const concurrency = 8;

/** Returns the details by id. It makes one call for all locks, and one for each snapshot. */
export async function snapshotDetails(
    read: ReadKey,
    options: CallOptions,
    snapshotIds: string[],
): Promise<Map<string, SnapshotDetails>> {
    const { ec2 } = await connect(read, options);
    const locks = new Map(
        (await listAll(ec2, "DescribeLockedSnapshots", { input: {}, list: "Snapshots" })).map((one) => [
            one.SnapshotId,
            one,
        ]),
    );
    const details = new Map<string, SnapshotDetails>();
    const queue = [...snapshotIds];
    const work = async () => {
        for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
            const { LockState, LockExpiresOn } = locks.get(id) ?? {};
            const expires = LockExpiresOn === undefined ? {} : { expiresOn: LockExpiresOn.toISOString() };
            const isLocked = LockState !== undefined && LockState !== "expired";
            details.set(id, {
                ...(isLocked ? { lock: { state: LockState, ...expires } } : {}),
                sharedWith: (await grantsOf(ec2, id)) ?? [],
            });
        }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return details;
}
