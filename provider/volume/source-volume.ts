/**
 * Reads the volume that a resource is created from, and whose tags it may copy.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import type { Duration } from "../../schema/duration";
import { copyTagsOption } from "../../schema/tags";
import { UNKNOWN } from "../../schema/values";
import { deadlineOf } from "../aws/clock";
import { formatPlace } from "../aws/place";
import type { ResourceContext, TagCarrier } from "../lifecycle/resource";

/** Returns the volume with its tags if these inputs copy them, as soon as EC2 shows it. */
export async function taggedVolume(
    ctx: ResourceContext,
    id: string,
    inputs: { timeout?: Duration },
): Promise<TagCarrier | undefined> {
    if (copyTagsOption({ ...inputs }) === undefined) return undefined;
    const volume = (await ctx.ec2.volumes.read(id)) ?? (await waitUntilVisible(ctx, id, inputs));
    return { id, tags: volume.Tags };
}

/** Returns the volume with its tags for a preview; none if its id is not known yet, or EC2 does not show it yet. */
export async function visibleVolumeTags({ ec2 }: ResourceContext, id: string): Promise<TagCarrier[]> {
    if (id === UNKNOWN) return [];
    const volume = await ec2.volumes.read(id);
    return volume === undefined ? [] : [{ id, tags: volume.Tags }];
}

/** Waits for the volume, because a new volume may not be visible yet. */
async function waitUntilVisible(
    ctx: ResourceContext,
    id: string,
    inputs: { timeout?: Duration },
): Promise<Volume> {
    const failed = `volume ${id} was not found in ${await formatPlace(ctx.ec2)}`;
    return ctx.ec2.volumes.wait({
        key: id,
        subject: "volume",
        deadline: deadlineOf(ctx.ec2.clock, inputs),
        evaluate: (observed) => (observed === undefined ? { failed } : "done"),
    });
}
