/**
 * Manages volumes, whatever they are created from.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import { defaultTimeout, toMilliseconds } from "../../schema/duration";
import { joinTexts, textOf, type CheckFailure, type Mention, type Text } from "../../schema/failure";
import { hasNoData } from "../../schema/retention";
import { checkStandard } from "../../schema/tags";
import { defined, formatValue, type Properties } from "../../schema/values";
import type { VolumeOptions, VolumeOutputs } from "../../schema/volume";
import { isUsable, checkShrinking } from "../../schema/volume-checks";
import { deadlineOf } from "../aws/clock";
import { messageOf } from "../aws/errors";
import { isSameKey } from "../aws/kms";
import { formatPlace } from "../aws/place";
import { withLastObserved } from "../aws/poll";
import { copyableTags, visibleTags } from "../aws/tags";
import type { Resource, ResourceContext, TagCarrier } from "../lifecycle/resource";
import { creationTags, optionsFromTags, tagsThatFit } from "../lifecycle/tags";
import { claimOn, createVolume, type VolumeSource } from "./create";
import { attachmentsOf, deleteVolume, type Deletion } from "./delete";
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
import { waitUntilAvailable, waitUntilInitialized } from "./wait";

type Outputs = Partial<VolumeOutputs>;
type Inputs = VolumeOptions & { size?: number };
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
        ],
        validateRemote: kind.validateRemote,
        matchesInputs: kind.matchesInputs,
        tagSources: kind.tagSources,

        async create({ ctx, inputs, ownTags, attempt }) {
            const deadline = deadlineOf(ctx.ec2.clock, inputs);
            const source = await kind.readTagged(ctx, inputs);
            const volume = await createVolume(ctx, {
                source: await kind.open(ctx, inputs, deadline),
                tags: creationTags(ctx, { ...(inputs as Inputs) }, { source, internal: ownTags }),
                attempt,
                deadline,
            });
            const withSize = inputs.size === undefined ? { ...volume, snapshotSize: volume.Size } : volume;
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
                const isFinal = (inputs.finalSnapshot ?? state.finalSnapshot ?? false) !== false;
                const final = isFinal
                    ? "A final snapshot will be taken first."
                    : "Set finalSnapshot: true to take a snapshot first.";
                const attachment = await attachmentWarning(ctx, id);
                return textOf`replacement will delete volume ${id} (${formatFacts({ ...state })}) and create a new one from ${kind.formatSource(inputs)}; data written since then will be lost. ${final}${attachment}`;
            },

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

/** The hooks that are the same for every kind. */
const shared = {
    validateUpdate: ({ state, inputs, declared }) => checkShrinking(state["size"], declared["size"], inputs),
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
            ? textOf`size is ${sizeOf(size)}, but the volume was resized to ${sizeOf(current)} GiB outside of Pulumi; no change will be made`
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

    delete: ({ ctx, id, state, successor }) =>
        deleteVolume(ctx, {
            id,
            finalTags: finalTags(ctx, successor?.finalSnapshot ?? state.finalSnapshot),
            timeoutMs: toMilliseconds(state.timeout ?? defaultTimeout),
        }),

    describeUpdate: ({ observed, inputs }) => describeModification(observed, inputs),
    inputsFrom: inputsFromVolume,
    // A volume of another account is visible if it is shared.
    owner: ({ OwnerId }) => OwnerId,
    outputs: ({ ctx, id, observed }) => outputsOf(ctx, id, observed),
} satisfies Partial<Volume<Inputs>>;

function sizeOf(value: unknown): Mention {
    return { property: "size", value };
}

/** Formats a volume in the state, such as `8 GiB, us-east-1a, created 2026-01-01T00:00:00.000Z`. */
function formatFacts({ size, availabilityZone: zone, createTime }: Properties): Text {
    return joinTexts([
        ...(size === undefined ? [] : [textOf`${sizeOf(size)} GiB`]),
        ...(zone === undefined ? [] : [textOf`${{ property: "availabilityZone", value: zone }}`]),
        ...(typeof createTime === "string" ? [`created ${createTime}`] : []),
    ]);
}

async function attachmentWarning(ctx: ResourceContext, id: string): Promise<string> {
    try {
        const attached = attachmentsOf(await ctx.ec2.volumes.read(id));
        return attached === "" ? "" : ` It is attached to ${attached} and must be detached first.`;
    } catch (error) {
        return ` Its attachments could not be read (${messageOf(error)}).`;
    }
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
