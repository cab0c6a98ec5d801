/**
 * `VolumeFromSnapshot`: a volume made from a snapshot, ready to be attached.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import type { VolumeType } from "@aws-sdk/client-ec2";
import { adoptRule, type Adoptable } from "./adopt";
import {
    deadlineOf,
    defaultTimeout,
    duration,
    sameDuration,
    toMilliseconds,
    type Duration,
} from "./duration";
import { defined } from "./ec2/config";
import { kmsKey, sameKey, sameKeyName } from "./ec2/kms";
import { syncTags } from "./ec2/tagging";
import {
    checkStandard,
    declaredTags,
    standardRules,
    pendingTags,
    type StandardOptions,
    type StandardOutputs,
    type TagMap,
} from "./ec2/tags";
import { asGiven } from "./internals";
import type { Act, Resource } from "./resource";
import {
    flag,
    objectOf,
    oneOf,
    positiveInteger,
    resourceId,
    sameOrLeftOut,
    shown,
    outpostArn,
    text,
    unknown,
    type Accepts,
    type Properties,
    type Rules,
} from "./rules";
import { checkVolume, isUsable, shrinking, wantedType, zonePattern } from "./volume/check";
import { claimOn, created } from "./volume/creation";
import { modified } from "./volume/modification";
import { checkAgainstOrigin } from "./volume/origin";
import { available, initialized } from "./volume/readiness";
import { attachmentsOf, removed } from "./volume/removal";
import { hintAtGrowing, observed, outputsOf, remembering, withOrigin, type Seen } from "./volume/seen";

export interface VolumeFromSnapshotInputs extends StandardOptions, Adoptable {
    /** The snapshot. One that is still pending is waited for. What a change means, `onSnapshotChange` says. */
    snapshotId: string;
    /**
     * What another `snapshotId` means once the volume exists: `"refuse"` fails at the preview, `"keep"` keeps the
     * volume, whose origin the snapshot is, `"replace"` makes a new volume from the other snapshot. Default:
     * `"refuse"`. A change updates.
     */
    onSnapshotChange?: "refuse" | "keep" | "replace";
    /** Zone of the volume, by name; exactly one of name and id is required. A change to another zone replaces. */
    availabilityZone?: string;
    /** Zone of the volume, by id such as `use1-az1`. A change to another zone replaces. */
    availabilityZoneId?: string;
    /**
     * GiB, not less than the snapshot's. Default: the snapshot's size, and afterwards what is there. More updates: the
     * volume grows in place. Less is refused unless `allowShrinkByReplacement` is `true`.
     */
    size?: number;
    /** Whether less than the volume's size replaces it by a new one from the snapshot. Default: `false`. */
    allowShrinkByReplacement?: boolean;
    /** Such as `gp3`, which is the default except on Outposts and in Local Zones, where EC2 has its own. Updates. */
    volumeType?: string;
    /** Operations a second, of types that have it. Default: the type's, and afterwards what is there. Updates. */
    iops?: number;
    /** MiB/s, of types that have it. Default: the type's, and afterwards what is there. A change updates. */
    throughput?: number;
    /** Whether several instances may attach the volume (io1, io2). Default: `false`. A change updates. */
    multiAttachEnabled?: boolean;
    /** Default: as the snapshot is, or as the account has it. A change to another encryption replaces. */
    encrypted?: boolean;
    /**
     * KMS key, as id, ARN or alias; the volume is encrypted then. Default: the snapshot's or the account's. Another key
     * replaces; the same one written differently is no difference.
     */
    kmsKeyId?: string;
    /** Outpost on which the volume is made. A change replaces. */
    outpostArn?: string;
    /** Rate at which the volume is filled from the snapshot, MiB/s; charged. Default: EC2's own. Counts at creation. */
    volumeInitializationRate?: number;
    /** Whether the volume is waited for until all of its blocks are loaded. Default: `false`. A change updates. */
    waitForInitialization?: boolean;
    /** Patience for each step of an `up` or `destroy`. Default: `"24 hours"`. A change updates. */
    timeout?: Duration;
    /**
     * Whether a snapshot is taken and completed before the volume is deleted or replaced; with the volume's tags, and
     * these. Default: none. A change updates.
     */
    finalSnapshot?: boolean | FinalSnapshot;
}

