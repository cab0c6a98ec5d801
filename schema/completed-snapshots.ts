import { timeoutRule, type Duration } from "./duration";
import type { OutputsOf, Rules } from "./property";
import { listOf, resourceId } from "./validators";

export interface CompletedSnapshotsInputs {
    /**
     * Ids of the snapshots to wait for. A change updates: `up` waits for new ones. A new one that was not found, or that
     * failed, is refused at preview.
     */
    snapshotIds: string[];
    /**
     * Maximum time that one `up` waits for all of them. After a timeout, run `pulumi up` again to continue waiting.
     * Default: `"24 hours"`. A change updates the state alone.
     */
    timeout?: Duration;
}

/** One of the snapshots that are waited for. */
export interface CompletedSnapshot {
    /** Id of the snapshot. */
    snapshotId: string;
    /** `completed`, or as EC2 showed it last. */
    state: string;
    /** Time at which the snapshot was completed: ISO 8601, UTC. Absent while it is pending. */
    completionTime?: string;
}

export interface CompletedSnapshotsOutputs {
    /** One entry for each snapshot, in the order of `snapshotIds`. */
    snapshots: CompletedSnapshot[];
    /** Completion time of the last of them: ISO 8601, UTC. Absent while any of them is not completed. */
    completedAt?: string;
}

export const completedSnapshotsRules = {
    snapshotIds: { validate: listOf(resourceId("snap"), { atLeast: 1 }), required: true, onChange: "update" },
    timeout: timeoutRule,
} satisfies Rules<CompletedSnapshotsInputs>;

export const completedSnapshotsOutputs = {
    snapshots: {},
    completedAt: {},
} satisfies OutputsOf<CompletedSnapshotsOutputs>;
