import type { Rules } from "../property";
import { anything } from "../validators";

export interface SchedulePlanInputs {
    /** Number of recovery volumes of each source volume in all zones; 0 without them. A change updates. */
    recoveryVolumes: number;
}

export const schedulePlanRules = {
    recoveryVolumes: { validate: anything, required: true, onChange: "update" },
} satisfies Rules<SchedulePlanInputs>;
