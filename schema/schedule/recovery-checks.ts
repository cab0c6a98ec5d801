/**
 * Validates the recovery volumes of a schedule.
 *
 * @module
 */
import { fail, lengthIn, refuse } from "../component-arguments";
import type { CheckFailure } from "../failure";
import type { Property } from "../property";
import { objectOf, oneOf } from "../validators";
import type { RecoveryVolumes } from "./args";
import { volumeTypes, wholeNumber, zones } from "./value-checks";
import type { ScheduleContext } from "./context";

export const recoveryVolumes = objectOf({
    availabilityZones: { validate: zones(), required: true },
    keep: { validate: wholeNumber(1, 1_000), required: true },
    maximum: { validate: wholeNumber(1, 100_000), required: true },
    volumeType: { validate: oneOf(...volumeTypes) },
    sweepEvery: { validate: lengthIn(60_000, 'a duration in whole minutes such as "1 hour"') },
    onDestroy: { validate: oneOf("keep", "delete") },
} satisfies Record<keyof Required<RecoveryVolumes>, Property>);

export function checkRecovery(
    recovery: RecoveryVolumes | undefined,
    tags: Record<string, string[]>,
    { carriedTags }: ScheduleContext,
): CheckFailure[] {
    if (recovery === undefined) return [];
    const { availabilityZones, keep, maximum } = recovery;
    const least = keep * availabilityZones.length;
    const carried = Object.keys(tags).find((key) => carriedTags.includes(key));
    return [
        ...(maximum <= least
            ? refuse(
                  "recoveryVolumes.maximum",
                  maximum,
                  `more than ${String(least)}: one source volume needs keep times zones, and one more while the ` +
                      "next is created",
              )
            : []),
        ...(carried === undefined
            ? []
            : fail(
                  "recoveryVolumes",
                  `copy the tag ${carried} from the source volume and would become targets themselves. ` +
                      "Select targets by another tag key",
              )),
    ];
}
