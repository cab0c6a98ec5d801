import { type Features, featureRules } from "./snapshot-features";
import { adoptRule, type Adoptable } from "./adopt";
import { timeoutRule, type Duration } from "./duration";
import type { OutputsOf, Rules } from "./property";
import {
    copyTagsRule,
    type CopiedTags,
    standardOutputs,
    standardRules,
    type StandardOptions,
    type StandardOutputs,
} from "./tags";
import { anything, boolean, mapOf, oneOf, outpostArn, resourceId, textUpTo } from "./validators";

/** Options of all resources that create snapshots. */
export interface SnapshotCreationOptions extends StandardOptions {
    /** Text of at most 255 characters. Default: none. A change replaces the snapshot: EC2 has no way to change it. */
    description?: string;
    /**
     * Values that require a new snapshot when they change, such as the version that is about to be deployed. They are
     * not sent to AWS. In YAML, write a version in quotation marks: 1.1 and 1.10 are the same number. Default: none. A
     * change replaces the snapshot.
     */
    triggers?: Record<string, unknown>;
    /**
     * If `true`, a replaced snapshot stays in the account and is no longer managed; if `false`, it is deleted after
     * the new one is complete. The value in the program that causes the replacement applies. Default: `true` if the
     * source changed, else `false`. A change updates the state alone.
     */
    keepReplaced?: boolean;
    /**
     * If `true`, `up` waits until the snapshot is `completed`. If `false`, it continues once EC2 has started the
     * snapshot, the outputs are those of that moment, and resources that depend on the snapshot wait for it. Default:
     * `true`. A change updates: with `true`, `up` waits for the existing snapshot.
     */
    waitForCompletion?: boolean;
    /**
     * Maximum time that one `up` waits for completion and during temporary errors such as rate limits. After a
     * timeout, the snapshot stays in the state; run `pulumi up` again to continue waiting. Default: `"24 hours"`. A
     * change updates the state alone.
     */
    timeout?: Duration;
}

/** The options of all resources that manage a single snapshot. */
export interface SnapshotOptions extends SnapshotCreationOptions, Adoptable, Features {}
/** A snapshot as EC2 shows it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html */
export interface SnapshotOutputs extends StandardOutputs {
    /** Id of the snapshot, the same as `id`. */
    snapshotId: string;
    /** ARN of the snapshot: partition, region and id. */
    arn: string;
    /** Id of the account that owns the snapshot, 12 digits. */
    ownerId: string;
    /** `pending`, `completed`, `error`, `recoverable` or `recovering`, as EC2 showed it last. */
    state: string;
    /** Progress of the snapshot, such as `43%`. */
    progress: string;
    /** Time at which the snapshot was started: ISO 8601, UTC. */
    startTime: string;
    /** Time at which the snapshot was completed: ISO 8601, UTC. Absent while it is pending. */
    completionTime?: string;
    /** Size of the volume, GiB. */
    volumeSize: number;
    /** Size of all blocks of the snapshot, bytes. */
    fullSnapshotSizeInBytes?: number;
    /** `true` if the snapshot is encrypted. */
    encrypted: boolean;
    /** ARN of the KMS key. Absent if the snapshot is not encrypted. */
    kmsKeyId?: string;
}

export const snapshotOutputs = {
    ...standardOutputs,
    snapshotId: {},
    arn: {},
    ownerId: {},
    state: {},
    progress: {},
    startTime: {},
    completionTime: {},
    volumeSize: {},
    fullSnapshotSizeInBytes: {},
    encrypted: {},
    kmsKeyId: {},
} satisfies OutputsOf<SnapshotOutputs>;

export const snapshotCreationRules = {
    ...standardRules,
    description: { validate: textUpTo(255), onChange: "replace", default: "" },
    triggers: { validate: mapOf(anything), onChange: "replace", default: {} },
    keepReplaced: { validate: boolean, onChange: "update", default: false },
    waitForCompletion: { validate: boolean, onChange: "update", default: true },
    timeout: timeoutRule,
} satisfies Rules<SnapshotCreationOptions>;

export const snapshotOptionRules = {
    ...snapshotCreationRules,
    adopt: adoptRule("snap"),
    ...featureRules,
} satisfies Rules<SnapshotOptions>;

export interface SnapshotInputs extends SnapshotOptions {
    /**
     * Id of the volume to back up. `up` waits for a volume that is still being created. A change replaces the snapshot;
     * the old one, the last copy of the other volume, stays in the account unless `keepReplaced` is `false`. An id that
     * is still unknown at the preview appears as an update.
     */
    volumeId: string;
    /**
     * ARN of the Outpost to store the snapshot on, for a volume on that Outpost. Default: none, it is stored in the
     * region. A change replaces the snapshot.
     */
    outpostArn?: string;
    /**
     * For a volume in a Local Zone: `"local"` keeps the snapshot in that zone, `"regional"` in its region. Default:
     * `"regional"`. A change replaces the snapshot.
     */
    location?: "local" | "regional";
    /**
     * Tags of the volume that are copied to the snapshot when it is created: `true` for all, `{ only: [keys] }` or `{
     * except: [keys] }`. Tags that begin with `aws:` and tags that `aws:ignoreTags` names are never copied. Declared
     * tags override copied ones, and copied ones override `aws:defaultTags` and the default `name`. EC2 allows 50
     * tags in all; the preview warns of those that do not fit. Default: `false`. A change does nothing to a snapshot
     * that exists.
     */
    copyTagsFromVolume?: boolean | CopiedTags;
}

export const snapshotRules = {
    ...snapshotOptionRules,
    volumeId: { validate: resourceId("vol"), required: true, onChange: "replace" },
    outpostArn: { validate: outpostArn, onChange: "replace" },
    location: { validate: oneOf("local", "regional"), onChange: "replace", default: "regional" },
    copyTagsFromVolume: copyTagsRule,
} satisfies Rules<SnapshotInputs>;
