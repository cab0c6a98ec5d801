import type { Rules } from "../property";
import { anything, text } from "../validators";

export interface SchedulePlanInputs {
    /**
     * Value of the tag that the resources of the schedule carry and are found by. Default: that in the state, otherwise
     * `defaultIdentity`. A change updates.
     */
    identity?: string;
    /** `organization/project/stack/name`, which a rename changes. A change updates. */
    defaultIdentity: string;
    /** The most snapshots of each volume, archived ones included. A change updates. */
    restorePoints: number;
    /** Number of recovery volumes of each source volume in all zones; 0 without them. A change updates. */
    recoveryVolumes: number;
}

export const schedulePlanRules = {
    identity: { validate: text(), onChange: "update" },
    defaultIdentity: { validate: text(), required: true, onChange: "update" },
    restorePoints: { validate: anything, required: true, onChange: "update" },
    recoveryVolumes: { validate: anything, required: true, onChange: "update" },
} satisfies Rules<SchedulePlanInputs>;
