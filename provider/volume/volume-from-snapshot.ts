/**
 * `VolumeFromSnapshot` creates a volume from a snapshot, ready to be attached.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import type { VolumeType } from "@aws-sdk/client-ec2";
import { defaultTimeout, toMilliseconds } from "../../schema/duration";
import { deadlineOf } from "../aws/clock";
import { defined, formatValue, UNKNOWN } from "../../schema/values";
import { joinTexts, textOf, type Mention } from "../../schema/failure";
import { messageOf } from "../aws/errors";
import { formatPlace } from "../aws/place";
import { isSameKey } from "../aws/kms";
import { hasNoData } from "../../schema/retention";
import { checkStandard, copyTagsOption } from "../../schema/tags";
import { withLastObserved } from "../aws/poll";
import type { ResourceContext, Resource, TagCarrier } from "../lifecycle/resource";
import { visibleTags } from "../aws/tags";
import { optionsFromTags } from "../lifecycle/tags";
import { checkVolume, isUsable, checkShrinking, typeOfNewVolume } from "../../schema/volume-checks";
import { claimOn, createVolume } from "./create";
import { modifyVolume, describeModification } from "./modify";
import { validateAgainstSource } from "./source-snapshot";
import { waitUntilAvailable, waitUntilInitialized } from "./wait";
import { attachmentsOf, deleteVolume, type Deletion } from "./delete";
import { creationTags, tagsThatFit } from "../lifecycle/tags";
import { visibleSnapshotTags } from "../snapshot/source-tags";
import { waitUntilVisible } from "../snapshot/wait";
import { copyableTags } from "../aws/tags";
import {
    declarationOf,
    suggestGrowing,
    inputsFromVolume,
    outputsOf,
    withSnapshotSize,
    withSource,
    type Observed,
} from "./state";
import type { VolumeFromSnapshotInputs, VolumeFromSnapshotOutputs } from "../../schema/volume-from-snapshot";

type Inputs = VolumeFromSnapshotInputs;
type Outputs = Partial<VolumeFromSnapshotOutputs>;

export const volumeFromSnapshot: Resource<Inputs, Outputs, Observed> = {
    describe: ({ snapshotId }) => `volume from snapshot ${snapshotId}`,
    type: "VolumeFromSnapshot",
    isEquivalent: { kmsKeyId: isSameKey },
    check: ({ inputs, configuration, olds }) => [
        ...checkStandard(inputs, configuration),
        ...checkVolume(inputs, olds),
    ],
    // The snapshot of an existing volume may no longer exist, and need not be read.
    validateRemote: ({ ctx, inputs, olds }) =>
        olds["snapshotId"] === undefined || inputs["allowShrinkByReplacement"] === true
            ? validateAgainstSource(ctx, inputs)
            : Promise.resolve([]),
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
    matchesInputs: ({ inputs, observed }) => observed.SnapshotId === inputs.snapshotId,

    tagSources: { read: ({ ctx, inputs }) => visibleSnapshotTags(ctx, ctx.ec2, inputs.snapshotId) },

    async create({ ctx, inputs, ownTags, attempt }) {
        const source = await taggedSnapshot(ctx, inputs);
        const volume = await createVolume(ctx, {
            request: {
                SnapshotId: inputs.snapshotId,
                AvailabilityZone: inputs.availabilityZone,
                AvailabilityZoneId: inputs.availabilityZoneId,
                Size: inputs.size,
                VolumeType: typeOfNewVolume({ ...inputs }) as VolumeType | undefined,
                Iops: inputs.iops,
                Throughput: inputs.throughput,
                MultiAttachEnabled: inputs.multiAttachEnabled,
                Encrypted: inputs.encrypted ?? (inputs.kmsKeyId === undefined ? undefined : true),
                KmsKeyId: inputs.kmsKeyId,
                OutpostArn: inputs.outpostArn,
                VolumeInitializationRate: inputs.volumeInitializationRate,
            },
            tags: creationTags(ctx, { ...inputs }, { source, internal: ownTags }),
            attempt,
            deadline: deadlineOf(ctx.ec2.clock, inputs),
        });
        const withSize = inputs.size === undefined ? { ...volume, snapshotSize: volume.Size } : volume;
        const observed = await withSource(ctx, inputs, withSize);
        suggestGrowing(ctx, observed);
        return { id: volume.VolumeId, observed };
    },

    read: async ({ ctx, id, state }) => withSnapshotSize(await ctx.ec2.volumes.read(id), state),
    readCached: async ({ ctx, id, state }) =>
        withSnapshotSize(await ctx.ec2.volumes.readCached(id, ctx.stack), state),

    tagged: {
        carriers: (id, observed) => [{ id: observed.VolumeId ?? id, tags: observed.Tags }],
        withTags: (observed, [tags]) => ({ ...observed, Tags: tags }),
    },
    async update({ ctx, id, observed, inputs }) {
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        const now = await withLastObserved(observed, modifyVolume(ctx, id, observed, inputs, deadline));
        const known = await withSource(ctx, inputs, { ...observed, ...now });
        if (known.Size !== observed.Size) suggestGrowing(ctx, known);
        return known;
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

    replacing: {
        async warning({ ctx, id, state, inputs }) {
            if (hasNoData({ ...state })) return undefined;
            const { size, availabilityZone: zone, createTime } = state;
            const facts = joinTexts([
                ...(size === undefined ? [] : [textOf`${sizeOf(size)} GiB`]),
                ...(zone === undefined ? [] : [textOf`${{ property: "availabilityZone", value: zone }}`]),
                ...(createTime === undefined ? [] : [`created ${createTime}`]),
            ]);
            const { snapshotId: origin = UNKNOWN } = inputs;
            const from =
                origin === UNKNOWN
                    ? "a snapshot whose id is not known yet"
                    : textOf`snapshot ${{ property: "snapshotId", value: origin }}`;
            const isFinal = (inputs.finalSnapshot ?? state.finalSnapshot ?? false) !== false;
            const final = isFinal
                ? "A final snapshot will be taken first."
                : "Set finalSnapshot: true to take a snapshot first.";
            const attachment = await attachmentWarning(ctx, id);
            return textOf`replacement will delete volume ${id} (${facts}) and create a new one from ${from}; data written since then will be lost. ${final}${attachment}`;
        },

        async waitForReplacement({ ctx, replacement: { id } }) {
            const observed = await ctx.ec2.volumes.read(id);
            if (isUsable(observed?.State)) return;
            const found = observed?.State ?? `not found in ${await formatPlace(ctx.ec2)}`;
            throw new Error(`it is retained because its replacement ${id} is ${found}`);
        },
    },

    delete: ({ ctx, id, state, successor }) =>
        deleteVolume(ctx, {
            id,
            finalTags: finalTags(ctx, successor?.finalSnapshot ?? state.finalSnapshot),
            timeoutMs: toMilliseconds(state.timeout ?? defaultTimeout),
        }),

    describeUpdate: ({ observed, inputs }) => describeModification(observed, inputs),
    inputsFrom: inputsFromVolume,
    async findImported({ ctx, id }) {
        const observed = await ctx.ec2.volumes.read(id);
        if (observed === undefined) return undefined;
        const { SnapshotId: snapshotId } = observed;
        if (!snapshotId) throw new Error("it was not created from a snapshot; import it as aws.ebs.Volume");
        const options = optionsFromTags(visibleTags(observed.Tags, ctx.configuration), ctx.configuration);
        const { snapshotSize, ownerId } = await withSource(ctx, { snapshotId }, observed);
        return {
            id,
            inputs: { snapshotId, ...declarationOf(observed), ...options },
            known: defined({ snapshotSize, ownerId }),
        };
    },
    // EC2 shows no owner of a volume, because volumes of other accounts are not visible.
    owner: () => undefined,

    outputs: ({ ctx, id, observed }) => outputsOf(ctx, id, observed),
};

function sizeOf(value: number): Mention {
    return { property: "size", value };
}

/** Returns the snapshot with its tags if these inputs copy them, as soon as EC2 shows it. */
async function taggedSnapshot(ctx: ResourceContext, inputs: Inputs): Promise<TagCarrier | undefined> {
    if (copyTagsOption({ ...inputs }) === undefined) return undefined;
    const { snapshotId: id } = inputs;
    const snapshot =
        (await ctx.ec2.snapshots.read(id)) ??
        (await waitUntilVisible(ctx, id, deadlineOf(ctx.ec2.clock, inputs)));
    return { id, tags: snapshot.Tags };
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
