/**
 * Deletes a volume, but never an attached one, and not before its final snapshot is completed.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import { waitForSnapshot } from "../snapshot/wait";
import { Ec2Error, ignoreNotFound } from "../aws/errors";
import { ownPrefix, type TagMap } from "../../schema/tags";
import type { ResourceContext } from "../lifecycle/resource-context";
import { isUsable } from "../../schema/volume-checks";
import { takeSnapshot } from "./take-snapshot";

/** Tag that identifies the volume of a final snapshot, and the deletion that created it. */
const finalTag = `${ownPrefix}final`;

export interface Deletion {
    id: string;
    /** Returns the tags of the final snapshot, including internal ones; `undefined` if no final snapshot is wanted. */
    finalTags: ((volume: Volume, internal: TagMap) => TagMap) | undefined;
    /** Timeout in milliseconds. */
    timeoutMs: number;
}

export async function deleteVolume(
    ctx: ResourceContext,
    { id, finalTags, timeoutMs }: Deletion,
): Promise<"done" | "notFound"> {
    let deadline = ctx.ec2.clock.now() + timeoutMs;
    if (finalTags !== undefined) {
        const volume = await ctx.ec2.volumes.read(id);
        if (volume === undefined) return "notFound";
        await waitForDetachment(ctx, id, { deadline, observed: volume });
        if (isUsable(volume.State))
            await createFinalSnapshot(ctx, id, { tags: finalTags(volume, { [finalTag]: id }), timeoutMs });
        // Each step has the timeout: a delete that failed for lack of time would take another final snapshot.
        deadline = ctx.ec2.clock.now() + timeoutMs;
    }
    for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, maxPauseMs)) {
        try {
            const deletion = ctx.ec2.send("DeleteVolume", { VolumeId: id }, { deadline });
            if ((await ignoreNotFound(deletion)) === "notFound") return "notFound";
            break;
        } catch (error) {
            const isInUse = error instanceof Ec2Error && error.code === "VolumeInUse";
            if (!isInUse || ctx.ec2.clock.now() + pause > deadline) throw error;
            await waitForDetachment(ctx, id, { deadline });
            ctx.status(`waiting until EC2 releases the volume: ${error.awsMessage}`);
            await ctx.ec2.clock.sleep(pause);
        }
    }
    await ctx.ec2.volumes.wait({
        key: id,
        subject: "volume deletion",
        deadline,
        observed: { VolumeId: id },
        evaluate: (observed) =>
            observed === undefined || observed.State === "deleted"
                ? "done"
                : { pending: observed.State ?? "deleting" },
    });
    return "done";
}

/** An attachment becomes the detachment that another resource or run started within this time. */
const attachedTimeoutMs = 30_000;
const firstPauseMs = 1_000;
const maxPauseMs = 15_000;

/** Waits while the volume is `detaching` or `busy`, until `deadline`; fails if it stays attached for 30 seconds. */
async function waitForDetachment(
    ctx: ResourceContext,
    id: string,
    { deadline, observed }: { deadline: number; observed?: Volume },
): Promise<void> {
    const { clock, volumes } = ctx.ec2;
    let attachedUntil = clock.now() + attachedTimeoutMs;
    let volume = observed ?? (await volumes.read(id));
    for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, maxPauseMs)) {
        const attached = attachmentsOf(volume);
        if (attached === "") return;
        const isDetaching = (volume?.Attachments ?? []).every(({ State }) =>
            ["detaching", "busy", "detached"].includes(State ?? ""),
        );
        if (isDetaching) attachedUntil = clock.now() + attachedTimeoutMs;
        if (clock.now() + pause > Math.min(deadline, attachedUntil))
            throw new Error(
                `it is attached to ${attached}. Detach it, or remove the attachment from the program, first.`,
            );
        ctx.status(`waiting for the detachment from ${attached}`);
        await clock.sleep(pause);
        volume = await volumes.read(id);
    }
}

/** Formats the attachments, such as `instance i-1 as /dev/sdf`; the text is empty if there are none. */
export function attachmentsOf(volume: Volume | undefined): string {
    return (volume?.Attachments ?? [])
        .filter(({ State }) => State !== "detached")
        .map(({ InstanceId = "unknown", Device = "unknown" }) => `instance ${InstanceId} as ${Device}`)
        .join(" and ");
}

/**
 * Creates the final snapshot. It never reuses that of an earlier deletion, because the volume may have been written to
 * since.
 */
async function createFinalSnapshot(
    ctx: ResourceContext,
    volumeId: string,
    { tags, timeoutMs }: { tags: TagMap; timeoutMs: number },
): Promise<void> {
    const deadline = ctx.ec2.clock.now() + timeoutMs;
    const description = `final snapshot of ${volumeId}`;
    const id = await takeSnapshot(ctx, { volumeId, description, tags, markTag: finalTag, deadline });
    await waitForSnapshot(ctx, id, deadline);
    ctx.info(
        `final snapshot ${id} of volume ${volumeId} is completed. It remains in the account and is not managed by Pulumi.`,
    );
}
