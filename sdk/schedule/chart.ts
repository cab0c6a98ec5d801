/**
 * A plan as a picture: when it runs, how much is kept, and what one can go back to in the end.
 *
 * @module
 */
import type { EChartsOption } from "echarts";
import type { SnapshotScheduleInputs } from "./args";
import { momentOf, planSchedule } from "./plan";
import type { Span } from "./report";

const ink = "#333333";
const colours = ["#6b3fa0", "#e08a1e", "#2f7f6f", "#b0413e", "#5b8db8", "#8a8a2e", "#7a7a7a"];
const width = 1_200;
const laneHeight = 34;
const countHeight = 240;
/** How many times the counts are looked at: one for every three dots. */
const looks = 350;

/** The picture as SVG; needs `echarts`. */
export async function chartOf(
    title: string,
    args: SnapshotScheduleInputs<unknown>,
    span: Span,
): Promise<string> {
    const { init } = await import("echarts");
    const height = 330 + countHeight + 2 * laneHeight * args.rules.length;
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    chart.setOption(optionOf(title, args, span));
    const svg = chart.renderToSVGString();
    chart.dispose();
    return `${svg}\n`;
}

/** What is drawn, as data. */
export function optionOf(title: string, args: SnapshotScheduleInputs<unknown>, span: Span): EChartsOption {
    const plan = planSchedule(args, span);
    const [from, until] = [momentOf(span.from), momentOf(span.until)];
    const names = args.rules.map(({ name }) => name);
    const lanes = laneHeight * names.length;
    const tops = { runs: 120, counts: 120 + lanes + 70, end: 120 + lanes + countHeight + 150 };
    const moments = Array.from({ length: looks }, (_, look) => from + ((until - from) * look) / (looks - 1));
    const counted = (count: (at: Date) => number) =>
        moments.map((moment) => [moment, count(new Date(moment))]);
    const regions = [...new Set(args.rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region)))];
    const colour = (index: number) => colours[index % colours.length] ?? ink;

    const grid = [
        { left: 130, right: 40, top: tops.runs, height: lanes },
        { left: 130, right: 40, top: tops.counts, height: countHeight },
        { left: 130, right: 40, top: tops.end, height: lanes },
    ];
    const xAxis = grid.map((_, gridIndex) => ({
        gridIndex,
        type: "time" as const,
        min: from,
        max: until,
        axisLabel: { color: ink, hideOverlap: true },
    }));
    const laneAxis = (gridIndex: number) => ({
        gridIndex,
        type: "category" as const,
        data: names,
        inverse: true,
        axisLabel: { color: ink, fontSize: 13 },
    });
    const ticks = (axis: number, rule: string, index: number, times: string[]) => ({
        name: rule,
        type: "scatter" as const,
        xAxisIndex: axis,
        yAxisIndex: axis,
        symbol: "rect",
        // A month by the hour has more runs than the picture has dots to spare for gaps.
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
        // The axes tell the same everywhere.
        useUTC: true,
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif", color: ink },
        title: [
            {
                text: title,
                subtext:
                    `one volume; at most ${String(plan.maximumSnapshots)} snapshots; recovery point objective ` +
                    (plan.recoveryPointObjective ?? "none"),
                left: 20,
                top: 10,
            },
            headline("Runs", tops.runs),
            headline("How many there are", tops.counts),
            headline("What there is at the end", tops.end),
        ],
        legend: {
            top: tops.counts - 32,
            left: 190,
            itemGap: 24,
            // Measured without fonts, texts come out narrower than they are drawn.
            formatter: (name) => `${name}\u2003`,
            data: [...names, ...regions.map(copiesIn), ...(args.recoveryVolumes ? [recovery] : [])],
            textStyle: { color: ink, fontSize: 12 },
        },
        grid,
        xAxis,
        yAxis: [
            laneAxis(0),
            { gridIndex: 1, type: "value", minInterval: 1, axisLabel: { color: ink } },
            laneAxis(2),
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
            ...names.map((rule, index) =>
                ticks(2, rule, index, timesOf(ofRule(plan.retained(span.until), rule))),
            ),
        ],
    };
}

const recovery = "recovery volumes";
const copiesIn = (region: string) => `copies in ${region}`;
const timesOf = (list: { time: string }[]) => list.map(({ time }) => time);
const headline = (text: string, top: number) => ({
    text,
    left: 20,
    top: top - 35,
    textStyle: { fontSize: 14 },
});