export interface FinalSnapshot {
    /** Written as the tag `Name`. Default: the volume's. */
    name?: string;
    /** Further tags; they win over the volume's. */
    tags?: TagMap;
}

export interface VolumeFromSnapshotOutputs extends StandardOutputs {
    /** Id of the volume, the same as `id`. */
    volumeId: string;
    /** Absent where the account is not known. */
    arn?: string;
    /** Account that owns the volume. */
    ownerId?: string;
    availabilityZone: string;
    availabilityZoneId?: string;
    /** GiB. */
    size: number;
    /** Size of the snapshot, GiB. */
    snapshotSize: number;
    /** `creating`, `available`, `in-use`, `error`, `deleting` or `deleted`, as EC2 showed it last. */
    state: string;
    /** ISO 8601, UTC. */
    createTime: string;
    volumeType: string;
    iops?: number;
    /** MiB/s. */
    throughput?: number;
    multiAttachEnabled: boolean;
    encrypted: boolean;
    /** ARN of the KMS key, where encrypted. */
    kmsKeyId?: string;
    /** Whether the volume is larger than its snapshot, so that the file system in it does not fill it. */
    filesystemNeedsGrowing: boolean;
}

const zone: Accepts = text('a zone such as "us-east-1a" or "use1-az1"', zonePattern);
/** Where EC2 has never told a zone by its id, an id says nothing about which zone it was. */
const replacesWhereKnown = (key: string) => (state: Properties) =>
    state[key] === undefined ? "update" : "replace";
const finalSnapshot: Accepts = (value, path) =>
    typeof value === "boolean"
        ? []
        : objectOf({ name: standardRules.name, tags: standardRules.tags })(value, path);

export const volumeFromSnapshotRules = {
    ...standardRules,
    adopt: adoptRule("vol"),
    snapshotId: {
        accepts: resourceId("snap"),
        required: true,
        onChange: (_, { onSnapshotChange }) => (onSnapshotChange === "replace" ? "replace" : "update"),
    },
    onSnapshotChange: { accepts: oneOf("refuse", "keep", "replace"), onChange: "update" },
    availabilityZone: {
        accepts: zone,
        onChange: replacesWhereKnown("availabilityZone"),
        same: sameOrLeftOut,
    },
    availabilityZoneId: {
        accepts: zone,
        onChange: replacesWhereKnown("availabilityZoneId"),
        same: sameOrLeftOut,
    },
    size: { accepts: positiveInteger, onChange: effectOfSize },
    allowShrinkByReplacement: { accepts: flag, onChange: "update" },
    volumeType: {
        accepts: text('a type of volume such as "gp3"', /^[a-z][a-z0-9]*$/),
        onChange: "update",
        same: (before, after, inputs) => after !== unknown && sameOrLeftOut(before, wantedType(inputs)),
    },
    iops: { accepts: positiveInteger, onChange: "update", same: sameOrLeftOut },
    throughput: { accepts: positiveInteger, onChange: "update", same: sameOrLeftOut },
    multiAttachEnabled: {
        accepts: flag,
        onChange: "update",
        same: (before, after) => (before ?? false) === (after ?? false),
    },
    encrypted: { accepts: flag, onChange: "replace", same: sameOrLeftOut },
    kmsKeyId: { accepts: kmsKey, onChange: "replace", same: sameKeyName },
    outpostArn: {
        accepts: outpostArn,
        onChange: "replace",
    },
    volumeInitializationRate: { accepts: positiveInteger, onChange: "update" },
    waitForInitialization: { accepts: flag, onChange: "update" },
    timeout: { accepts: duration, onChange: "update", same: sameDuration },
    finalSnapshot: { accepts: finalSnapshot, onChange: "update" },
} satisfies Rules<VolumeFromSnapshotInputs>;

