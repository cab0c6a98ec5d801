/**
 * Manages volumes, whatever they are created from.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import { defaultTimeout, toMilliseconds } from "../../schema/duration";
import { textOf, type CheckFailure, type Text } from "../../schema/failure";
import { hasNoData, isDataCarried } from "../../schema/retention";
import { checkStandard } from "../../schema/tags";
import { defined, formatValue, type Properties } from "../../schema/values";
import type { SizedOptions, VolumeOutputs } from "../../schema/volume";
import { checkCarrying, checkShrinking, isUsable } from "../../schema/volume-checks";
import { deadlineOf } from "../aws/clock";
import { isSameKey } from "../aws/kms";
import { formatPlace } from "../aws/place";
import { withLastObserved } from "../aws/poll";
import { copyableTags, visibleTags } from "../aws/tags";
import type { Resource } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import type { TagCarrier } from "../lifecycle/tags/carriers";
import { creationTags, tagsThatFit } from "../lifecycle/tags/creation";
import { optionsFromTags } from "../lifecycle/tags/options";
import { findCarried, openCarried } from "./carried-volume";
import { carriedBy, deleteCarryingSnapshots, hasCarriedData } from "./carry";
import { claimOn, createVolume, type VolumeSource } from "./create";
import { deleteVolume, type Deletion } from "./delete";
import { describeModification, modifyVolume } from "./modify";
import {
    declarationOf,
    suggestGrowing,
    inputsFromVolume,
    outputsOf,
    withSource,
    withSnapshotSize,
    type Observed,
} from "./state";
import { carryingWarning, lossWarning, mentionSize } from "./replacement-warnings";
import { waitUntilAvailable, waitUntilInitialized } from "./wait";

type Outputs = Partial<VolumeOutputs>;
type Inputs = SizedOptions;
type Volume<Given extends Inputs> = Resource<Given, Outputs, Observed>;

/** Defines the volumes of one kind of source: a snapshot, or another volume. */
export interface VolumeKind<Given extends Inputs> extends Required<
    Pick<Volume<Given>, "type" | "describe" | "matchesInputs" | "tagSources" | "validateRemote">
> {
    /** Check calls it for what only this kind has. */
    check: (inputs: Properties, olds: Properties) => CheckFailure[];
    /** Returns the source in messages, such as `snapshot snap-1`. */
    formatSource: (inputs: Partial<Given>) => Text;
    /** Returns how EC2 creates a volume from the source. */
    open: (ctx: ResourceContext, inputs: Given, deadline: number) => Promise<VolumeSource>;
    /** Returns the size of the source in GiB. */
    sizeOf: (ctx: ResourceContext, inputs: Given) => Promise<number | undefined>;
    /** Returns the source with its tags if the inputs copy them, as soon as EC2 shows it. */
    readTagged: (ctx: ResourceContext, inputs: Given) => Promise<TagCarrier | undefined>;
    /** Returns the inputs of an imported volume that only this kind has; it fails for a volume of another source. */
    importFrom: (observed: Observed) => Given;
}

