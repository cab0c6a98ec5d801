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
import { onTopOf } from "./ec2/watch";
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
import { modified, toldModification } from "./volume/modification";
import { checkAgainstOrigin } from "./volume/origin";
import { available, initialized } from "./volume/readiness";
import { attachmentsOf, removed } from "./volume/removal";
import { hintAtGrowing, observed, outputsOf, remembering, withOrigin, type Seen } from "./volume/seen";

export interface VolumeFromSnapshotInputs extends StandardOptions, Adoptable {
    /**
     * Id of the snapshot. A pending one is waited for, with its percentage shown; one in `error` fails with its message. A
     * change does what `onSnapshotChange` says.
     */
    snapshotId: string;
    /**
     * What another `snapshotId` means once the volume exists. `"refuse"`: it fails at the preview, or in the `up` where it
     * becomes known only there. `"keep"`: the volume stays, and its data are those of the first snapshot. `"replace"`: a
     * new volume is made from the other snapshot. Default: `"refuse"`. A change updates the state alone.
     */
    onSnapshotChange?: "refuse" | "keep" | "replace";
    /**
     * Zone of the volume, by name such as `us-east-1a`; one of another region is refused. Default: none,
     * `availabilityZoneId` is given instead: exactly one of the two is required. A change replaces the volume; the
     * name and the id of one zone are no difference.
     */
    availabilityZone?: string;
    /**
     * Zone of the volume, by id such as `use1-az1`, which means the same place in every account. Default: none,
     * `availabilityZone` is given instead. A change replaces the volume.
     */
    availabilityZoneId?: string;
    /**
     * Size in GiB. Less than the snapshot's is refused at the preview. Default: the snapshot's size when the volume is
     * made, and what is there afterwards. A change updates: the volume grows in place. Less than the volume's is refused,
     * unless `allowShrinkByReplacement` is `true`: then it replaces. One that was grown outside is no difference.
     */
    size?: number;
    /**
     * Whether a smaller `size` may replace the volume by a new one from the snapshot. Default: `false`. A change updates
     * the state alone.
     */
    allowShrinkByReplacement?: boolean;
    /**
     * Type of the volume, such as `gp3` or `io2`. Default: `gp3`; on Outposts and in Local Zones, EC2's own. A change
     * updates. Left out later, it stays as it is.
     * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
     */
    volumeType?: string;
    /**
     * Operations a second; refused with types that have none, and EC2 judges how many. Default: the type's, and afterwards
     * what is there. A change updates. With another `volumeType` and none given, it is that type's default.
     */
    iops?: number;
    /**
     * Throughput in MiB/s; refused with types that have none, and EC2 judges how much. Default: the type's, and afterwards
     * what is there. A change updates. With another `volumeType` and none given, it is that type's default.
     */
    throughput?: number;
    /** Whether several instances may attach the volume; `io1` and `io2` only. Default: `false`. A change updates. */
    multiAttachEnabled?: boolean;
    /**
     * Whether the volume is encrypted. `false` is refused at the preview where the snapshot is encrypted, or the account
     * encrypts by default. Default: as the snapshot is, or as the account encrypts. A change replaces the
     * volume; leaving it out later changes nothing.
     */
    encrypted?: boolean;
    /**
     * KMS key of an encrypted volume: id, ARN, alias or ARN of an alias. It means `encrypted: true`. Default: the
     * snapshot's or the account's. A change replaces the volume; another name of the same key, or none, is no
     * difference.
     */
    kmsKeyId?: string;
    /** ARN of the Outpost on which the volume is made. Default: none, it is in the zone. A change replaces the volume. */
    outpostArn?: string;
    /**
     * Rate at which the volume is filled from the snapshot, MiB/s, at a price; it counts when the volume is made. Default:
     * EC2's own. A change updates the state alone.
     * https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
     */
    volumeInitializationRate?: number;
    /**
     * Whether `up` waits until all blocks of the volume are loaded, as far as EC2 tells. Default: `false`. A change updates:
     * to `true`, the volume that is there is waited for.
     */
    waitForInitialization?: boolean;
    /**
     * How long each step may take: a snapshot to be completed, a volume to be made, changed, filled, deleted. Default:
     * `"24 hours"`. A change updates the state alone.
     */
    timeout?: Duration;
    /**
     * Whether a snapshot is taken, and completed, before the volume is deleted, in a replacement too. It carries the
     * volume's tags and those given, and is not managed afterwards; `up` says its id. Default: `false`. A change updates
     * the state alone.
     */
    finalSnapshot?: boolean | FinalSnapshot;
}

