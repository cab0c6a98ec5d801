/**
 * Reads the volume that a resource is created from, and whose tags it may copy.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import type { Duration } from "../../schema/duration";
import { textOf, type CheckFailure } from "../../schema/failure";
import { copyTagsOption } from "../../schema/tags";
import { UNKNOWN, type Properties } from "../../schema/values";
import { checkPerformance, isUsable, typeOfNewVolume } from "../../schema/volume-checks";
import { createCache, perObject } from "../aws/cache";
import { deadlineOf } from "../aws/clock";
import { rejectUnencrypted } from "../aws/encryption";
import { withErrorContext } from "../aws/errors";
import { formatPlace } from "../aws/place";
import type { ResourceContext } from "../lifecycle/resource-context";
import type { TagCarrier } from "../lifecycle/tags/carriers";
import { checkSize } from "./source-snapshot";
import { evaluateInitialization } from "./wait";

/** Returns the volume with its tags if these inputs copy them, as soon as EC2 shows it. */
export async function taggedVolume(
    ctx: ResourceContext,
    id: string,
    inputs: { timeout?: Duration },
): Promise<TagCarrier | undefined> {
    if (copyTagsOption({ ...inputs }) === undefined) return undefined;
    const { Tags: tags } = await visibleVolume(ctx, id, inputs);
    return { id, tags };
}

/** Returns the volume with its tags for a preview; none if its id is not known yet, or EC2 does not show it yet. */
export async function visibleVolumeTags({ ec2 }: ResourceContext, id: string): Promise<TagCarrier[]> {
    if (id === UNKNOWN) return [];
    const volume = await ec2.volumes.read(id);
    return volume === undefined ? [] : [{ id, tags: volume.Tags }];
}

/** Returns the volume as soon as EC2 shows it, because a new volume may not be visible yet. */
async function visibleVolume(
    ctx: ResourceContext,
    id: string,
    inputs: { timeout?: Duration },
): Promise<Volume> {
    const visible = async () =>
        (await ctx.ec2.volumes.read(id)) ??
        ctx.ec2.volumes.wait({
            key: id,
            subject: "volume",
            deadline: deadlineOf(ctx.ec2.clock, inputs),
            evaluate: (observed) => (observed === undefined ? "notFound" : "done"),
        });
    return withErrorContext(`reading volume ${id}`, visible());
}

/** Contains the zones of volumes, which never change; a volume that is not visible yet is read again. */
const zones = perObject(() => createCache<string | undefined>({ isFinal: (zone) => zone !== undefined }));

/** Returns the volume's zone, without a call if the volume was validated before. */
export function zoneOfVolume(
    ctx: ResourceContext,
    id: string,
    inputs: { timeout?: Duration },
): Promise<string | undefined> {
    return zones(ctx.ec2)(id, async () => (await visibleVolume(ctx, id, inputs)).AvailabilityZone);
}

/** Waits until EC2 can copy the volume: a volume that is being created or initialized cannot be copied. */
export async function waitUntilCopyable(ctx: ResourceContext, id: string, deadline: number): Promise<void> {
    const progress = (text: string) => {
        ctx.status(`waiting for volume ${id}: ${text}`);
    };
    const wait = { key: id, deadline, progress };
    await ctx.ec2.volumes.wait({
        ...wait,
        subject: "volume",
        evaluate: (observed) => {
            if (observed === undefined) return "notFound";
            const { State: state = "unknown" } = observed;
            if (isUsable(state)) return "done";
            return state === "creating" ? { pending: state } : { failed: `its state is ${state}` };
        },
    });
    await ctx.ec2.volumeStatuses.wait({
        ...wait,
        subject: "volume initialization",
        // EC2 shows the status of a volume to its owner alone.
        evaluate: (observed) => (observed === undefined ? "done" : evaluateInitialization(observed)),
    });
}

/** Validates the declared inputs against the volume that is to be copied: missing, failed, elsewhere or larger. */
export async function validateAgainstVolume(
    ctx: ResourceContext,
    inputs: Properties,
): Promise<CheckFailure[]> {
    const { sourceVolumeId: id, size, encrypted } = inputs;
    if (typeof id !== "string" || id === UNKNOWN) return [];
    const volume = await ctx.ec2.volumes.read(id);
    if (volume === undefined && ctx.ec2.isNew(id)) return [];
    const mention = { property: "sourceVolumeId", value: id };
    if (volume === undefined) {
        const reason = `but that volume was not found in ${await formatPlace(ctx.ec2)}. A clone is created in the zone of its source; if that is in another region, set region.`;
        return [{ ...mention, reason }];
    }
    const { State: state, AvailabilityZone, OutpostArn: outpost } = volume;
    // The create takes the zone from the cache.
    const availabilityZone = await zones(ctx.ec2)(id, () => Promise.resolve(AvailabilityZone));
    if (state !== "creating" && !isUsable(state))
        return [{ ...mention, reason: `but the state of that volume is ${String(state)}` }];
    const place =
        outpost !== undefined
            ? `on Outpost ${outpost}`
            : /-wl\d/.test(availabilityZone ?? "")
              ? `in Wavelength Zone ${String(availabilityZone)}`
              : undefined;
    if (place !== undefined) {
        const reason = `but that volume is ${place}, where EC2 does not copy volumes. Declare a Snapshot of it, and a VolumeFromSnapshot.`;
        return [{ ...mention, reason }];
    }
    const source = textOf`volume ${mention}`;
    return [
        ...checkPerformance(inputs, typeOfNewVolume({ ...inputs, availabilityZone })),
        ...(typeof size === "number" ? checkSize(source, volume.Size ?? 0, size) : []),
        ...(encrypted === false
            ? await rejectUnencrypted(ctx.ec2, source, { isSourceEncrypted: volume.Encrypted === true })
            : []),
    ];
}