/** Defines the resource of a kind of volumes. */
export function volumeOf<Given extends Inputs>(kind: VolumeKind<Given>): Volume<Given> {
    const complete = (ctx: ResourceContext, inputs: Given, volume: Observed) =>
        withSource(ctx, volume, () => kind.sizeOf(ctx, inputs));
    return {
        ...shared,
        type: kind.type,
        isEquivalent: { kmsKeyId: isSameKey } as Volume<Given>["isEquivalent"] & object,
        describe: kind.describe,
        check: ({ inputs, configuration, olds }) => [
            ...checkStandard(inputs, configuration),
            ...kind.check(inputs, olds),
            ...checkCarrying(olds, olds, inputs),
        ],
        // The source of a volume whose data are carried may no longer exist.
        validateRemote: (args) =>
            isDataCarried({ state: args.former, inputs: args.inputs })
                ? Promise.resolve([])
                : kind.validateRemote(args),
        matchesInputs: ({ inputs, observed }) =>
            kind.matchesInputs({ inputs, observed }) || (isOn(inputs.carryData) && hasCarriedData(observed)),
        tagSources: kind.tagSources,

        async create({ ctx, inputs, ownTags, attempt, findReplaced }) {
            const { clock } = ctx.ec2;
            const carried = isOn(inputs.carryData) ? await findCarried(inputs, findReplaced) : undefined;
            const { tagged, open } =
                carried === undefined
                    ? {
                          tagged: await kind.readTagged(ctx, inputs),
                          open: () => kind.open(ctx, inputs, deadlineOf(clock, inputs)),
                      }
                    : await openCarried(ctx, carried, inputs);
            const volume = await createVolume(ctx, {
                source: await open(),
                carriedFrom: carried?.id,
                tags: creationTags(ctx, { ...(inputs as Inputs) }, { source: tagged, internal: ownTags }),
                attempt,
                deadline: deadlineOf(clock, inputs),
            });
            const sourceSize =
                carried?.observed.Size ?? (inputs.size === undefined ? volume.Size : undefined);
            const withSize = sourceSize === undefined ? volume : { ...volume, snapshotSize: sourceSize };
            const observed = await complete(ctx, inputs, withSize);
            suggestGrowing(ctx, observed);
            return { id: volume.VolumeId, observed };
        },

        async update({ ctx, id, observed, inputs }) {
            const deadline = deadlineOf(ctx.ec2.clock, inputs);
            const now = await withLastObserved(observed, modifyVolume(ctx, id, observed, inputs, deadline));
            const known = await complete(ctx, inputs, { ...observed, ...now });
            if (known.Size !== observed.Size) suggestGrowing(ctx, known);
            return known;
        },

        replacing: {
            async warning({ ctx, id, state, inputs }) {
                if (hasNoData({ ...state })) return undefined;
                const isCarried = isDataCarried({ state: { ...state }, inputs: { ...inputs } });
                const args = { state: { ...state }, inputs: inputs as Partial<Inputs> };
                return isCarried
                    ? carryingWarning(ctx, id, args)
                    : lossWarning(ctx, id, { ...args, source: kind.formatSource(inputs) });
            },

            isDataCarried,

            async waitForReplacement({ ctx, replacement: { id } }) {
                const observed = await ctx.ec2.volumes.read(id);
                if (isUsable(observed?.State)) return;
                const found = observed?.State ?? `not found in ${await formatPlace(ctx.ec2)}`;
                throw new Error(`it is retained because its replacement ${id} is ${found}`);
            },
        },

        async findImported({ ctx, id }) {
            const observed = await ctx.ec2.volumes.read(id);
            if (observed === undefined) return undefined;
            const source = kind.importFrom(observed);
            const options = optionsFromTags(visibleTags(observed.Tags, ctx.configuration), ctx.configuration);
            const { snapshotSize, ownerId } = await complete(ctx, source, observed);
            return {
                id,
                inputs: { ...source, ...declarationOf(observed), ...options },
                known: defined({ snapshotSize, ownerId }),
            };
        },
    };
}

/** Contains the hooks that all resources of volumes share. */
const shared = {
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
        const { size } = inputs;
        const current = state["size"];
        return typeof size === "number" && typeof current === "number" && size < current
            ? textOf`size is ${mentionSize(size)}, but the volume was resized to ${mentionSize(current)} GiB outside of Pulumi; no change will be made`
            : undefined;
    },

    startedAt: ({ createTime }) => (typeof createTime === "string" ? Date.parse(createTime) : 0),

    async findClaimed({ ctx, stack, isFresh }) {
        const found = await ctx.ec2.volumes.findClaimed(stack, isFresh);
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
            : await waitUntilAvailable(ctx, id, observed, deadline);
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
        const final = successor?.finalSnapshot ?? state.finalSnapshot;
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
function isOn(option: unknown): boolean {
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
