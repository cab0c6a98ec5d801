/**
 * Takes a snapshot of a volume once, however often the answer is lost.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { TagMap } from "../../schema/tags";
import { Ec2Error } from "../aws/errors";
import { lookupDelaysMs } from "../aws/retry";
import { toTags } from "../aws/write-tags";
import type { ResourceContext } from "../lifecycle/resource-context";
import { reportDelay } from "../snapshot/report-delay";

export interface SnapshotRequest {
    volumeId: string;
    description: string;
    tags: TagMap;
    /** The key of a tag whose value begins with the id of the volume, and identifies the call. */
    markTag: string;
    deadline: number;
}

/** Starts a snapshot of the volume, and returns its id. */
export async function takeSnapshot(
    ctx: ResourceContext,
    { volumeId, description, tags, markTag, deadline }: SnapshotRequest,
): Promise<string> {
    const mark = `${volumeId}/${randomBytes(8).toString("hex")}`;
    try {
        const { SnapshotId = "" } = await ctx.ec2.send(
            "CreateSnapshot",
            {
                VolumeId: volumeId,
                Description: description,
                TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags({ ...tags, [markTag]: mark }) }],
            },
            {
                deadline,
                idempotent: false,
                requires: "SnapshotId",
                serializeBy: volumeId,
                onRetry: reportDelay(ctx),
            },
        );
        return SnapshotId;
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.kind !== "indeterminate") throw error;
        const id = await findMarked(ctx, { [markTag]: [mark] });
        if (id === undefined) throw error;
        return id;
    }
}

/** Finds the snapshot of a call whose answer was lost. */
async function findMarked(ctx: ResourceContext, tags: Record<string, string[]>): Promise<string | undefined> {
    for (const pause of lookupDelaysMs) {
        await ctx.ec2.clock.sleep(pause);
        const [id] = (await ctx.ec2.snapshots.tagged(tags)).keys();
        if (id !== undefined) return id;
    }
    return undefined;
}
