/**
 * Draws a plan as a chart: its runs, the number of snapshots over time, and the restore points at the end.
 *
 * @module
 */
import type { EChartsOption } from "echarts";
import type { SnapshotScheduleInputs } from "../schema/schedule/args";
import { codeOf } from "./files";
import {
    countHeight,
    drawingOf,
    ink,
    itemGap,
    laneHeight,
    legendHeight,
    legendOf,
    right,
    storedHeight,
    width,
    type Drawing,
} from "./plan-layout";
import type { Estimated } from "./plan-report";
import { seriesOf } from "./plan-series";

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
    const drawing = drawingOf(args, span);
    const grid = gridsOf(drawing);
    return {
        animation: false,
        backgroundColor: "#ffffff",
        // UTC makes the axes equal in every time zone.
        useUTC: true,
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif", color: ink },
        title: titlesOf(title, drawing),
        legend: {
            top: drawing.tops.counts - 46 - legendHeight(args),
            left: drawing.left,
            itemGap,
            // Without fonts, echarts measures text narrower than it is drawn.
            formatter: (name) => `${name}\u2003`,
            data: legendOf(args),
            textStyle: { color: ink, fontSize: 12 },
        },
        grid,
        xAxis: grid.map((_, index) => timeAxis(index, drawing)),
        yAxis: [
            laneAxis(0, drawing),
            {
                ...valueAxis(1, args.recoveryVolumes ? "snapshots, volumes" : "snapshots"),
                minInterval: 1,
            },
            laneAxis(2, drawing),
            ...(drawing.isEstimated ? [valueAxis(3, "GiB")] : []),
        ],
        series: seriesOf(drawing),
    };
}

function titlesOf(title: string, { args, plan, from, until, tops, isEstimated }: Drawing) {
    return [
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
    ];
}

function gridsOf({ left, lanes, tops, isEstimated }: Drawing) {
    return [
        { left, right, top: tops.runs, height: lanes },
        { left, right, top: tops.counts, height: countHeight },
        { left, right, top: tops.end, height: lanes },
        ...(isEstimated ? [{ left, right, top: tops.stored, height: storedHeight }] : []),
    ];
}

function timeAxis(gridIndex: number, { from, until }: Drawing) {
    return {
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
    };
}

function laneAxis(gridIndex: number, { names, left }: Drawing) {
    return {
        gridIndex,
        type: "category" as const,
        data: names,
        inverse: true,
        axisLabel: { color: ink, fontSize: 13, width: left - 20, overflow: "truncate" as const },
    };
}

function valueAxis(gridIndex: number, name: string) {
    return {
        gridIndex,
        type: "value" as const,
        axisLabel: { color: ink },
        name,
        nameLocation: "middle" as const,
        nameGap: 50,
    };
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const headline = (text: string, top: number) => ({
    text,
    left: 20,
    top: top - 35,
    textStyle: { fontSize: 14 },
});
