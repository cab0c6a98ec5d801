/**
 * Formats a plan as a table, for the terminal or as Markdown for a pull request.
 *
 * @module
 */
import type { SnapshotScheduleInputs } from "../schema/schedule/args";
import { momentOf, planSchedule, type Moment, type SchedulePlan } from "../sdk/schedule/plan";
import { summaryOf } from "../sdk/schedule/summary";
import { markdownTable, markdownText, plainTable, terminalText } from "./table";
import { rounded } from "./units";

/** The period, and what the estimate of storage assumes. */
export type Estimated = Parameters<typeof planSchedule>[1];

const headers = ["rule", "runs", "from", "to", "keep", "retained", "oldest", "copies"];

export function reportOf(
    args: SnapshotScheduleInputs<unknown>,
    span: Estimated,
    { markdown }: { markdown: boolean },
): string {
    const plan = planSchedule(args, span);
    const rows = rowsOf(args, plan, span.until);
    const escape = markdown ? markdownText : terminalText;
    const table = markdown ? markdownTable([headers, ...rows]) : plainTable([headers, ...rows]);
    const { maximumSnapshots } = summaryOf(args);
    const lines = [
        `${formatMoment(span.from)} to ${formatMoment(span.until)} UTC, one volume`,
        "",
        table,
        "",
        `Maximum number of snapshots: ${String(plan.maximumSnapshots)} (in the long run ${String(maximumSnapshots)}).`,
        `Recovery point objective: ${plan.recoveryPointObjective ?? "none, because there are fewer than two runs"}.`,
        ...(args.recoveryVolumes === undefined
            ? []
            : [
                  `Recovery volumes at the end: ${String(plan.recovered(span.until).length)} in each of ` +
                      `${args.recoveryVolumes.availabilityZones.map(escape).join(", ")}.`,
              ]),
        ...storageLines(plan, span),
    ];
    return `${lines.join("\n")}\n`;
}

/** Reports the stored data at the end and their cost, if the figures of the volume are given. */
function storageLines(plan: SchedulePlan, span: Estimated): string[] {
    const { volumeSize, changePerDay, pricePerGiBMonth, until } = span;
    if (volumeSize === undefined || changePerDay === undefined) return [];
    const parts = [
        ["", plan.storedGiB(until)],
        [" in copies", plan.copiedGiB(until)],
        [" in the archive", plan.archivedGiB(until)],
    ] as const;
    const amounts = parts.flatMap(([location, amount], index) =>
        amount > 0 || index === 0 ? [`${rounded(amount)} GiB${location}`] : [],
    );
    const volume = `${rounded(volumeSize)} GiB that change by ${rounded(changePerDay)} GiB a day`;
    return [
        `Stored at the end: ${amounts.join(", ")} (a volume of ${volume}).`,
        ...(pricePerGiBMonth === undefined
            ? []
            : [
                  `Cost: ${money(plan.costPerMonth(until))} a month at the end, ${money(plan.cost())} in this period, at ` +
                      `${String(pricePerGiBMonth)} per GiB and month${plan.archivedGiB(until) > 0 ? ", without the archive" : ""}.`,
              ]),
    ];
}

function money(amount: number): string {
    return amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function rowsOf({ rules }: SnapshotScheduleInputs<unknown>, plan: SchedulePlan, until: Moment): string[][] {
    const { rules: summaries } = summaryOf({ rules });
    return rules.map(({ name }, index) => {
        const ofRule = <T extends { rule: string }>(list: T[]) => list.filter(({ rule }) => rule === name);
        const runs = ofRule(plan.runs);
        const kept = ofRule(plan.retained(until));
        return [
            name,
            String(runs.length),
            formatMoment(runs[0]?.time),
            formatMoment(runs.at(-1)?.time),
            summaries[index]?.keep ?? "",
            String(kept.length),
            formatMoment(kept[0]?.time),
            String(ofRule(plan.copies(until)).length),
        ];
    });
}

function formatMoment(moment: Moment | undefined): string {
    if (moment === undefined) return "-";
    return new Date(momentOf(moment)).toISOString().slice(0, 16).replace("T", " ");
}
