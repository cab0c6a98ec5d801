/**
 * What crosses between a schedule's component and its recovery function: tags, and one text in the environment.
 *
 * @module
 */

/** By this tag a snapshot belongs to a schedule; its value identifies the schedule. */
export const scheduleTag = "pulumi-ebs-snapshots:schedule";
/** By this tag a recovery volume does. */
export const recoveryTag = "pulumi-ebs-snapshots:recovery";
/** The volume that a recovery volume stands for. */
export const sourceTag = "pulumi-ebs-snapshots:recovery-of";
/** When its snapshot was taken: ISO 8601. The snapshot may be gone by now. */
export const takenTag = "pulumi-ebs-snapshots:recovery-taken";
/** Was attached: from then on it may hold what somebody has written, and nothing deletes it. */
export const attachedTag = "pulumi-ebs-snapshots:attached";

/** Name of the variable in the function's environment that holds {@link RecoveryWanted} as JSON. */
export const wantedVariable = "RECOVERY_VOLUMES";
/** Namespace of the function's metrics; their dimension is `Schedule`. */
export const metricNamespace = "EbsSnapshots";

export type RecoveryMetric = "VolumesFailed" | "VolumesBeyondMaximum" | "MissedRecoveryPoints";

export interface RecoveryWanted {
    /** Value of {@link scheduleTag}. */
    schedule: string;
    availabilityZones: string[];
    /** How many of the newest snapshots of each volume have volumes. */
    keep: number;
    /** The most volumes of this schedule, whatever they are. */
    maximum: number;
    volumeType: string;
    onDestroy: "keep" | "delete";
    /** Tags that are carried over from the source volume. */
    carriedTags: string[];
    /** What stands in place of carried tags that the source does not have. */
    tags: Record<string, string>;
    /** A volume whose newest snapshot is older has missed a recovery point; absent where nothing is to be taken. */
    recoveryPointHours?: number;
}
