/**
 * Finds what a change of a DLM policy costs: restore points that DLM no longer manages, and those that will be fewer.
 * https://docs.aws.amazon.com/ebs/latest/userguide/modify.html
 *
 * @module
 */
import { eventLosses, eventPlanOf, shorterCopies, unmanagedCopies, type UncountedLoss } from "./event-losses";
import { formatDuration } from "../duration";
import { replacementCause } from "./replacement";
import { equal, formatCount, without, type Properties } from "../values";
import { formatGap, planOf, type PlannedSchedule, type PolicyPlan } from "./policy-plan";

/** Describes restore points that each volume or instance loses. */
export interface PolicyLoss {
    /** The name of a DLM schedule; absent if all schedules are affected. */
    schedule?: string;
    /** Explains the loss. */
    cause: string;
    /**
     * `unmanaged`: they stay and DLM never deletes them. `paused`: the same until the policy is enabled. `deleted`: DLM
     * deletes them at the next run. `fewer`: in the long run there are fewer, or they are further apart. `older`: as many
     * remain, but these are too old for the new reach. `expiring`: DLM deletes all at their age (`extendDeletion`).
     */
    effect: "unmanaged" | "paused" | "deleted" | "fewer" | "older" | "expiring";
    /** Number of restore points of each volume or instance that are affected. */
    restorePoints: number;
    /** The number by schedule; absent if there is only one. */
    bySchedule?: [name: string, restorePoints: number][];
    /** Is `true` if some of them wait to be archived by their age: DLM deletes these, without archiving them. */
    hasWaiting?: boolean;
    /** Is `true` if fast snapshot restore stays enabled, and billed, for some of them. */
    hasFastRestore?: boolean;
    /** The noun of the resource that has these restore points: `volume`, `instance`. */
    of: string;
}

/** Returns what a policy loses if it is changed in place, or replaced where DLM cannot change it. */
export function policyLosses(
    before: Properties,
    after: Properties,
    { isReplaced = false }: { isReplaced?: boolean } = {},
): (PolicyLoss | UncountedLoss)[] {
    const cause =
        replacementCause(before, after) ?? (isReplaced ? "the policy is replaced by a new one" : undefined);
    const copies = eventPlanOf(before);
    if (copies !== undefined) {
        const nextCopies = eventPlanOf(after);
        if (cause !== undefined)
            return [unmanagedCopies(cause), ...stopped(copies, nextCopies, "no snapshots are copied")];
        return nextCopies === undefined ? [] : eventLosses(copies, nextCopies);
    }
    const [old, next] = [planOf(before), planOf(after)];
    if (old === undefined) return [];
    if (cause !== undefined) {
        const consequence = `no restore points of any ${old.noun} are created`;
        return [ofEnded(old, cause), ...stopped(old, next, consequence)];
    }
    if (next === undefined) return [];
    const gone = without(old.targets, next.targets);
    const excluded = without(next.excluded, old.excluded);
    const moved = [
        ...(gone.length === 0
            ? []
            : [
                  allUnmanaged(
                      old,
                      `${gone.join(" and ")} ${gone.length > 1 ? "are" : "is"} no longer targeted`,
                  ),
              ]),
        ...(excluded.length === 0 ? [] : [allUnmanaged(old, `${excluded.join(" and ")} are left out`)]),
        ...(old.isEnabled && !next.isEnabled ? [ofEnded(old, "the policy is disabled", "paused")] : []),
        ...(next.isDeletionExtended && !old.isDeletionExtended ? [extended(old)] : []),
    ];
    return [...moved, ...[...old.schedules].flatMap(([name, one]) => lossesOf(name, one, { old, next }))];
}

