import { timeoutRule, type Duration } from "./duration";
import type { OutputsOf, Rules } from "./property";
import { zonePattern } from "./volume-checks";
import { adoptRule, type Adoptable } from "./adopt";
import { kmsKey, isSameKeyName } from "./kms-key";
import {
    copyTagsRule,
    standardOutputs,
    standardRules,
    type CopiedTags,
    type StandardOptions,
    type StandardOutputs,
    type TagMap,
} from "./tags";
import {
    boolean,
    objectOf,
    oneOf,
    positiveInteger,
    resourceId,
    outpostArn,
    text,
    validator,
} from "./validators";
import type { Properties } from "./values";

export interface VolumeFromSnapshotInputs extends StandardOptions, Adoptable {
    /**
     * Id of the snapshot. While it is pending, `up` waits for it and shows its progress; a snapshot in `error` fails
     * with its message. A change does what `onSnapshotChange` says.
     */
    snapshotId: string;
    /**
     * Effect of another `snapshotId` once the volume exists. `"refuse"`: the preview fails, or `up` if the id becomes
     * known only then. `"keep"`: the volume stays, and its data are those of the first snapshot. `"replace"`: a new
     * volume is created from the other snapshot. Default: `"refuse"`. A change updates the state alone.
     */
    onSnapshotChange?: "refuse" | "keep" | "replace";
    /**
     * Zone of the volume, by name such as `us-east-1a`; one of another region is refused. Default: none; specify
     * exactly one of this and `availabilityZoneId`. A change replaces the volume; the name and the id of one zone are
     * no difference.
     */
    availabilityZone?: string;
    /**
     * Zone of the volume, by id such as `use1-az1`, which means the same place in every account. Default: none; specify
     * exactly one of this and `availabilityZone`. A change replaces the volume.
     */
    availabilityZoneId?: string;
    /**
     * Size in GiB. Less than the snapshot's is refused at the preview. Default: the snapshot's size when the volume is
     * created, and afterwards its current size. A change updates: the volume grows in place. Less than the volume's is
     * refused, unless `allowShrinkByReplacement` is `true`: then it replaces. Growth outside of Pulumi is no
     * difference.
     */
    size?: number;
    /**
     * Whether a smaller `size` may replace the volume by a new one from the snapshot. Default: `false`. A change
     * updates the state alone.
     */
    allowShrinkByReplacement?: boolean;
    /**
     * Type of the volume, such as `gp3` or `io2`. Default: `gp3`; on Outposts and in Local Zones, EC2's own. A change
     * updates. Left out later, it stays as it is.
     * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
     */
    volumeType?: string;
    /**
     * Operations per second; refused for types without this property, and EC2 validates the number. Default: the
     * type's, and afterwards the current value. A change updates. With another `volumeType` and no value, it is that
     * type's default.
     */
    iops?: number;
    /**
     * Throughput in MiB/s; refused for types without this property, and EC2 validates the number. Default: the type's,
     * and afterwards the current value. A change updates. With another `volumeType` and no value, it is that type's
     * default.
     */
    throughput?: number;
    /** Whether several instances may attach the volume; `io1` and `io2` only. Default: `false`. A change updates. */
    multiAttachEnabled?: boolean;
    /**
     * Whether the volume is encrypted. `false` is refused at the preview where the snapshot is encrypted, or the
     * account encrypts by default. Default: as the snapshot is, or as the account encrypts. A change replaces the
     * volume; leaving it out later changes nothing.
     */
    encrypted?: boolean;
    /**
     * KMS key of an encrypted volume: id, ARN, alias or ARN of an alias. It means `encrypted: true`. Default: the
     * snapshot's or the account's. A change replaces the volume; another name of the same key, or none, is no
     * difference.
     */
    kmsKeyId?: string;
    /**
     * ARN of the Outpost on which the volume is created. Default: none, it is in the zone. A change replaces the
     * volume; leaving it out later changes nothing.
     */
    outpostArn?: string;
    /**
     * Rate at which the volume is initialized from the snapshot, MiB/s, for a fee; it applies when the volume is
     * created. Default: EC2's own. A change updates the state alone.
     * https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
     */
    volumeInitializationRate?: number;
    /**
     * Whether `up` waits until all blocks of the volume are loaded, as far as EC2 shows it. Default: `false`. A change
     * updates: with `true`, `up` waits for the existing volume.
     */
    waitForInitialization?: boolean;
    /**
     * Timeout of each step: completion of the snapshot, creation, modification, initialization and deletion of the
     * volume. Default: `"24 hours"`. A change updates the state alone.
     */
    timeout?: Duration;
    /**
     * Which of the snapshot's tags are copied to the volume when it is created: `true` for all, `{ only: [keys] }` or `{
     * except: [keys] }`. Never copied are those that begin with `aws:`, and those that `aws:ignoreTags` names. Declared
     * tags win over them, and they win over `aws:defaultTags` and the default `name`. EC2 takes 50 tags in all; the
     * preview warns of those that do not fit, and of a snapshot of another account, whose tags EC2 does not show.
     * Default: `false`. A change does nothing to a volume that exists.
     */
    copyTagsFromSnapshot?: boolean | CopiedTags;
    /**
     * Whether a snapshot is taken, and completed, before the volume is deleted, in a replacement too. It has the
     * volume's tags and the declared ones, and is not managed afterwards; `up` shows its id. Default: `false`. A change
     * updates the state alone.
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
    /** ARN of the volume. Absent if STS does not return the account. */
    arn?: string;
    /** Id of the account that owns the volume, 12 digits. Absent if STS does not return it. */
    ownerId?: string;
    /** Zone of the volume, by name. */
    availabilityZone: string;
    /** Zone of the volume, by id. Absent if EC2 does not return it. */
    availabilityZoneId?: string;
    /** Size of the volume as EC2 shows it, GiB. */
    size: number;
    /** Size of the snapshot, GiB. */
    snapshotSize: number;
    /** `creating`, `available`, `in-use`, `error`, `deleting` or `deleted`, as EC2 showed it last. */
    state: string;
    /** When it was created: ISO 8601, UTC. */
    createTime: string;
    /** Type of the volume, such as `gp3`. */
    volumeType: string;
    /** Operations per second. Absent for types that have none. */
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

const zone = text('a zone such as "us-east-1a" or "use1-az1"', zonePattern);
/** A zone that the state does not contain under this key may be the same zone. */
const replacesWhereKnown = (key: string) => (state: Properties) =>
    state[key] === undefined ? "update" : "replace";
const finalSnapshotTags = objectOf({ name: standardRules.name, tags: standardRules.tags });
const finalSnapshot = validator(
    { ...finalSnapshotTags, expected: "true, false, or an object with name and tags" },
    (value, path) => (typeof value === "boolean" ? [] : finalSnapshotTags(value, path)),
);

export const volumeFromSnapshotRules = {
    ...standardRules,
    adopt: adoptRule("vol"),
    snapshotId: {
        validate: resourceId("snap"),
        required: true,
        onChange: (_, { onSnapshotChange }) => (onSnapshotChange === "replace" ? "replace" : "update"),
    },
    onSnapshotChange: {
        validate: oneOf("refuse", "keep", "replace"),
        onChange: "update",
        default: "refuse",
    },
    availabilityZone: {
        validate: zone,
        onChange: replacesWhereKnown("availabilityZone"),
        omitted: "keep",
    },
    availabilityZoneId: {
        validate: zone,
        onChange: replacesWhereKnown("availabilityZoneId"),
        omitted: "keep",
    },
    size: { validate: positiveInteger, onChange: effectOfSize, omitted: "keep" },
    allowShrinkByReplacement: { validate: boolean, onChange: "update", default: false },
    volumeType: {
        validate: text('a type of volume such as "gp3"', /^[a-z][a-z0-9]*$/),
        onChange: "update",
        omitted: "keep",
    },
    iops: { validate: positiveInteger, onChange: "update", omitted: "keep" },
    throughput: { validate: positiveInteger, onChange: "update", omitted: "keep" },
    multiAttachEnabled: { validate: boolean, onChange: "update", omitted: "keep", default: false },
    encrypted: { validate: boolean, onChange: "replace", omitted: "keep" },
    kmsKeyId: { validate: kmsKey, onChange: "replace", omitted: "keep", isEqual: isSameKeyName },
    outpostArn: { validate: outpostArn, onChange: "replace", omitted: "keep" },
    volumeInitializationRate: { validate: positiveInteger, onChange: "update" },
    waitForInitialization: { validate: boolean, onChange: "update", default: false },
    timeout: timeoutRule,
    copyTagsFromSnapshot: copyTagsRule,
    finalSnapshot: { validate: finalSnapshot, onChange: "update", default: false },
} satisfies Rules<VolumeFromSnapshotInputs>;

export const volumeFromSnapshotOutputs = {
    ...standardOutputs,
    volumeId: {},
    arn: {},
    ownerId: {},
    availabilityZone: {},
    availabilityZoneId: {},
    size: {},
    snapshotSize: {},
    state: {},
    createTime: {},
    volumeType: {},
    iops: {},
    throughput: {},
    multiAttachEnabled: {},
    encrypted: {},
    kmsKeyId: {},
    filesystemNeedsGrowing: {},
} satisfies OutputsOf<VolumeFromSnapshotOutputs>;

/** A volume grows in place, and a smaller size replaces it only if that is allowed. */
function effectOfSize({ size: current }: Properties, { size, allowShrinkByReplacement }: Properties) {
    if (typeof size !== "number" || typeof current !== "number" || size > current) return "update";
    return allowShrinkByReplacement === true ? "replace" : "nothing";
}
