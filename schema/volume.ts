import { adoptRule, type Adoptable } from "./adopt";
import { timeoutRule, type Duration } from "./duration";
import { kmsKey, isSameKeyName } from "./kms-key";
import type { OutputsOf, Rule, Rules } from "./property";
import {
    standardOutputs,
    standardRules,
    type StandardOptions,
    type StandardOutputs,
    type TagMap,
} from "./tags";
import { boolean, matching, objectOf, positiveInteger, text, validator } from "./validators";
import type { Properties } from "./values";

/** The options of every volume, whatever it is created from. */
export interface VolumeOptions extends StandardOptions, Adoptable {
    /**
     * Type of the volume, such as `gp3` or `io2`. An adopted volume keeps its type if none is declared. Default: `gp3` of
     * a new volume; on Outposts and in Local Zones, EC2's own. A change updates. Removing it later changes nothing.
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
    /**
     * If `true`, several instances can attach the volume; only for `io1` and `io2`. Default: `false`. A change
     * updates.
     */
    multiAttachEnabled?: boolean;
    /**
     * If `true`, the volume is encrypted. `false` is refused at the preview if the source is encrypted, or if the
     * account encrypts by default. Default: as the source is, or as the account encrypts. A change replaces the
     * volume; removing the argument later changes nothing.
     */
    encrypted?: boolean;
    /**
     * KMS key of an encrypted volume: id, ARN, alias or ARN of an alias. It means `encrypted: true`. Default: the
     * source's or the account's. A change replaces the volume; another name of the same key, or none, is no
     * difference.
     */
    kmsKeyId?: string;
    /**
     * If `true`, `up` waits until all blocks of the volume are initialized, as far as EC2 shows it. Default: `false`.
     * A change updates: with `true`, `up` waits for the existing volume.
     */
    waitForInitialization?: boolean;
    /**
     * Timeout of each step: readiness of the source, creation, modification, initialization and deletion of the
     * volume. Default: `"24 hours"`. A change updates the state alone.
     */
    timeout?: Duration;
    /**
     * If `true` or an object, `up` creates a snapshot before it deletes or replaces the volume, and waits for its
     * completion. The snapshot has the volume's tags and the declared ones, and is not managed afterwards; `up` shows
     * its id. Default: `false`. A change updates the state alone.
     */
    finalSnapshot?: boolean | FinalSnapshot;
    /**
     * If `true`, a replacement that changes the zone, the Outpost, the encryption or the key has the data of the
     * volume: `up` creates a snapshot of the volume, creates the new volume from it, at least as large, and then
     * deletes the old volume and the snapshot. `true` refuses an attached volume. `"crashConsistent"` accepts it;
     * data written after the start of the snapshot are lost. A replacement with another source or region has no data
     * of the volume; `deleteBeforeReplace` is refused. Default: `false`. A change updates the state alone.
     */
    carryData?: boolean | "crashConsistent";
}

/** The options of every volume, and its size. */
export type SizedOptions = VolumeOptions & { size?: number };

/** Tags of the snapshot that is created before a volume is deleted. */
export interface FinalSnapshot {
    /** Value of the tag `Name`. Default: the volume's. */
    name?: string;
    /** Further tags; they override the volume's. Default: none. */
    tags?: TagMap;
}

/** A volume as EC2 shows it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html */
export interface VolumeOutputs extends StandardOutputs {
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
    /** Size of the source when the volume was created, GiB: of the snapshot, or of the volume that was copied. */
    snapshotSize: number;
    /** `creating`, `available`, `in-use`, `error`, `deleting` or `deleted`, as EC2 showed it last. */
    state: string;
    /** Time at which the volume was created: ISO 8601, UTC. */
    createTime: string;
    /** Type of the volume, such as `gp3`. */
    volumeType: string;
    /** Operations per second. Absent for types that have none. */
    iops?: number;
    /** Throughput in MiB/s. Absent for types that have none. */
    throughput?: number;
    /** `true` if several instances can attach the volume. */
    multiAttachEnabled: boolean;
    /** `true` if the volume is encrypted. */
    encrypted: boolean;
    /** ARN of the KMS key. Absent if the volume is not encrypted. */
    kmsKeyId?: string;
    /** `true` if the volume is larger than its source was, so that the file system does not fill it yet. */
    filesystemNeedsGrowing: boolean;
}

const finalSnapshotTags = objectOf({ name: standardRules.name, tags: standardRules.tags });
const finalSnapshot = validator(
    { ...finalSnapshotTags, expected: "true, false, or an object with name and tags" },
    (value, path) => (typeof value === "boolean" ? [] : finalSnapshotTags(value, path)),
);

export const volumeRules = {
    ...standardRules,
    adopt: adoptRule("vol"),
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
    waitForInitialization: { validate: boolean, onChange: "update", default: false },
    timeout: timeoutRule,
    carryData: {
        validate: matching(
            { valueType: "any", expected: 'true, false or "crashConsistent"' },
            (value) => typeof value === "boolean" || value === "crashConsistent",
        ),
        onChange: "update",
        default: false,
    },
    finalSnapshot: { validate: finalSnapshot, onChange: "update", default: false },
} satisfies Rules<VolumeOptions>;

export const volumeOutputs = {
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
} satisfies OutputsOf<VolumeOutputs>;

/**
 * The size of EC2's largest volumes in GiB.
 * https://docs.aws.amazon.com/ebs/latest/userguide/volume_constraints.html
 */
export const largestVolume = 65_536;

/** The rule of `size`. Only a volume from a snapshot has the option `allowShrinkByReplacement`. */
export const sizeRule = { validate: positiveInteger, onChange: effectOfSize, omitted: "keep" } satisfies Rule;

/** A volume grows in place, and a smaller size replaces it only if that is allowed. */
function effectOfSize({ size: current }: Properties, { size, allowShrinkByReplacement }: Properties) {
    if (typeof size !== "number" || typeof current !== "number" || size > current) return "update";
    return allowShrinkByReplacement === true ? "replace" : "nothing";
}
