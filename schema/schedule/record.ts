import type { Rules } from "../property";
import { anything, boolean, listOf, mapOf } from "../validators";

/** The snapshots that one rule of one policy keeps of each of its volumes. */
export interface Series {
    /** Logical name of the DLM policy, a child of the schedule. */
    policy: string;
    /** The formatted targets: `volumes tagged Backup=nightly`. */
    target: string;
    rule: string;
    /** The formatted retention: `14`, `30 days`. */
    keep: string;
    keptBy: "count" | "age";
    /** How many snapshots of each volume exist once the retention is reached. */
    restorePoints: number;
}

export interface SchedulePlanInputs {
    /** One entry for each rule of each policy. A change updates, and warns if restore points are lost. */
    series: Series[];
    /** Whether DLM creates and deletes snapshots. A change updates. */
    enabled: boolean;
    /** Number of recovery volumes of each source volume in all zones; 0 without them. A change updates. */
    recoveryVolumes: number;
    /**
     * A number by policy, which increases when a rule changes between number and age, because DLM supports that in a new
     * policy only. The provider computes it from the earlier state.
     */
    generations?: Record<string, number>;
}

export const schedulePlanRules = {
    series: { validate: listOf(anything), required: true, onChange: "update" },
    enabled: { validate: boolean, required: true, onChange: "update" },
    recoveryVolumes: { validate: anything, required: true, onChange: "update" },
    generations: { validate: mapOf(anything), onChange: "update", default: {} },
} satisfies Rules<SchedulePlanInputs>;
