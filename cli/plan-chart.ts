/**
 * Draws a plan as a chart: its runs, the number of snapshots over time, and the restore points at the end.
 *
 * @module
 */
import type { EChartsOption } from "echarts";
import type { SnapshotScheduleInputs } from "../schema/schedule/args";
import { momentOf, planSchedule } from "../sdk/schedule/plan";
import { codeOf } from "./files";
import type { Estimated } from "./plan-report";

const ink = "#333333";
const colours = ["#6b3fa0", "#e08a1e", "#2f7f6f", "#b0413e", "#5b8db8", "#8a8a2e", "#7a7a7a"];
const width = 1_200;
const right = 60;
const laneHeight = 34;
const itemGap = 24;
/** A line of the legend and the gap below it. */
const legendLine = 14 + itemGap;
const countHeight = 240;
const storedHeight = 160;
/** The chart counts snapshots at this number of points, which are three pixels apart. */
const samples = 350;

/** Renders the chart as SVG, with `echarts`. */
export async function chartOf(
    title: string,
    args: SnapshotScheduleInputs<unknown>,
    span: Estimated,
): Promise<string> {
    const { init } = await loadEcharts();
    const storage = span.volumeSize === undefined ? 0 : storedHeight + 130;
    const height = 420 + legendHeight(args) + countHeight + 2 * laneHeight * args.rules.length + storage;
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    chart.setOption(optionOf(title, args, span));
    const svg = chart.renderToSVGString();
    chart.dispose();
    return `${svg}\n`;
}

async function loadEcharts() {
    try {
        return await import("echarts");
    } catch (error) {
        if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(codeOf(error) ?? "")) throw error;
        throw new Error(
            "--out requires the npm package echarts, which is not installed.\nRun: npm install --save-dev echarts@6",
            { cause: error },
        );
    }
}

