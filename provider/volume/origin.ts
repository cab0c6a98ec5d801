/**
 * The snapshot that a volume is made from, looked up once a process: its size and encryption never change.
 *
 * @module
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import type { Cloud } from "../ec2/cloud";
import { mustEncrypt } from "../ec2/encryption";
import type { Act } from "../resource";
import { archived } from "../storage-tier";
import { shown, unknown, type CheckFailure, type Properties } from "../rules";

const known = new WeakMap<Cloud, Map<string, Promise<Snapshot | undefined>>>();

export function originOf({ cloud }: Pick<Act, "cloud">, id: string): Promise<Snapshot | undefined> {
    const snapshots = known.get(cloud) ?? new Map<string, Promise<Snapshot | undefined>>();
    known.set(cloud, snapshots);
    const found = snapshots.get(id) ?? cloud.snapshots.read(id);
    snapshots.set(id, found);
    // What failed, or is not visible yet, is asked for again.
    const forget = () => snapshots.delete(id);
    found.then((seen) => seen === undefined && forget(), forget);
    return found;
}

/** Holds what is declared against the snapshot; asks only for what it takes. */
export async function checkAgainstOrigin(act: Act, inputs: Properties): Promise<CheckFailure[]> {
    const { snapshotId: id, size, encrypted } = inputs;
    const sized = typeof size === "number";
    if (typeof id !== "string" || id === unknown || (!sized && encrypted !== false)) return [];
    const snapshot = await originOf(act, id);
    if (snapshot === undefined) {
        const where = `does not exist in ${act.cloud.region}, or is not shared with this account`;
        return [{ property: "snapshotId", reason: `is ${shown(id)}, but that snapshot ${where}` }];
    }
    return [
        ...archived("snapshotId", id, snapshot),
        ...(sized ? tooSmall(id, snapshot.VolumeSize ?? 0, size) : []),
        ...(encrypted === false ? await mustEncrypt(act.cloud, id, snapshot.Encrypted === true) : []),
    ];
}

function tooSmall(id: string, least: number, size: number): CheckFailure[] {
    if (size >= least) return [];
    const reason = `is ${String(size)}, but snapshot ${id} has ${String(least)} GiB; give at least that, or leave size out`;
    return [{ property: "size", reason }];
}