/** Returns what is lost with a policy that is deleted. */
export function lossesOfDeletion(state: Properties): (PolicyLoss | UncountedLoss)[] {
    if (eventPlanOf(state) !== undefined) return [unmanagedCopies("the policy is deleted")];
    const plan = planOf(state);
    return plan === undefined ? [] : [ofEnded(plan, "the policy is deleted")];
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/default-policies.html */
function ofEnded(plan: PolicyPlan, cause: string, effect: "unmanaged" | "paused" = "unmanaged"): PolicyLoss {
    return { ...allUnmanaged(plan, cause), effect: plan.isDeletionExtended ? "expiring" : effect };
}

function extended({ noun }: PolicyPlan): UncountedLoss {
    return {
        cause: "extendDeletion is set",
        consequence:
            `DLM also deletes the last restore point of a deleted ${noun}, and all restore points at their age once the ` +
            "policy is disabled or deleted",
    };
}

function allUnmanaged(plan: PolicyPlan, cause: string): PolicyLoss {
    const bySchedule = [...plan.schedules].map(([name, one]): [string, number] => [name, one.restorePoints]);
    return {
        cause,
        effect: "unmanaged",
        restorePoints: bySchedule.reduce((sum, [, restorePoints]) => sum + restorePoints, 0),
        of: plan.noun,
        ...(bySchedule.length > 1 ? { bySchedule } : {}),
        ...remainsOf([...plan.schedules.values()]),
    };
}

/** Returns what happens to unmanaged restore points of these schedules. */
function remainsOf(schedules: PlannedSchedule[]): Pick<PolicyLoss, "hasWaiting" | "hasFastRestore"> {
    return {
        hasWaiting: schedules.some(isArchivedByAge),
        hasFastRestore: schedules.some(({ hasFastRestore }) => hasFastRestore),
    };
}

/** Returns what a policy no longer does if its replacement is disabled. */
function stopped(
    old: { isEnabled: boolean },
    next: { isEnabled: boolean } | undefined,
    consequence: string,
): UncountedLoss[] {
    if (!old.isEnabled || next?.isEnabled !== false) return [];
    return [{ cause: "the new policy is disabled", consequence: `${consequence} until it is enabled` }];
}

function lossesOf(
    schedule: string,
    before: PlannedSchedule,
    { old, next }: { old: PolicyPlan; next: PolicyPlan },
): (PolicyLoss | UncountedLoss)[] {
    const of = old.noun;
    const after = next.schedules.get(schedule);
    if (after === undefined) {
        const renamed = [...next.schedules].find(
            ([name, one]) => !old.schedules.has(name) && equal({ ...one }, { ...before }),
        );
        const cause = renamed === undefined ? "it is removed" : `it is renamed to ${renamed[0]}`;
        const { restorePoints } = before;
        return [{ schedule, cause, effect: "unmanaged", restorePoints, of, ...remainsOf([before]) }];
    }
    if (before.withoutArchive !== undefined && after.withoutArchive === undefined)
        return [
            ...archiveLoss(schedule, { before, standard: before.withoutArchive }, of),
            ...lossesOf(schedule, before.withoutArchive, { old, next }),
        ];
    const others = [
        ...lossesOfCopies(schedule, { before, after }, of),
        ...lossOfReach(schedule, { before, after }, of),
    ];
    const fewer = before.restorePoints - after.restorePoints;
    if (fewer > 0) {
        const isKeep = before.keep !== after.keep;
        const cause = isKeep
            ? `${before.keep} retained becomes ${after.keep}`
            : `it runs ${formatGap(after)} instead of ${formatGap(before)}`;
        // An age applies to new snapshots only, a number to all at the next run.
        const effect = before.keptBy === "count" && isKeep ? "deleted" : "fewer";
        return [...others, { schedule, cause, effect, restorePoints: fewer, of }];
    }
    if (after.gap <= before.gap || before.period === Infinity) return others;
    const cause = `it runs ${formatGap(after)} instead of ${formatGap(before)}`;
    // In the time of its former restore points there are so many fewer.
    const rarer = before.restorePoints - Math.floor((before.restorePoints * before.gap) / after.gap);
    return [...others, { schedule, cause, effect: "fewer", restorePoints: rarer, of }];
}

/**
 * Returns the restore points that are older than any will be, if a schedule runs more often: a year of monthly ones, kept
 * by number, is deleted within half a day of hourly runs.
 */
function lossOfReach(
    schedule: string,
    { before, after }: { before: PlannedSchedule; after: PlannedSchedule },
    of: string,
): PolicyLoss[] {
    // Months differ in length, by less than a run.
    if (!isMoreFrequent(before, after) || before.reach - after.reach < before.period) return [];
    const [reach, formerly] = [after.reach, before.reach].map(formatDuration);
    const cause = `it runs more often, and what is retained reaches back ${String(reach)} instead of ${String(formerly)}`;
    const restorePoints = Math.min(
        before.restorePoints,
        Math.floor((before.reach - after.reach) / before.period),
    );
    return [{ schedule, cause, effect: "older", restorePoints, of }];
}

/** Of a schedule with fewer than two runs, nothing is known. */
function isMoreFrequent(before: PlannedSchedule, after: PlannedSchedule): boolean {
    return before.period !== Infinity && after.period < before.period;
}

/** Returns the archived restore points, which stay in the archive when their schedule no longer archives. */
function archiveLoss(
    schedule: string,
    { before, standard }: { before: PlannedSchedule; standard: PlannedSchedule },
    of: string,
): PolicyLoss[] {
    const restorePoints = before.restorePoints - standard.restorePoints;
    const cause = "it no longer archives";
    return [{ schedule, cause, effect: "unmanaged", restorePoints, of, hasWaiting: isArchivedByAge(before) }];
}

/** Returns the Regions without further copies, and those whose copies are retained for less time. */
function lossesOfCopies(
    schedule: string,
    { before, after }: { before: PlannedSchedule; after: PlannedSchedule },
    of: string,
): (PolicyLoss | UncountedLoss)[] {
    const gone = without(Object.keys(before.copies), Object.keys(after.copies));
    const shorter = shorterCopies(daysByRegion(before), daysByRegion(after));
    return [
        ...gone.map((region) => ({
            schedule,
            cause: `no further copies are created in ${region}`,
            effect: "fewer" as const,
            restorePoints: before.copies[region]?.restorePoints ?? 0,
            of,
        })),
        ...shorter.map((loss) => ({ ...loss, cause: `schedule ${schedule}: ${loss.cause}` })),
    ];
}

function daysByRegion({ copies }: PlannedSchedule): Map<string, number> {
    return new Map(Object.entries(copies).map(([region, { days }]) => [region, days]));
}

function isArchivedByAge({ withoutArchive, keptBy }: PlannedSchedule): boolean {
    return withoutArchive !== undefined && keptBy === "age";
}

/** Formats a loss as a sentence, such as `schedule nightly: it is removed: 14 restore points of each volume ...`. */
export function formatLoss(loss: PolicyLoss | UncountedLoss): string {
    if ("consequence" in loss) return `${loss.cause}: ${loss.consequence}`;
    const { schedule, cause, effect, restorePoints, bySchedule = [], of, hasWaiting, hasFastRestore } = loss;
    const parts = bySchedule.map(([name, number]) => `${name} ${String(number)}`).join(", ");
    const points = `${formatCount(restorePoints, "restore point")} of each ${of}${parts === "" ? "" : ` (${parts})`}`;
    const waiting =
        hasWaiting === true
            ? "; those that wait to be archived are deleted at the date of their archival"
            : "";
    const billed =
        hasFastRestore === true
            ? "; fast snapshot restore stays enabled for some, billed by the hour: disable it yourself"
            : "";
    const are = restorePoints === 1 ? "is" : "are";
    const consequence = {
        unmanaged: `up to ${points} stay and are no longer managed; delete them yourself${waiting}${billed}`,
        paused: `no more runs, and up to ${points} stay until it is enabled again, whatever their age`,
        expiring: `up to ${points} are deleted at their age, the last one too (extendDeletion)`,
        deleted: `${points} ${are} deleted at its next run`,
        older: `${points} that ${are} older ${are} no longer retained`,
        fewer: `in the long run there ${are} ${points} fewer`,
    }[effect];
    return `${schedule === undefined ? "" : `schedule ${schedule}: `}${cause}: ${consequence}`;
}
