/**
 * The hooks that all resources of volumes share, whatever the volumes are created from.
 *
 * @module
 */
import { defaultTimeout, toMilliseconds } from "../../schema/duration";
import { textOf } from "../../schema/failure";
import { finalSnapshotOf, hasNoData, isDataCarried } from "../../schema/retention";
import { formatValue, UNKNOWN, type Properties } from "../../schema/values";
import type { SizedOptions, VolumeOutputs } from "../../schema/volume";
import { checkCarrying, checkShrinking, isUsable } from "../../schema/volume-checks";
import { deadlineOf } from "../aws/clock";
import { withLastObserved } from "../aws/poll";
import { copyableTags } from "../aws/tags";
import type { Resource } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import { tagsThatFit } from "../lifecycle/tags/creation";
import { carriedBy, deleteCarryingSnapshots, isCarryingSnapshot } from "./carry";
import { claimOn } from "./create";
import { deleteVolume, type Deletion } from "./delete";
import { describeModification } from "./modify";
import { inputsFromVolume, outputsOf, withSnapshotSize, type Observed } from "./state";
import { mentionSize } from "./replacement-warnings";
import { waitUntilAvailable, waitUntilInitialized } from "./wait";

export type Inputs = SizedOptions;
export type Volume<Given extends Inputs> = Resource<Given, Partial<VolumeOutputs>, Observed>;

/** Contains the hooks that all resources of volumes share. */
export const sharedHooks = {
    validateUpdate: ({ state, inputs, declared }) => [
        ...checkShrinking(state["size"], declared["size"], inputs),
        ...checkCarrying(state, declared, inputs),
    ],
    isUnfinished: ({ state }) => state === "creating",

    pending({ state }) {
        const current = state["state"];
        if (hasNoData(state))
            return {
                effect: "replace",
                why: `its state is ${formatValue(current)}; the volume will be recreated`,
            };
        if (current !== undefined && !isUsable(current))
            return {
                effect: "update",
                why: `its state is ${formatValue(current)}; the update will wait for it`,
            };
        return undefined;
    },

    warning({ state, inputs }) {
        const { size, snapshotId, onSnapshotChange = "refuse" } = inputs;
        if (snapshotId === UNKNOWN && onSnapshotChange === "refuse")
            return (
                "snapshotId is not known yet: if it turns out to be another one, `pulumi up` fails, because the volume holds data " +
                'written since its creation. Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one.'
            );
        const current = state["size"];
        return typeof size === "number" && typeof current === "number" && size < current
            ? textOf`size is ${mentionSize(size)}, but the volume was resized to ${mentionSize(current)} GiB outside of Pulumi; no change will be made`
            : undefined;
    },

    startedAt: ({ createTime }) => (typeof createTime === "string" ? Date.parse(createTime) : 0),

    async findClaimed({ ctx, stack, isFresh }) {
        const found = await ctx.ec2.volumes.findClaimed(stack, { isFresh });
        return [...found].map(([id, observed]) => ({
            id,
            observed,
            claim: claimOn(observed),
            startedAt: observed.CreateTime?.getTime() ?? 0,
        }));
    },

    async findOwned({ ctx }) {
        const found = [...(await ctx.ec2.volumes.findOwned(ctx.stack))];
        return found.map(([id, observed]) => ({ id, observed }));
    },

    async formerInputs({ ctx, observed, inputs }) {
        const former = inputsFromVolume({ ctx, observed, declared: undefined });
        const { snapshotId, sourceVolumeId }: Properties = { ...inputs };
        const { SnapshotId } = observed;
        // EC2 shows the snapshot that carried the data instead of the declared source.
        const isCarried =
            !!SnapshotId && SnapshotId !== snapshotId && (await isCarryingSnapshot(ctx, SnapshotId));
        return isCarried ? { ...former, snapshotId, sourceVolumeId } : former;
    },

    read: async ({ ctx, id, state }) => withSnapshotSize(await ctx.ec2.volumes.read(id), state),
    readCached: async ({ ctx, id, state }) =>
        withSnapshotSize(await ctx.ec2.volumes.readCached(id, ctx.stack), state),

    tagged: {
        carriers: (id, observed) => [{ id: observed.VolumeId ?? id, tags: observed.Tags }],
        withTags: (observed, [tags]) => ({ ...observed, Tags: tags }),
    },

    async waitUntilReady({ ctx, id, observed, inputs }) {
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        const usable = isUsable(observed.State)
            ? observed
            : await waitUntilAvailable(ctx, id, { observed, deadline });
        if (inputs.waitForInitialization === true)
            await withLastObserved(usable, waitUntilInitialized(ctx, id, deadline));
        return usable;
    },

    async delete({ ctx, id, state, observed, successor, next }) {
        if (next !== undefined && isDataCarried({ state: { ...state }, inputs: { ...next } }))
            throw new Error(
                "it is retained, because carryData needs it until the new volume is created. Remove deleteBeforeReplace.",
            );
        const carrier = observed === undefined ? undefined : carriedBy(ctx, observed);
        const isCarried = isDataCarried({ state: { ...state }, inputs: { ...successor } });
        // Since an earlier run took its snapshot, the volume may have been written to.
        const mayDiffer =
            successor !== undefined &&
            !hasNoData({ ...state }) &&
            (isCarried ? carrier !== "this run" : carrier === "earlier run");
        const final = finalSnapshotOf(state, successor ?? next);
        if (mayDiffer && !isOn(final))
            ctx.info(
                `this run did not carry the data of volume ${id}, but an earlier one. A final snapshot keeps what may have been written since.`,
            );
        const outcome = await deleteVolume(ctx, {
            id,
            finalTags: finalTags(ctx, mayDiffer && !isOn(final) ? true : final),
            timeoutMs: toMilliseconds(state.timeout ?? defaultTimeout),
        });
        // The tags of a volume that no longer exists are unknown.
        if (observed === undefined || carrier !== undefined) await deleteCarryingSnapshots(ctx, id);
        return outcome;
    },

    describeUpdate: ({ observed, inputs }) => describeModification(observed, inputs),
    inputsFrom: inputsFromVolume,
    // A volume of another account is visible if it is shared.
    owner: ({ OwnerId }) => OwnerId,
    outputs: ({ ctx, id, observed }) => outputsOf(ctx, id, observed),
} satisfies Partial<Volume<Inputs>>;

/** Reports whether an option is set that also has other values than `true`. */
export function isOn(option: unknown): boolean {
    return option !== undefined && option !== false;
}

function finalTags(ctx: ResourceContext, desired: Inputs["finalSnapshot"]): Deletion["finalTags"] {
    if (desired === undefined || desired === false) return undefined;
    const { name, tags = {} } = desired === true ? {} : desired;
    const { configuration } = ctx;
    const named = name === undefined ? {} : { [configuration.tagKeys.name]: name };
    return ({ Tags }, internal) => {
        const required = { ...tags, ...named, ...internal };
        return { ...tagsThatFit(copyableTags(Tags, configuration), required).included, ...required };
    };
}