/** Builds the options of the chart, as pure data. */
export function optionOf(
    title: string,
    args: SnapshotScheduleInputs<unknown>,
    span: Estimated,
): EChartsOption {
    const plan = planSchedule(args, span);
    const [from, until] = [momentOf(span.from), momentOf(span.until)];
    const names = args.rules.map(({ name }) => name);
    const lanes = laneHeight * names.length;
    const isEstimated = span.volumeSize !== undefined;
    const counts = 120 + lanes + 130 + legendHeight(args);
    const end = counts + countHeight + 90;
    const tops = { runs: 120, counts, end, stored: end + lanes + 130 };
    const moments = Array.from(
        { length: samples },
        (_, sample) => from + ((until - from) * sample) / (samples - 1),
    );
    const counted = (count: (at: Date) => number) =>
        moments.map((moment) => [moment, count(new Date(moment))]);
    const regions = regionsOf(args);
    const colour = (index: number) => colours[index % colours.length] ?? ink;

    const left = leftOf(args);
    const grid = [
        { left, right, top: tops.runs, height: lanes },
        { left, right, top: tops.counts, height: countHeight },
        { left, right, top: tops.end, height: lanes },
        ...(isEstimated ? [{ left, right, top: tops.stored, height: storedHeight }] : []),
    ];
    const xAxis = grid.map((_, gridIndex) => ({
        gridIndex,
        type: "time" as const,
        min: from,
        max: until,
        name: "time (UTC)",
        nameLocation: "middle" as const,
        nameGap: 28,
        axisLabel: {
            color: ink,
            hideOverlap: true,
            formatter: { year: "{MMM} {yyyy}", month: "{MMM} {yyyy}" },
        },
    }));
    const laneAxis = (gridIndex: number) => ({
        gridIndex,
        type: "category" as const,
        data: names,
        inverse: true,
        axisLabel: { color: ink, fontSize: 13, width: left - 20, overflow: "truncate" as const },
    });
    const ticks = (axis: number, rule: string, index: number, times: string[]) => ({
        name: rule,
        type: "scatter" as const,
        xAxisIndex: axis,
        yAxisIndex: axis,
        symbol: "rect",
        // With many runs, such as hourly ones over a month, narrow ticks keep the gaps visible.
        symbolSize: [times.length > 200 ? 1 : 3, 18],
        itemStyle: { color: colour(index) },
        data: times.map((time) => [time, rule]),
    });
    const line = (name: string, color: string, dashed: boolean, data: number[][]) => ({
        name,
        type: "line" as const,
        step: "end" as const,
        xAxisIndex: 1,
        yAxisIndex: 1,
        symbol: "none",
        color,
        lineStyle: { color, width: 2, type: dashed ? ("dashed" as const) : ("solid" as const) },
        data,
    });
    const ofRule = <T extends { rule: string }>(list: T[], rule: string) =>
        list.filter((one) => one.rule === rule);
    return {
        animation: false,
        backgroundColor: "#ffffff",
        // UTC makes the axes equal in every time zone.
        useUTC: true,
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif", color: ink },
        title: [
            ...(isEstimated ? [headline("Stored (GiB)", tops.stored - 40)] : []),
            {
                text: `Schedule ${title}`,
                subtext:
                    `${dayOf(from)} to ${dayOf(until)} UTC, one volume; at most ${String(plan.maximumSnapshots)} snapshots; recovery point objective ` +
                    (plan.recoveryPointObjective ?? "none"),
                left: 20,
                top: 10,
            },
            headline("Runs", tops.runs),
            headline("Snapshots over time", tops.counts - 40 - legendHeight(args)),
            headline("Restore points at the end", tops.end),
        ],
        legend: {
            top: tops.counts - 46 - legendHeight(args),
            left,
            itemGap,
            // Without fonts, echarts measures text narrower than it is drawn.
            formatter: (name) => `${name}\u2003`,
            data: legendOf(args),
            textStyle: { color: ink, fontSize: 12 },
        },
        grid,
        xAxis,
        yAxis: [
            laneAxis(0),
            {
                gridIndex: 1,
                type: "value",
                minInterval: 1,
                axisLabel: { color: ink },
                name: args.recoveryVolumes ? "snapshots, volumes" : "snapshots",
                nameLocation: "middle",
                nameGap: 50,
            },
            laneAxis(2),
            ...(isEstimated
                ? [
                      {
                          gridIndex: 3,
                          type: "value" as const,
                          axisLabel: { color: ink },
                          name: "GiB",
                          nameLocation: "middle" as const,
                          nameGap: 50,
                      },
                  ]
                : []),
        ],
        series: [
            ...names.map((rule, index) => ticks(0, rule, index, timesOf(ofRule(plan.runs, rule)))),
            ...names.map((rule, index) =>
                line(
                    rule,
                    colour(index),
                    false,
                    counted((at) => ofRule(plan.retained(at), rule).length),
                ),
            ),
            ...regions.map((region, index) =>
                line(
                    copiesIn(region),
                    colour(names.length + index),
                    true,
                    counted((at) => plan.copies(at).filter((copy) => copy.region === region).length),
                ),
            ),
            ...(args.recoveryVolumes === undefined
                ? []
                : [
                      line(
                          recovery,
                          ink,
                          true,
                          counted(
                              (at) =>
                                  plan.recovered(at).length *
                                  (args.recoveryVolumes?.availabilityZones.length ?? 0),
                          ),
                      ),
                  ]),
            ...(isEstimated
                ? [
                      {
                          ...line(
                              stored,
                              ink,
                              false,
                              counted((at) => plan.storedGiB(at)),
                          ),
                          xAxisIndex: 3,
                          yAxisIndex: 3,
                      },
                  ]
                : []),
            ...names.map((rule, index) =>
                ticks(2, rule, index, timesOf(ofRule(plan.retained(span.until), rule))),
            ),
        ],
    };
}

/** Leaves room for the names of the rules: those that do not fit would move their axes alone, and times would not align. */
function leftOf({ rules }: SnapshotScheduleInputs<unknown>): number {
    const longest = Math.max(...rules.map(({ name }) => name.length));
    return Math.min(Math.max(130, 30 + 8 * longest), 400);
}

function legendOf(args: SnapshotScheduleInputs<unknown>): string[] {
    const names = args.rules.map(({ name }) => name);
    return [...names, ...regionsOf(args).map(copiesIn), ...(args.recoveryVolumes ? [recovery] : [])];
}

/** Returns the height of the lines of the legend after its first one, which would lie over the counts. */
function legendHeight(args: SnapshotScheduleInputs<unknown>): number {
    const available = width - right - leftOf(args);
    let [lines, used] = [1, 0];
    for (const { length } of legendOf(args)) {
        // The sum is that of the symbol, the text at its widest, and the gap.
        const needed = 30 + 8 * length + itemGap;
        if (used > 0 && used + needed > available) [lines, used] = [lines + 1, 0];
        used += needed;
    }
    return (lines - 1) * legendLine;
}

function regionsOf({ rules }: SnapshotScheduleInputs<unknown>): string[] {
    return [...new Set(rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region)))];
}

const recovery = "recovery volumes";
const stored = "stored";
const copiesIn = (region: string) => `copies in ${region}`;
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const timesOf = (list: { time: string }[]) => list.map(({ time }) => time);
const headline = (text: string, top: number) => ({
    text,
    left: 20,
    top: top - 35,
    textStyle: { fontSize: 14 },
});
