/**
 * Defines the interface between the component of a schedule and its recovery function: tags, and settings in the
 * environment.
 *
 * @module
 */

/** Tag of the snapshots of a schedule; its value identifies the schedule. */
export const scheduleTag = "pulumi-ebs-snapshots:schedule";
/** Prefix of the tags of volumes that a schedule targets by id. */
export const targetTag = "pulumi-ebs-snapshots:target";
/**
 * Tag that Data Lifecycle Manager writes on each snapshot of a policy. Only AWS can write keys that begin with `aws:`,
 * so this tag proves where a snapshot comes from, and {@link scheduleTag} does not.
 */
export const policyTag = "aws:dlm:lifecycle-policy-id";
/** Tag of the recovery volumes of a schedule, with the same value. */
export const recoveryTag = "pulumi-ebs-snapshots:recovery";
/** Tag with the id of the source volume, for people: the function reads it from the snapshot. */
export const sourceTag = "pulumi-ebs-snapshots:recovery-of";
/** Tag with the start time of the snapshot, ISO 8601, for people: the function reads it from the snapshot. */
export const takenTag = "pulumi-ebs-snapshots:recovery-taken";
/** Tag of volumes that were attached. They may contain new data, so the function never deletes them. */
export const attachedTag = "pulumi-ebs-snapshots:attached";

/** Environment variable of the function with {@link RecoverySettings} as JSON. */
export const settingsVariable = "RECOVERY_VOLUMES";
/** CloudWatch namespace of the function's metrics; their dimension is `Schedule`. */
export const metricNamespace = "EbsSnapshots";

/** `VolumesUnknown` counts volumes with the schedule's tag that no snapshot of the schedule proves to be its own. */
export type RecoveryMetric =
    "VolumesFailed" | "VolumesBeyondMaximum" | "VolumesUnknown" | "MissedRecoveryPoints";

export interface RecoverySettings {
    /** Identity of the schedule: the value of {@link recoveryTag}. */
    schedule: string;
    /** Ids of the schedule's DLM policies: the values of {@link policyTag}. */
    policies: string[];
    availabilityZones: string[];
    /** The number of newest snapshots of each source volume for which recovery volumes are kept. */
    keep: number;
    /**
     * The maximum number of recovery volumes of this schedule, including those that were attached. Volumes whose snapshot
     * no longer exists do not count, because their tags may be forged.
     */
    maximum: number;
    volumeType: string;
    onDestroy: "keep" | "delete";
    /** Keys of the tags that are copied from the source volume. */
    carriedTags: string[];
    /** Defaults for the copied tags. */
    tags: Record<string, string>;
    /** Age of the newest snapshot above which a recovery point is missed; absent if the schedule is disabled. */
    recoveryPointHours?: number;
}