/** Tags of the snapshot that is taken before a volume is deleted. */
export interface FinalSnapshot {
    /** Written as the tag `Name`. Default: the volume's. */
    name?: string;
    /** Further tags; they win over the volume's. Default: none. */
    tags?: TagMap;
}

/** A volume as EC2 shows it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html */
export interface VolumeFromSnapshotOutputs extends StandardOutputs {
    /** Id of the volume, the same as `id`. */
    volumeId: string;
    /** ARN of the volume. Absent where STS cannot be asked for the account. */
    arn?: string;
    /** Id of the account that owns the volume, 12 digits. Absent where STS cannot be asked. */
    ownerId?: string;
    /** Zone of the volume, by name. */
    availabilityZone: string;
    /** Zone of the volume, by id. Absent where EC2 does not tell it. */
    availabilityZoneId?: string;
    /** Size of the volume as EC2 shows it, GiB. */
    size: number;
    /** Size of the snapshot, GiB. */
    snapshotSize: number;
    /** `creating`, `available`, `in-use`, `error`, `deleting` or `deleted`, as EC2 showed it last. */
    state: string;
    /** When it was made: ISO 8601, UTC. */
    createTime: string;
    /** Type of the volume, such as `gp3`. */
    volumeType: string;
    /** Operations a second. Absent for types that have none. */
    iops?: number;
    /** Throughput in MiB/s. Absent for types that have none. */
    throughput?: number;
    /** Whether several instances may attach the volume. */
    multiAttachEnabled: boolean;
    /** Whether the volume is encrypted. */
    encrypted: boolean;
    /** ARN of the KMS key. Absent where the volume is not encrypted. */
    kmsKeyId?: string;
    /** Whether the volume is larger than its snapshot, so that the file system in it does not fill it yet. */
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
        const wanted = wantedOf(inputs);
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const tagged = { ...seen, Tags: tags };
        const now = await onTopOf(tagged, modified(act, id, tagged, wanted, deadline));
        const known = await withOrigin(act, inputs, { ...seen, ...now });
        if (known.Size !== seen.Size) hintAtGrowing(act, known);
        return known;
    },

    async finish(act, id, seen, inputs) {
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const usable = isUsable(seen.State) ? seen : await available(act, id, seen, deadline);
        if (inputs.waitForInitialization === true) await onTopOf(usable, initialized(act, id, deadline));
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

    adjusts: (seen, inputs) => toldModification(seen, wantedOf(inputs)),
    fixed: (seen) => ({
        availabilityZone: seen.AvailabilityZone,
        availabilityZoneId: seen.AvailabilityZoneId,
        encrypted: seen.Encrypted,
        kmsKeyId: seen.KmsKeyId,
        outpostArn: seen.OutpostArn,
        size: seen.Size,
        // Empty where the volume was made from none.
        snapshotId: seen.SnapshotId ?? "",
    }),
    // EC2 shows no owner of a volume: nobody sees those of another account.
    owner: () => undefined,

    outputs: outputsOf,

    observe: observed,
};

/** A volume that EC2 could not make, or that went while it was made. */
/** The inputs with the type that is asked for where none is given. */
function wantedOf(inputs: Inputs): Inputs {
    return { ...inputs, ...defined({ volumeType: wantedType({ ...inputs }) }) };
}

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
