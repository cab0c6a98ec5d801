/**
 * `ebs-snapshots plan <file>` shows schedules as tables, as JSON and as a chart.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { defined } from "../schema/values";
import { largestVolume } from "../schema/volume";
import type { NamedSchedule } from "../sdk/schedule/listeners";
import { longestPeriod, planSchedule } from "../sdk/schedule/plan";
import type { Answer } from "./command";
import { causeOf } from "./files";
import { schedulesIn } from "./load-schedules";
import { chartOf } from "./plan-chart";
import { reportOf, type Estimated } from "./plan-report";
import { markdownText, terminalText } from "./table";

export interface PlanOptions {
    /** Default: the beginning of this month. */
    from?: Date;
    /** Default: one month later. */
    until?: Date;
    markdown?: boolean;
    json?: boolean;
    /** File to write the chart to. */
    out?: string;
    /** Name of one schedule; default: all. */
    schedule?: string;
    /** Figures of the volume, for the estimate of storage. */
    volumeSize?: number;
    changePerDay?: number;
    /** Price of a GiB for a month. */
    price?: number;
    /** Configuration of the program, by `project:key`. */
    config?: Record<string, string>;
}

export async function plan(file: string, options: PlanOptions): Promise<Answer> {
    const span = spanOf(options);
    const all = await schedulesIn(file, options.config ?? {});
    const names = all.map(({ name }) => name).join(", ");
    const selected = all.filter(({ name }) => options.schedule === undefined || options.schedule === name);
    if (selected.length === 0)
        throw new Error(`--schedule ${options.schedule ?? ""} was not found. Available: ${names}`);
    if (options.out !== undefined) {
        const [one, ...others] = selected;
        if (one === undefined || others.length > 0)
            throw new Error(`--out draws one schedule. Select it with --schedule: ${names}`);
        await write(options.out, await chartOf(one.name, one.args, span));
    }
    if (options.json) {
        const plans = selected.map((schedule) => dataOf(schedule, span));
        return { text: `${JSON.stringify(plans, null, 2)}\n`, failed: false };
    }
    const markdown = options.markdown ?? false;
    const reports = selected.map(({ name, args }) => {
        const report = reportOf(args, span, { markdown });
        return selected.length === 1
            ? report
            : `${markdown ? `## ${markdownText(name)}` : terminalText(name)}\n\n${report}`;
    });
    return { text: reports.join("\n"), failed: false };
}

function spanOf({
    from = startOfMonth(new Date()),
    until = monthAfter(from),
    ...options
}: PlanOptions): Estimated {
    const { volumeSize, changePerDay, price } = options;
    const specified = [volumeSize, changePerDay].filter((figure) => figure !== undefined).length;
    if (specified === 1 || (specified === 0 && price !== undefined))
        throw new Error("an estimate of storage requires both --volume-size and --change-per-day");
    if (volumeSize !== undefined && volumeSize > largestVolume)
        throw new Error(
            `--volume-size ${String(volumeSize)} must be at most ${String(largestVolume)} GiB, the largest volume of EC2`,
        );
    const assumptions = defined({ volumeSize, changePerDay, pricePerGiBMonth: price });
    if (until <= from)
        throw new Error(`--until ${until.toISOString()} must be after --from ${from.toISOString()}`);
    const latest = new Date(from.getTime() + longestPeriod);
    if (until > latest)
        throw new Error(
            `--until ${until.toISOString()} is more than 100 years after --from ${from.toISOString()}. ` +
                `Specify --until ${latest.toISOString()} or an earlier time`,
        );
    return { from, until, ...assumptions };
}

function startOfMonth(now: Date): Date {
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
}

function monthAfter(from: Date): Date {
    const until = new Date(from);
    until.setUTCMonth(until.getUTCMonth() + 1);
    return until;
}

/** Returns the plan as plain data: its runs, and what exists at the end of the period. */
function dataOf({ name, args }: NamedSchedule, span: Estimated) {
    const plan = planSchedule(args, span);
    const { from, until, pricePerGiBMonth } = span;
    return {
        schedule: name,
        from,
        until,
        maximumSnapshots: plan.maximumSnapshots,
        recoveryPointObjective: plan.recoveryPointObjective,
        runs: plan.runs,
        retained: plan.retained(until),
        copies: plan.copies(until),
        ...(args.recoveryVolumes === undefined ? {} : { recovered: plan.recovered(until) }),
        ...(span.volumeSize === undefined
            ? {}
            : {
                  storedGiB: plan.storedGiB(until),
                  copiedGiB: plan.copiedGiB(until),
                  archivedGiB: plan.archivedGiB(until),
              }),
        ...(pricePerGiBMonth === undefined
            ? {}
            : { costPerMonth: plan.costPerMonth(until), cost: plan.cost() }),
    };
}

async function write(file: string, text: string): Promise<void> {
    try {
        await writeFile(file, text);
    } catch (error) {
        throw new Error(causeOf(file, error), { cause: error });
    }
}
