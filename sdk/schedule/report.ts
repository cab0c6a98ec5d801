/**
 * A plan as a table: for the terminal, and as Markdown for a pull request. Pure.
 *
 * @module
 */
import type { SnapshotScheduleInputs } from "./args";
import { momentOf, planSchedule, summaryOf, type Moment, type SchedulePlan } from "./plan";

export interface Span {
    from: Moment;
    until: Moment;
}

const heads = ["rule", "runs", "from", "to", "keep", "at the end", "oldest then", "copies then"];

export function reportOf(args: SnapshotScheduleInputs<unknown>, span: Span, markdown: boolean): string {
    const plan = planSchedule(args, span);
    const rows = rowsOf(args, plan, span.until);
    const table = markdown ? markdownTable([heads, ...rows]) : plainTable([heads, ...rows]);
    const { maximumSnapshots } = summaryOf(args);
    const lines = [
        `${shortly(span.from)} to ${shortly(span.until)} UTC, one volume`,
        "",
        table,
        "",
        `Most snapshots at once: ${String(plan.maximumSnapshots)} (in the long run ${String(maximumSnapshots)}).`,
        `Recovery point objective: ${plan.recoveryPointObjective ?? "none, with fewer than two runs"}.`,
        ...(args.recoveryVolumes === undefined
            ? []
            : [
                  `Recovery volumes at the end: ${String(plan.recovered(span.until).length)} in each of ` +
                      `${args.recoveryVolumes.availabilityZones.join(", ")}.`,
              ]),
    ];
    return `${lines.join("\n")}\n`;
}

function rowsOf({ rules }: SnapshotScheduleInputs<unknown>, plan: SchedulePlan, until: Moment): string[][] {
    const { rules: summed } = summaryOf({ rules });
    return rules.map(({ name }, index) => {
        const of = <T extends { rule: string }>(list: T[]) => list.filter(({ rule }) => rule === name);
        const runs = of(plan.runs);
        const kept = of(plan.retained(until));
        return [
            name,
            String(runs.length),
            shortly(runs[0]?.time),
            shortly(runs.at(-1)?.time),
            summed[index]?.keep ?? "",
            String(kept.length),
            shortly(kept[0]?.time),
            String(of(plan.copies(until)).length),
        ];
    });
}

function shortly(moment: Moment | undefined): string {
    if (moment === undefined) return "-";
    return new Date(momentOf(moment)).toISOString().slice(0, 16).replace("T", " ");
}

function plainTable(rows: string[][]): string {
    const widths = heads.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

function markdownTable([head = [], ...rows]: string[][]): string {
    const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
