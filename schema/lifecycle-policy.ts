import type { Adoptable } from "./adopt";
import { canonical } from "./dlm/canonical";
import type { PolicyDetails, SelectedTags } from "./dlm/policy-details";
import { policyDetails, selectedTags } from "./dlm/policy-details-rules";
import { policyDescription } from "./dlm/policy-values";
import { replacementCause } from "./dlm/replacement";
import { roleArn } from "./placement";
import type { OutputsOf, Rules } from "./property";
import { standardOutputs, standardRules, type StandardOptions, type StandardOutputs } from "./tags";
import { boolean, listOf, matching, objectOf, oneOf, resourceId, text } from "./validators";
import { equal, hasUnknown, isSameSet } from "./values";

export interface LifecyclePolicyInputs extends Adoptable, Pick<StandardOptions, "tags"> {
    /** At most 500 letters, digits, spaces, `_` and `-`. A change updates. */
    description: string;
    /** ARN of the role that DLM assumes. A change updates. */
    executionRoleArn: string;
    /**
     * With `DISABLED`, DLM neither creates nor deletes snapshots, whatever their age. Default: `"ENABLED"`. A change
     * updates, and the preview warns of a policy that is disabled.
     */
    state?: "ENABLED" | "DISABLED";
    /**
     * The resources that the policy manages: snapshots, AMIs, or the copies of an event-based policy. Default:
     * `"EBS_SNAPSHOT_MANAGEMENT"`. A change replaces the policy: its snapshots are kept and no longer managed.
     */
    policyType?: "EBS_SNAPSHOT_MANAGEMENT" | "IMAGE_MANAGEMENT" | "EVENT_BASED_POLICY";
    /**
     * The resources to back up, the times of the backups, and their retention. Default: none; specify exactly one of
     * this and `defaultPolicy`. A change updates in place; schedules are told apart by their names. DLM can change
     * neither `resourceTypes` nor the retention of a schedule between number and age: such a change replaces the
     * policy. The preview warns of snapshots that are no longer managed, and of fewer restore points.
     */
    policyDetails?: PolicyDetails;
    /**
     * Ids of volumes that have the tags in `policyDetails.targetTags` as long as the policy selects them, and lose these
     * tags afterwards. Default: none; others tag the volumes. A change updates, and the preview warns of snapshots that
     * are no longer managed.
     */
    targetVolumeIds?: string[];
    /**
     * Makes it the default policy for volumes or for instances, which backs up what no other policy does. Default: none.
     * A change replaces the policy.
     * https://docs.aws.amazon.com/ebs/latest/userguide/default-policies.html
     */
    defaultPolicy?: "VOLUME" | "INSTANCE";
    /** Days between the snapshots of a default policy, 1 to 7. Default: 1. A change updates. */
    createInterval?: number;
    /**
     * Days for which a default policy retains snapshots, 2 to 14 and more than `createInterval`. Default: 7. A change
     * updates.
     */
    retainInterval?: number;
    /** If `true`, a default policy copies tags to snapshots. Default: `false`. A change updates. */
    copyTags?: boolean;
    /**
     * If `true`, a default policy also deletes the last snapshot of a deleted resource, and continues to delete
     * snapshots after it is disabled or deleted. Default: `false`. A change updates.
     */
    extendDeletion?: boolean;
    /** Regions that receive copies from a default policy, at most three. Default: none. A change updates. */
    crossRegionCopyTargets?: PolicyCopyTarget[];
    /** Volumes and instances that a default policy excludes. Default: none. A change updates. */
    exclusions?: PolicyExclusions;
}

/** A Region that receives copies of a default policy's snapshots. */
export interface PolicyCopyTarget {
    /** Region, such as `eu-west-1`. */
    targetRegion: string;
}

/** The volumes and instances that a default policy excludes. */
export interface PolicyExclusions {
    /** If `true`, boot volumes are excluded. Default: `false`. */
    excludeBootVolumes?: boolean;
    /** Types of volumes that are excluded, such as `gp2`. Default: none. */
    excludeVolumeTypes?: string[];
    /** Tags of volumes or instances that are excluded: any one of them suffices. Default: none. */
    excludeTags?: SelectedTags;
}

export interface LifecyclePolicyOutputs extends StandardOutputs {
    /** Id of the policy. */
    policyId: string;
    /** ARN of the policy. */
    arn: string;
    /** Id of the account that owns the policy, 12 digits. */
    ownerId?: string;
    /** DLM's explanation of the state of the policy, such as the cause of `ERROR`. */
    statusMessage?: string;
    /** Time at which the policy was created: ISO 8601, UTC. */
    dateCreated?: string;
}

const days = (least: number, most: number) =>
    matching(
        { valueType: "integer", expected: `a number of days from ${String(least)} to ${String(most)}` },
        (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    );

/** Compares what DLM does, not how it is written: the order of schedules and tags, and omitted defaults, do not matter. */
function isSame(before: unknown, after: unknown): boolean {
    return !hasUnknown(after) && equal(canonical(before), canonical(after));
}

export const lifecyclePolicyRules = {
    description: {
        validate: policyDescription,
        required: true,
        onChange: "update",
    },
    executionRoleArn: {
        validate: roleArn,
        required: true,
        onChange: "update",
    },
    state: { validate: oneOf("ENABLED", "DISABLED"), onChange: "update", default: "ENABLED" },
    policyType: {
        validate: oneOf("EBS_SNAPSHOT_MANAGEMENT", "IMAGE_MANAGEMENT", "EVENT_BASED_POLICY"),
        onChange: "replace",
        default: "EBS_SNAPSHOT_MANAGEMENT",
    },
    policyDetails: {
        validate: policyDetails,
        onChange: (state, inputs) => (replacementCause(state, inputs) === undefined ? "update" : "replace"),
        isEqual: isSame,
    },
    targetVolumeIds: {
        validate: listOf(resourceId("vol")),
        onChange: "update",
        default: [],
        isEqual: (before, after) => !hasUnknown(after) && isSameSet(before, after),
    },
    defaultPolicy: { validate: oneOf("VOLUME", "INSTANCE"), onChange: "replace" },
    createInterval: { validate: days(1, 7), onChange: "update", default: 1 },
    retainInterval: { validate: days(2, 14), onChange: "update", default: 7 },
    copyTags: { validate: boolean, onChange: "update", default: false },
    extendDeletion: { validate: boolean, onChange: "update", default: false },
    crossRegionCopyTargets: {
        validate: listOf(objectOf({ targetRegion: { validate: text(), required: true } }), { atMost: 3 }),
        onChange: "update",
        default: [],
        isEqual: isSame,
    },
    exclusions: {
        validate: objectOf({
            excludeBootVolumes: { validate: boolean },
            excludeVolumeTypes: { validate: listOf(text()) },
            excludeTags: { validate: selectedTags },
        }),
        onChange: "update",
        default: {},
        isEqual: isSame,
    },
    tags: standardRules.tags,
    adopt: {
        validate: resourceId("policy"),
        onChange: "nothing",
    },
} satisfies Rules<LifecyclePolicyInputs>;

export const lifecyclePolicyOutputs = {
    ...standardOutputs,
    policyId: {},
    arn: {},
    ownerId: {},
    statusMessage: {},
    dateCreated: {},
} satisfies OutputsOf<LifecyclePolicyOutputs>;
