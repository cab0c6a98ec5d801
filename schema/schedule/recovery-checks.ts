/**
 * Validates the recovery volumes of a schedule.
 *
 * @module
 */
import { fail, failWith, lengthIn, refuse } from "../component-arguments";
import type { CheckFailure } from "../failure";
import type { Property } from "../property";
import { objectOf, oneOf } from "../validators";
import type { RecoveryVolumes, ScheduleRule } from "./args";
import { lengthOf } from "./restore-points";
import { ascending, typicalTimes } from "./times";
import { volumeTypes, wholeNumber, zones } from "./value-checks";
import type { ScheduleContext } from "./context";

type AnyRule = ScheduleRule<unknown>;

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
    { rules, tags }: { rules: AnyRule[]; tags: Record<string, string[]> },
    { carriedTags }: ScheduleContext,
): CheckFailure[] {
    if (recovery === undefined) return [];
    const { availabilityZones, keep, maximum } = recovery;
    const least = keep * availabilityZones.length;
    const carried = Object.keys(tags).find((key) => carriedTags.includes(key));
    const deletedEarly = ruleDeletedBefore(keep, rules);
    return [
        ...(deletedEarly === undefined
            ? []
            : failWith(
                  "recoveryVolumes.keep",
                  keep,
                  `but DLM deletes snapshots of the rule ${JSON.stringify(deletedEarly.name)} before that number of newer ones ` +
                      "is complete. Their volumes would stay, and not count towards maximum. Retain more snapshots " +
                      "than recovery volumes",
              )),
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

/**
 * Returns a rule whose snapshots are deleted before `keep` newer ones have recovery volumes: the function deletes no
 * volume whose snapshot no longer exists.
 */
function ruleDeletedBefore(keep: number, rules: AnyRule[]): AnyRule | undefined {
    // Snapshots that are archived at once have no recovery volumes.
    const runs = rules.filter((rule) => rule.keep !== 0).map((rule) => ({ rule, times: typicalTimes(rule) }));
    const horizon = Math.min(...runs.map(({ times }) => times.at(-1) ?? Infinity));
    const all = runs.flatMap(({ times }) => times.filter((time) => time <= horizon)).sort(ascending);
    return runs.find(({ rule, times }) => {
        let newer = 0;
        return times.some((time, index) => {
            while ((all[newer] ?? Infinity) <= time) newer++;
            const end = deletionOf(rule, times, index);
            return end <= horizon && (all[newer + keep - 1] ?? Infinity) >= end;
        });
    })?.rule;
}

/** Returns when DLM deletes the snapshot of a run, also from the archive; `Infinity` if that is after the last run. */
function deletionOf({ keep, archive }: AnyRule, times: number[], index: number): number {
    if (typeof keep === "number") return times[index + keep + countOf(archive?.keep)] ?? Infinity;
    const length = lengthOf(keep) + lengthOf(archive?.keep ?? 0);
    // DLM retains the newest snapshot beyond its age.
    return Math.max((times[index] ?? 0) + length, times[index + 1] ?? Infinity);
}

const countOf = (keep: unknown) => (typeof keep === "number" ? keep : 0);
