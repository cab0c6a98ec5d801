/**
 * `SchedulePlan` records the last arguments of a `SnapshotSchedule`, so that a preview can warn of lost restore points.
 * It exists in the state only: the program cannot read its old state, but the provider can.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { formatCount, ownValue } from "../schema/values";
import type { Resource } from "./lifecycle/resource";
import type { SchedulePlanInputs, Series } from "../schema/schedule/record";

export const schedulePlan: Resource<SchedulePlanInputs, object, SchedulePlanInputs> = {
    describe: ({ series }) => (Array.isArray(series) ? `plan of ${series.length} rules` : "plan"),
    type: "SchedulePlan",

    fillIn: ({ olds, inputs }) => ({
        ...inputs,
        generations: generationsOf(olds, inputs),
    }),

    warning({ state, inputs }) {
        const [before, after] = [state, inputs] as unknown as [SchedulePlanInputs, SchedulePlanInputs];
        return planWarnings(before, after).join("\n") || undefined;
    },

    create: ({ inputs }) => Promise.resolve({ id: randomUUID(), observed: inputs }),
    read: ({ state }) => Promise.resolve(state as unknown as SchedulePlanInputs),
    update: ({ observed }) => Promise.resolve(observed),
    waitUntilReady: ({ observed }) => Promise.resolve(observed),
    delete: () => Promise.resolve("done"),
    owner: () => undefined,
    outputs: () => Promise.resolve({}),
};

/** Returns the generation of each policy. It increases when a rule of the policy changes between number and age. */
export function generationsOf(
    before: Partial<SchedulePlanInputs>,
    after: Partial<SchedulePlanInputs>,
): Record<string, number> {
    const policies = new Set((after.series ?? []).map(({ policy }) => policy));
    return Object.fromEntries(
        [...policies].map((policy) => {
            const generation = generationOf(before, policy);
            const isConverted = (after.series ?? []).some((series) => {
                const old = series.policy === policy ? findSeries(before.series, series) : undefined;
                return old !== undefined && old.keptBy !== series.keptBy;
            });
            return [policy, isConverted ? generation + 1 : generation];
        }),
    );
}

function generationOf({ generations = {} }: Partial<SchedulePlanInputs>, policy: string): number {
    return ownValue(generations, policy) ?? 1;
}

/** Returns warnings that state how many restore points are lost or no longer managed. */
export function planWarnings(before: SchedulePlanInputs, after: SchedulePlanInputs): string[] {
    const isRecreated = (policy: string) => generationOf(before, policy) !== generationOf(after, policy);
    const warnings = before.series.flatMap((old) => {
        const series = findSeries(after.series, old);
        const subject = `rule ${old.rule} of ${old.target}`;
        const restorePoints = `${formatRestorePoints(old.restorePoints)} of each volume`;
        if (series === undefined)
            return [`${subject} goes: ${restorePoints} stay behind, unmanaged for ever; delete them by hand`];
        if (isRecreated(old.policy)) {
            const cause =
                old.keptBy === series.keptBy
                    ? "another rule of its policy goes from number to age or back"
                    : `keep goes from ${old.keep} to ${series.keep}`;
            return [
                `${subject}: ${cause}, which takes a new policy: ${restorePoints} stay behind, unmanaged for ever; ` +
                    "delete them by hand",
            ];
        }
        const fewer = old.restorePoints - series.restorePoints;
        if (fewer <= 0) return [];
        const change =
            old.keep === series.keep ? "it runs less often" : `keep ${old.keep} becomes ${series.keep}`;
        return old.keptBy === "count"
            ? [`${subject}: ${change}: ${formatRestorePoints(fewer)} of each volume go at its next run`]
            : [
                  `${subject}: ${change}: in the long run ${formatRestorePoints(fewer)} of each volume fewer ` +
                      `(${String(series.restorePoints)} instead of ${String(old.restorePoints)}); those that there are keep their age`,
              ];
    });
    if (before.enabled && !after.enabled) {
        const count = before.series.reduce((sum, { restorePoints }) => sum + restorePoints, 0);
        warnings.push(
            `the schedule is switched off: no more runs, and up to ${formatRestorePoints(count)} of each volume stay until it is ` +
                "switched on, whatever their age",
        );
    }
    const volumes = before.recoveryVolumes - after.recoveryVolumes;
    if (volumes > 0) {
        warnings.push(
            after.recoveryVolumes === 0
                ? `no recovery volumes any more: ${String(volumes)} of each volume stay or go as onDestroy was`
                : `${String(volumes)} recovery volumes of each volume go, unless they were ever attached`,
        );
    }
    return warnings;
}

function findSeries(list: Series[] | undefined, { policy, rule }: Series): Series | undefined {
    return list?.find((series) => series.policy === policy && series.rule === rule);
}

function formatRestorePoints(count: number): string {
    return formatCount(count, "restore point");
}
