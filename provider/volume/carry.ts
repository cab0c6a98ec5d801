/**
 * Carries the data of a volume to its replacement by a snapshot.
 *
 * A run may be killed at any point. Until the state holds the new volume, each run creates its own snapshot, because
 * the volume may have been written to since. Snapshots of earlier runs are deleted with the volume.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Volume } from "@aws-sdk/client-ec2";
import { claimTag, ownPrefix, stackTag } from "../../schema/tags";
import { perObject } from "../aws/cache";
import { copyableTags, tagOf } from "../aws/tags";
import { writeTags } from "../aws/write-tags";
import { ignoreNotFound, withErrorContext } from "../aws/errors";
import type { ResourceContext } from "../lifecycle/resource-context";
import { tagsThatFit } from "../lifecycle/tags/creation";
import { waitForSnapshot } from "../snapshot/wait";
import { attachmentsOf } from "./delete";
import { takeSnapshot } from "./take-snapshot";

/**
 * Tag on the snapshot, whose value begins with the id of the volume; and on the volume, whose value identifies the run
 * that carries its data.
 */
const carryTag = `${ownPrefix}carry`;

/** Identifies the run. */
const runId = perObject(() => randomUUID().slice(0, 8));

export interface CarriedVolume {
    id: string;
    observed: Volume;
}

/** Takes a snapshot of the replaced volume, and returns its id when it is completed. */
export async function carryData(
    ctx: ResourceContext,
    { id, observed }: CarriedVolume,
    { isCrashConsistent, deadline }: { isCrashConsistent: boolean; deadline: number },
): Promise<string> {
    const attached = attachmentsOf(observed);
    if (attached !== "" && !isCrashConsistent)
        throw new Error(`the data of volume ${id} is not carried, because ${refusal(attached)}`);
    const internal = { [stackTag]: ctx.stack, [carryTag]: id };
    const snapshotId = await takeSnapshot(ctx, {
        volumeId: id,
        description: `data of ${id} for its replacement`,
        tags: {
            ...tagsThatFit(copyableTags(observed.Tags, ctx.configuration), internal).included,
            ...internal,
        },
        markTag: carryTag,
        deadline,
    });
    await writeTags(ctx.ec2, { ids: [id], tags: { [carryTag]: runId(ctx.ec2) } });
    ctx.info(`snapshot ${snapshotId} carries the data of volume ${id}.`);
    const completion = waitForSnapshot(ctx, snapshotId, deadline);
    await withErrorContext(`waiting for snapshot ${snapshotId} of volume ${id}`, completion);
    return snapshotId;
}

/** Returns why the data of an attached volume is not carried, and how to change that. */
export function refusal(attached: string): string {
    return (
        `it is attached to ${attached}. Stop the writes and detach it first, or set carryData: "crashConsistent", which ` +
        "carries what is written until the snapshot begins."
    );
}

/** Reports whether a claimed volume has the data of a replaced one. */
export function hasCarriedData(volume: Volume): boolean {
    return /\/vol-\w+$/.test(tagOf(volume, claimTag) ?? "");
}

/** Reports whether this snapshot carried the data of a volume: such snapshots are deleted with the volume. */
export async function isCarryingSnapshot(ctx: ResourceContext, id: string): Promise<boolean> {
    const snapshot = await ctx.ec2.snapshots.read(id);
    return snapshot === undefined || tagOf(snapshot, carryTag) !== undefined;
}

/** Reports whether data of this volume was carried by this run, or by an earlier one, which did not delete it. */
export function carriedBy(ctx: ResourceContext, volume: Volume): "this run" | "earlier run" | undefined {
    const carrier = tagOf(volume, carryTag);
    return carrier === undefined ? undefined : carrier === runId(ctx.ec2) ? "this run" : "earlier run";
}

/** Deletes the snapshots that carried the data of a deleted volume. */
export async function deleteCarryingSnapshots(ctx: ResourceContext, volumeId: string): Promise<void> {
    const found = await ctx.ec2.snapshots.tagged({ [stackTag]: [ctx.stack], [carryTag]: [] });
    for (const [SnapshotId, snapshot] of found) {
        const isOfVolume = tagOf(snapshot, carryTag)?.startsWith(`${volumeId}/`) === true;
        if (isOfVolume && snapshot.VolumeId === volumeId)
            await ignoreNotFound(ctx.ec2.send("DeleteSnapshot", { SnapshotId }));
    }
}
