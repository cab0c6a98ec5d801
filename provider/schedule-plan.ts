/**
 * `SchedulePlan`: what a `SnapshotSchedule` was told last, so that a preview can say what a change will cost. It exists
 * in the state alone; the program does not see the old state, this does.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Resource } from "./resource";
import { anything, flag, listOf, mapOf, type Rules } from "./rules";

/** The snapshots that one rule of one policy keeps of each of its volumes. */
export interface Series {
    /** The child of the schedule that is the policy. */
    policy: string;
    /** What it is about, as people say it: `volumes tagged Backup=nightly`. */
    target: string;
    rule: string;
    /** As people say it: `14`, `30 days`. */
    keep: string;
    keptBy: "count" | "age";
    /** How many there are of each volume in the long run. */
    restorePoints: number;
}

export interface SchedulePlanInputs {
    /** One entry for each rule of each policy. A change updates, and warns where it costs restore points. */
    series: Series[];
    /** Whether anything is taken and deleted at all. A change updates. */
    enabled: boolean;
    /** How many volumes there are of each source volume, over all zones; 0 without. A change updates. */
    recoveryVolumes: number;
    /**
     * By policy, a number that grows when one of its rules goes from number to age or back: DLM takes that in a new
     * policy only. Found by the provider, which knows what was there before.
     */
    generations?: Record<string, number>;
}

export const schedulePlanRules = {
    series: { accepts: listOf(anything), required: true, onChange: "update" },
    enabled: { accepts: flag, required: true, onChange: "update" },
    recoveryVolumes: { accepts: anything, required: true, onChange: "update" },
    generations: { accepts: mapOf(anything), onChange: "update" },
} satisfies Rules<SchedulePlanInputs>;

export const schedulePlan: Resource<SchedulePlanInputs, object, SchedulePlanInputs> = {
    describe: ({ series }) => `plan of ${String(series.length)} rules`,
    rules: schedulePlanRules,

    complete: (olds, inputs) => ({
        ...inputs,
        generations: generationsOf(olds, inputs),
    }),

    warning(state, inputs) {
        const [before, after] = [state, inputs] as unknown as [SchedulePlanInputs, SchedulePlanInputs];
        return planWarnings(before, after).join("\n") || undefined;
    },

    make: (_act, inputs) => Promise.resolve({ id: randomUUID(), seen: inputs }),
    look: (_act, _id, state) => Promise.resolve(state as unknown as SchedulePlanInputs),
    change: (_act, _id, seen) => Promise.resolve(seen),
    finish: (_act, _id, seen) => Promise.resolve(seen),
    remove: () => Promise.resolve("done"),
    owner: () => undefined,
    outputs: () => Promise.resolve({}),
};

/** The generations of before; one more where a rule is kept in the other way from now on. */
export function generationsOf(
    before: Partial<SchedulePlanInputs>,
    after: Partial<SchedulePlanInputs>,
): Record<string, number> {
    const policies = new Set((after.series ?? []).map(({ policy }) => policy));
    return Object.fromEntries(
        [...policies].map((policy) => {
            const generation = before.generations?.[policy] ?? 1;
            const turned = (after.series ?? []).some((series) => {
                const old = series.policy === policy ? sameIn(before.series, series) : undefined;
                return old !== undefined && old.keptBy !== series.keptBy;
            });
            return [policy, turned ? generation + 1 : generation];
        }),
    );
}

/** What becomes of restore points, in numbers; nothing where none go. */
export function planWarnings(before: SchedulePlanInputs, after: SchedulePlanInputs): string[] {
    const renewed = (policy: string) =>
        (before.generations?.[policy] ?? 1) !== (after.generations?.[policy] ?? 1);
    const warnings = before.series.flatMap((old) => {
        const series = sameIn(after.series, old);
        const of = `rule ${old.rule} of ${old.target}`;
        const all = `${points(old.restorePoints)} of each volume`;
        if (series === undefined)
            return [`${of} goes: ${all} stay behind, unmanaged for ever; delete them by hand`];
        if (renewed(old.policy)) {
            const cause =
                old.keptBy === series.keptBy
                    ? "another rule of its policy goes from number to age or back"
                    : `keep goes from ${old.keep} to ${series.keep}`;
            return [
                `${of}: ${cause}, which takes a new policy: ${all} stay behind, unmanaged for ever; ` +
                    "delete them by hand",
            ];
        }
        const fewer = old.restorePoints - series.restorePoints;
        if (fewer <= 0) return [];
        const change =
            old.keep === series.keep ? "it runs less often" : `keep ${old.keep} becomes ${series.keep}`;
        return old.keptBy === "count"
            ? [`${of}: ${change}: ${points(fewer)} of each volume go at its next run`]
            : [
                  `${of}: ${change}: in the long run ${points(fewer)} of each volume fewer ` +
                      `(${String(series.restorePoints)} instead of ${String(old.restorePoints)}); those that there are keep their age`,
              ];
    });
    if (before.enabled && !after.enabled) {
        const count = before.series.reduce((sum, { restorePoints }) => sum + restorePoints, 0);
        warnings.push(
            `the schedule is switched off: no more runs, and up to ${points(count)} of each volume stay until it is ` +
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

function sameIn(list: Series[] | undefined, { policy, rule }: Series): Series | undefined {
    return list?.find((series) => series.policy === policy && series.rule === rule);
}

function points(count: number): string {
    return `${String(count)} restore point${count === 1 ? "" : "s"}`;
}
