/**
 * Provides the completed snapshot that a share needs. A check reads it shortly before the share is created, so that
 * creating 100 shares does not read each snapshot again.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { deadlineOf } from "../aws/clock";
import type { Ec2 } from "../aws/ec2";
import type { ResourceContext } from "../lifecycle/resource-context";
import { waitForSnapshot } from "../snapshot/wait";

/** A snapshot that was read as completed counts as completed for this time. */
const maxAgeMs = 30_000;

interface Read {
    at: number;
    snapshot: Ec2Snapshot;
}

const reads = new WeakMap<Ec2, Map<string, Read>>();

export function recordRead({ ec2 }: ResourceContext, id: string, snapshot: Ec2Snapshot): void {
    const snapshots = reads.get(ec2) ?? new Map<string, Read>();
    reads.set(ec2, snapshots.set(id, { at: ec2.clock.now(), snapshot }));
}

/** Returns the completed snapshot from a recent read, otherwise after waiting for it. */
export function completedSnapshot(ctx: ResourceContext, id: string): Promise<Ec2Snapshot> {
    const read = reads.get(ctx.ec2)?.get(id);
    reads.get(ctx.ec2)?.delete(id);
    if (read?.snapshot.State === "completed" && ctx.ec2.clock.now() - read.at <= maxAgeMs)
        return Promise.resolve(read.snapshot);
    return waitForSnapshot(ctx, id, deadlineOf(ctx.ec2.clock, {}));
}