/** What is not edited is no change, also where the volume was grown outside. */
function effectOfSize({ size: there }: Properties, { size, allowShrinkByReplacement }: Properties) {
    if (typeof size !== "number" || typeof there !== "number")
        return size === undefined ? "nothing" : "update";
    if (size > there) return "update";
    return allowShrinkByReplacement === true ? "replace" : "nothing";
}

type Inputs = VolumeFromSnapshotInputs;
type Outputs = Partial<VolumeFromSnapshotOutputs>;

export const volumeFromSnapshot: Resource<Inputs, Outputs, Seen> = {
    describe: ({ snapshotId }) => `volume from snapshot ${snapshotId}`,
    rules: volumeFromSnapshotRules,
    alike: { kmsKeyId: sameKey },
    secretWithTags: ["tagsAll"],
    check: (inputs, configuration, olds) => [
        ...checkStandard(inputs, configuration),
        ...checkVolume(inputs, olds),
    ],
    // The snapshot of a volume that stays may be gone, and need not be asked.
    lookUp: (act, inputs, olds) =>
        olds["snapshotId"] === undefined || inputs["allowShrinkByReplacement"] === true
            ? checkAgainstOrigin(act, inputs)
            : Promise.resolve([]),
    refuse: (state, inputs) => shrinking(state["size"], asGiven(state)["size"], inputs),

    pending(state, inputs, configuration) {
        const there = state["state"];
        if (isLost(there)) return { effect: "replace", why: `it is ${shown(there)}, and is made anew` };
        if (there !== undefined && !isUsable(there))
            return { effect: "update", why: `it is ${shown(there)}, and is waited for` };
        return pendingTags(inputs, state, configuration);
    },

    warning(state, inputs) {
        const { size } = inputs;
        const there = state["size"];
        return typeof size === "number" && typeof there === "number" && size < there
            ? `size is ${String(size)}, but the volume was grown to ${String(there)} GiB outside of this program; ` +
                  "nothing is done about it"
            : undefined;
    },

    startedAt: ({ createTime }) => (typeof createTime === "string" ? Date.parse(createTime) : 0),

    async made(act, stack, fresh) {
        const found = await act.cloud.volumes.claimed(stack, fresh);
        return [...found].map(([id, seen]) => ({
            id,
            seen,
            claim: claimOn(seen),
            startedAt: seen.CreateTime?.getTime() ?? 0,
        }));
    },

    async make(act, inputs, ownTags, attempt) {
        const volume = await created(act, {
            request: {
                SnapshotId: inputs.snapshotId,
                AvailabilityZone: inputs.availabilityZone,
                AvailabilityZoneId: inputs.availabilityZoneId,
                Size: inputs.size,
                VolumeType: wantedType({ ...inputs }) as VolumeType | undefined,
                Iops: inputs.iops,
                Throughput: inputs.throughput,
                MultiAttachEnabled: inputs.multiAttachEnabled,
                Encrypted: inputs.encrypted ?? (inputs.kmsKeyId === undefined ? undefined : true),
                KmsKeyId: inputs.kmsKeyId,
                OutpostArn: inputs.outpostArn,
                VolumeInitializationRate: inputs.volumeInitializationRate,
            },
            tags: { ...declaredTags(inputs, act.configuration), ...ownTags },
            attempt,
            deadline: deadlineOf(act.cloud.clock, inputs),
        });
        const sized = inputs.size === undefined ? { ...volume, snapshotSize: volume.Size } : volume;
        const seen = await withOrigin(act, inputs, sized);
        hintAtGrowing(act, seen);
        return { id: volume.VolumeId, seen };
    },

    look: async (act, id, state) => remembering(await act.cloud.volumes.read(id), state),
    lookAhead: async (act, id, stack, state) =>
        remembering(await act.cloud.volumes.readAhead(id, stack), state),

    async change(act, id, seen, inputs, state, own) {
        const carrying = [{ id, tags: seen.Tags }];
        const [tags] = await syncTags(act.cloud, act.configuration, carrying, inputs, state, own);
        const wanted = { ...inputs, volumeType: wantedType({ ...inputs }) };
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const now = await modified(act, id, { ...seen, Tags: tags }, wanted, deadline);
        const known = await withOrigin(act, inputs, { ...seen, ...now });
        if (known.Size !== seen.Size) hintAtGrowing(act, known);
        return known;
    },

    async finish(act, id, seen, inputs) {
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const usable = isUsable(seen.State) ? seen : await available(act, id, seen, deadline);
        if (inputs.waitForInitialization === true) await initialized(act, id, deadline);
        return usable;
    },

    replacing: {
        async warning(id, state, inputs, act) {
            if (isLost(state.state)) return undefined;
            const facts = [
                ...(state.size === undefined ? [] : [`${String(state.size)} GiB`]),
                ...(state.availabilityZone === undefined ? [] : [state.availabilityZone]),
                ...(state.createTime === undefined ? [] : [`made ${state.createTime}`]),
            ];
            const { snapshotId: origin = unknown } = inputs;
            const from = origin === unknown ? "a snapshot that is not known yet" : `snapshot ${origin}`;
            const final = (inputs.finalSnapshot ?? state.finalSnapshot ?? false) !== false;
            return (
                `replacing deletes volume ${id} (${facts.join(", ")}) and makes a new one from ${from}: ` +
                "what was written since is not carried over" +
                (final
                    ? "; a final snapshot is taken first"
                    : "; finalSnapshot: true takes a snapshot first") +
                (await attachmentWarning(act, id))
            );
        },

        async succeeded(act, { id }) {
            const seen = await act.cloud.volumes.read(id);
            if (isUsable(seen?.State)) return;
            throw new Error(`it is kept, since its successor ${id} is ${seen?.State ?? "gone"}`);
        },
    },

    remove: (act, id, state, successor) =>
        removed(act, {
            id,
            finalTags: finalTags(act, state, successor?.finalSnapshot ?? state.finalSnapshot),
            patience: toMilliseconds(state.timeout ?? defaultTimeout),
        }),

    fixed: (seen) =>
        defined({
            availabilityZone: seen.AvailabilityZone,
            availabilityZoneId: seen.AvailabilityZoneId,
            encrypted: seen.Encrypted,
            kmsKeyId: seen.KmsKeyId,
            outpostArn: seen.OutpostArn,
        }),
    // EC2 shows no owner of a volume: nobody sees those of another account.
    owner: () => undefined,

    outputs: outputsOf,

    observe: observed,
};

/** A volume that EC2 could not make, or that went while it was made. */
function isLost(state: unknown): boolean {
    return state === "error" || state === "deleted";
}

async function attachmentWarning(act: Act, id: string): Promise<string> {
    try {
        const attached = attachmentsOf(await act.cloud.volumes.read(id));
        return attached === "" ? "" : `; it is attached to ${attached}, and must be detached first`;
    } catch (error) {
        return `; whether it is attached is not known (${error instanceof Error ? error.message : String(error)})`;
    }
}

function finalTags(act: Act, state: Inputs, wanted: Inputs["finalSnapshot"]): TagMap | undefined {
    if (wanted === undefined || wanted === false) return undefined;
    const { name = state.name, tags = {} } = wanted === true ? {} : wanted;
    const options = { ...state, ...defined({ name }), tags: { ...state.tags, ...tags } };
    return declaredTags(options, act.configuration);
}
