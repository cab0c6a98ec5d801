/**
 * Turns a plan into the series of its chart: the runs, the numbers of snapshots over time, and the restore points.
 *
 * @module
 */
import { copiesIn, ink, recovery, regionsOf, type Drawing } from "./plan-layout";

const colours = ["#6b3fa0", "#e08a1e", "#2f7f6f", "#b0413e", "#5b8db8", "#8a8a2e", "#7a7a7a"];
/** The chart counts snapshots at this number of points, which are three pixels apart. */
const samples = 350;

export function seriesOf(drawing: Drawing) {
    const { args, span, plan, names, isEstimated } = drawing;
    const counted = (count: (at: Date) => number) => samplesOf(drawing, count);
    const zones = args.recoveryVolumes?.availabilityZones.length;
    return [
        ...names.map((rule, index) =>
            ticks(rule, { axis: 0, index, times: timesOf(ofRule(plan.runs, rule)) }),
        ),
        ...names.map((rule, index) => {
            const retained = counted((at) => ofRule(plan.retained(at), rule).length);
            return line(rule, { color: colourOf(index), type: "solid", data: retained });
        }),
        ...regionsOf(args).map((region, index) => {
            const copies = counted((at) => plan.copies(at).filter((copy) => copy.region === region).length);
            return line(copiesIn(region), {
                color: colourOf(names.length + index),
                type: "dashed",
                data: copies,
            });
        }),
        ...(zones === undefined
            ? []
            : [
                  line(recovery, {
                      color: ink,
                      type: "dashed",
                      data: counted((at) => plan.recovered(at).length * zones),
                  }),
              ]),
        ...(isEstimated ? [storedLine(counted((at) => plan.storedGiB(at)))] : []),
        ...names.map((rule, index) =>
            ticks(rule, { axis: 2, index, times: timesOf(ofRule(plan.retained(span.until), rule)) }),
        ),
    ];
}

/** Returns a count at each point of the time axis. */
function samplesOf({ from, until }: Drawing, count: (at: Date) => number): number[][] {
    return Array.from({ length: samples }, (_, sample) => {
        const moment = from + ((until - from) * sample) / (samples - 1);
        return [moment, count(new Date(moment))];
    });
}

/** Marks the runs, or the snapshots, of a rule in its lane. */
function ticks(rule: string, { axis, index, times }: { axis: number; index: number; times: string[] }) {
    return {
        name: rule,
        type: "scatter" as const,
        xAxisIndex: axis,
        yAxisIndex: axis,
        symbol: "rect",
        // With many runs, such as hourly ones over a month, narrow ticks keep the gaps visible.
        symbolSize: [times.length > 200 ? 1 : 3, 18],
        itemStyle: { color: colourOf(index) },
        data: times.map((time) => [time, rule]),
    };
}

function line(
    name: string,
    { color, type, data }: { color: string; type: "dashed" | "solid"; data: number[][] },
) {
    return {
        name,
        type: "line" as const,
        step: "end" as const,
        xAxisIndex: 1,
        yAxisIndex: 1,
        symbol: "none",
        color,
        lineStyle: { color, width: 2, type },
        data,
    };
}

function storedLine(data: number[][]) {
    return { ...line("stored", { color: ink, type: "solid", data }), xAxisIndex: 3, yAxisIndex: 3 };
}

const colourOf = (index: number) => colours[index % colours.length] ?? ink;
const ofRule = <T extends { rule: string }>(list: T[], rule: string) =>
    list.filter((one) => one.rule === rule);
const timesOf = (list: { time: string }[]) => list.map(({ time }) => time);
