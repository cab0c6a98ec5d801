import type { OutputsOf, Rules } from "./property";
import { snapshotCreationRules, type SnapshotCreationOptions } from "./snapshot";
import { copyTagsRule, type CopiedTags, standardOutputs, type StandardOutputs } from "./tags";
import { boolean, listOf, resourceId } from "./validators";
import { isSameSet } from "./values";

export interface InstanceSnapshotsInputs extends SnapshotCreationOptions {
    /**
     * Id of the instance whose volumes are backed up. A volume that is attached later is not part of the set, which is
     * no difference. A change replaces the set; the old one, the last copy of the other instance, stays in the account
     * unless `keepReplaced` is `false`.
     */
    instanceId: string;
    /** If `true`, the root volume is excluded. Default: `false`. A change replaces the set. */
    excludeBootVolume?: boolean;
    /** Ids of data volumes that are excluded. Order does not matter. Default: none. A change replaces the set. */
    excludeDataVolumeIds?: string[];
    /**
     * Tags of each volume that are copied to its snapshot when it is created: `true` for all, `{ only: [keys] }` or
     * `{ except: [keys] }`. Tags that begin with `aws:` and tags that `aws:ignoreTags` names are never copied.
     * Declared tags override copied ones, and copied ones override `aws:defaultTags` and the default `name`. EC2
     * allows 50 tags in all; the preview warns of those that do not fit. Default: `false`. A change does nothing to a
     * set that exists.
     */
    copyTagsFromVolume?: boolean | CopiedTags;
}

/** A member of the set. */
export interface InstanceSnapshot {
    /** Id of the snapshot. */
    snapshotId: string;
    /** Id of the volume of the snapshot. */
    volumeId: string;
    /** Size of the volume, GiB. */
    volumeSize: number;
    /** `pending`, `completed` or `error`, as EC2 showed it last. */
    state: string;
}

export interface InstanceSnapshotsOutputs extends StandardOutputs {
    /** One entry for each volume, in the order of the volumes' ids. */
    snapshots: InstanceSnapshot[];
    /** Ids of members that were deleted outside of Pulumi; empty as long as the set is complete. */
    missingSnapshotIds: string[];
    /** `error` if any member is, else `pending` if any is, else `completed`. */
    state: string;
    /** Time at which the set was started: ISO 8601, UTC. */
    startTime: string;
    /** Id of the account that owns the set, 12 digits. */
    ownerId: string;
}

export const instanceSnapshotsRules = {
    ...snapshotCreationRules,
    instanceId: { validate: resourceId("i"), required: true, onChange: "replace" },
    excludeBootVolume: { validate: boolean, onChange: "replace", default: false },
    excludeDataVolumeIds: {
        validate: listOf(resourceId("vol")),
        onChange: "replace",
        default: [],
        isEqual: isSameSet,
    },
    copyTagsFromVolume: copyTagsRule,
} satisfies Rules<InstanceSnapshotsInputs>;

export const instanceSnapshotsOutputs = {
    ...standardOutputs,
    snapshots: {},
    missingSnapshotIds: {},
    state: {},
    startTime: {},
    ownerId: {},
} satisfies OutputsOf<InstanceSnapshotsOutputs>;
