// Draws the chart: it shows the calls of EC2 other than creates, and the time until many snapshots are complete.
import { init } from "echarts";
import { total } from "./measure.mjs";

/** The logarithmic axis begins with this value. */
const least = 0.01;
const ink = "#333333";
const colours = {
    "this package": "#6b3fa0",
    "this package, one CompletedSnapshots": "#b48ad6",
    "plain dynamic provider": "#e08a1e",
    "Terraform AWS provider": "#2f8f6b",
    "AWS CLI": "#5b8db8",
    "Ansible amazon.aws.ec2_snapshot": "#7a7a7a",
};

/** Selects the data of the chart from the results. */
export function chartOf({ rows }) {
    const find = (id, what = "") => rows.find((row) => row.id === id).runs.filter((run) => run.what === what);
    const waiting = [...find("up-30s"), ...find("up-30s-each")];
    return {
        groups: [
            ["up, complete at once", find("up-at-once")],
            ["up, T = 30 s", waiting],
            ["refresh --parallel 1", find("refresh", "--parallel 1")],
        ],
        waiting,
    };
}

export function chart({ groups, waiting }) {
    const names = Object.keys(colours);
    const label = { show: true, fontSize: 13, color: ink, textBorderWidth: 0 };
    const chart = init(null, null, { renderer: "svg", ssr: true, width: 1040, height: 830 });
    chart.setOption({
        animation: false,
        backgroundColor: "#ffffff",
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif", color: ink },
        title: [
            {
                text: "Calls to EC2 for each snapshot, besides the CreateSnapshot itself",
                subtext: "logarithmic; less is better",
                left: 20,
                top: 10,
            },
            {
                text: "Seconds until up is done, T = 30 s",
                subtext: "mind the different N",
                left: 20,
                top: 545,
            },
        ],
        legend: {
            data: names,
            top: 68,
            left: 20,
            width: 900,
            itemGap: 24,
            // Texts are measured without fonts, and are narrower in the measurement than in the drawing.
            formatter: (name) => `${name}\u2003`,
            textStyle: { fontSize: 13, color: ink },
        },
        grid: [
            { left: 60, right: 30, top: 160, height: 325 },
            { left: 350, right: 90, top: 605, height: 175 },
        ],
        xAxis: [
            {
                gridIndex: 0,
                type: "category",
                data: groups.map(([title]) => title),
                axisLabel: { fontSize: 14, color: ink },
            },
            { gridIndex: 1, type: "value", axisLabel: { formatter: "{value} s", color: ink } },
        ],
        yAxis: [
            { gridIndex: 0, type: "log", min: least, max: 100, startValue: least, axisLabel: { color: ink } },
            {
                gridIndex: 1,
                type: "category",
                inverse: true,
                data: waiting.map(({ who, n }) => `${who}, N = ${n}`),
                axisLabel: { fontSize: 13, color: ink },
            },
        ],
        series: [
            ...names.map((name) => ({
                name,
                type: "bar",
                itemStyle: { color: colours[name] },
                barMaxWidth: 44,
                data: groups.map(([, runs]) => perSnapshot(runs, name)),
                label: { ...label, position: "top", formatter: ({ value }) => figure(value) },
            })),
            {
                name: "seconds",
                type: "bar",
                xAxisIndex: 1,
                yAxisIndex: 1,
                data: waiting.map(({ who, seconds }) => ({
                    value: seconds,
                    itemStyle: { color: colours[who] },
                })),
                label: { ...label, position: "right", formatter: ({ value }) => `${Math.round(value)} s` },
            },
        ],
    });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return `${svg}\n`;
}

function perSnapshot(runs, name) {
    const run = runs.find(({ who }) => who === name);
    if (run === undefined) return "-";
    return Math.max((total(run) - (run.calls.CreateSnapshot ?? 0)) / run.n, least);
}

function figure(value) {
    return typeof value === "number" ? value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2) : "";
}
