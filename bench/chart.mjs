// The chart: calls per snapshot by what is done, and the time until a hundred snapshots are complete.
import { init } from "echarts";
import { total } from "./rows.mjs";

/** Least of the logarithmic axis: stands for none. */
const none = 0.005;
const colours = {
    "this package": "#6b3fa0",
    "this package, one CompletedSnapshots": "#b48ad6",
    "plain dynamic provider": "#e08a1e",
    "AWS CLI": "#5b8db8",
    "Ansible amazon.aws.ec2_snapshot": "#7a7a7a",
};

/** What is drawn, from results. */
export function chartOf({ rows }) {
    const find = (id, what = "") => rows.find((row) => row.id === id).runs.filter((run) => run.what === what);
    return {
        groups: [
            ["up, at once", find("up-at-once")],
            ["up, T = 30 s", [...find("up-30s"), ...find("up-30s-each")]],
            ["second up", find("again", "second up")],
            ["refresh --parallel 1", find("refresh", "--parallel 1")],
            ["destroy", find("destroy")],
        ],
        waiting: [...find("up-30s"), ...find("up-30s-each")],
    };
}

export function chart({ groups, waiting }) {
    const names = Object.keys(colours);
    const perSnapshot = (runs, name) => {
        const run = runs.find(({ who }) => who === name);
        return run === undefined ? null : total(run) / run.n;
    };
    const figure = (value) =>
        value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
    const chart = init(null, null, { renderer: "svg", ssr: true, width: 1040, height: 820 });
    chart.setOption({
        animation: false,
        backgroundColor: "#ffffff",
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif" },
        title: [
            {
                text: "Calls to EC2 per snapshot",
                subtext: "logarithmic; one create or delete each is the least",
                left: 20,
                top: 10,
            },
            {
                text: "Seconds until `up` is done, T = 30 s",
                subtext: "N as given; the others need more time for each more",
                left: 20,
                top: 535,
            },
        ],
        legend: { data: names, top: 70, left: 20, right: 20, itemGap: 18, textStyle: { fontSize: 13 } },
        grid: [
            { left: 60, right: 30, top: 130, height: 340 },
            { left: 330, right: 90, top: 595, height: 175 },
        ],
        xAxis: [
            {
                gridIndex: 0,
                type: "category",
                data: groups.map(([title]) => title),
                axisLabel: { fontSize: 13 },
            },
            { gridIndex: 1, type: "value", axisLabel: { formatter: "{value} s" } },
        ],
        yAxis: [
            {
                gridIndex: 0,
                type: "log",
                min: none,
                max: 100,
                axisLabel: {
                    formatter: (value) => (value === none ? "0" : String(Number(value.toPrecision(1)))),
                },
            },
            {
                gridIndex: 1,
                type: "category",
                inverse: true,
                data: waiting.map(({ who, n }) => `${who}, N = ${n}`),
                axisLabel: { fontSize: 13 },
            },
        ],
        series: [
            ...names.map((name) => ({
                name,
                type: "bar",
                itemStyle: { color: colours[name] },
                barMaxWidth: 34,
                data: groups.map(([, runs]) => {
                    const value = perSnapshot(runs, name);
                    return value === null
                        ? "-"
                        : {
                              value: Math.max(value, none),
                              label: { formatter: value === 0 ? "0" : figure(value) },
                          };
                }),
                label: { show: true, position: "top", fontSize: 12 },
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
                label: {
                    show: true,
                    position: "right",
                    fontSize: 13,
                    formatter: ({ value }) => `${Math.round(value)} s`,
                },
            },
        ],
    });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return `${svg}\n`;
}
