/**
 * Reads which snapshots are public, for all shares of a run with one call.
 *
 * @module
 */
import { createCache, perObject } from "../aws/cache";
import type { Ec2 } from "../aws/ec2";
import { listAll } from "../aws/list-all";
import { everyone } from "./grants";

/** Only messages depend on the answer. */
const maxAgeMs = 30_000;

const caches = perObject(({ clock }: Ec2) =>
    createCache<Set<string>>({ maxAge: { milliseconds: maxAgeMs, clock } }),
);

/** Reports whether a snapshot of the caller's account is public; a new one is not. */
export async function isPublic(ec2: Ec2, id: string): Promise<boolean> {
    if (ec2.isNew(id)) return false;
    const ids = await caches(ec2)("", async () => {
        const input = { OwnerIds: ["self"], RestorableByUserIds: [everyone], MaxResults: 1_000 };
        const found = await listAll(ec2, "DescribeSnapshots", { input, list: "Snapshots" });
        return new Set(found.map(({ SnapshotId = "" }) => SnapshotId));
    });
    return ids.has(id);
}
