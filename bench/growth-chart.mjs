// Draws the values that grow with N: the calls, seconds and memory of `up`, and the state of one snapshot.
import { init } from "echarts";
import { total } from "./measure.mjs";

const ink = "#333333";
const colours = ["#6b3fa0", "#b08cd9", "#e08a1e", "#2f8f6b"];
const panels = [
    ["Calls to EC2 of up", (run) => total(run), "log"],
    ["Seconds of up", (run) => run.seconds, "log"],
    ["Peak memory of the provider, MB", (run) => Math.round(run.peakKb / 1024), "value"],
    ["State of one snapshot, bytes", (run) => run.bytes, "value"],
];

export function growthChart({ rows }) {
    const runs = rows.find(({ id }) => id === "growth").runs.filter(({ what }) => what === "up");
    const names = [...new Set(runs.map(({ who }) => who))];
    const counts = [...new Set(runs.map(({ n }) => String(n)))];
    const places = panels.map((_, index) => ({
        left: 70 + (index % 2) * 510,
        top: 110 + Math.floor(index / 2) * 330,
    }));
    const chart = init(null, null, { renderer: "svg", ssr: true, width: 1040, height: 730 });
    chart.setOption({
        animation: false,
        backgroundColor: "#ffffff",
        textStyle: { fontFamily: "Helvetica, Arial, sans-serif", color: ink },
        color: colours,
        title: panels.map(([text], index) => ({
            text,
            left: places[index].left - 50,
            top: places[index].top - 50,
            textStyle: { fontSize: 15, color: ink },
        })),
        legend: {
            data: names,
            top: 10,
            left: 20,
            // Texts are measured without fonts, and are narrower in the measurement than in the drawing.
            formatter: (name) => name + "\u2003".repeat(Math.ceil(name.length / 14)),
            textStyle: { fontSize: 13, color: ink },
        },
        grid: places.map((place) => ({ ...place, width: 430, height: 230 })),
        xAxis: panels.map((_, gridIndex) => ({
            gridIndex,
            type: "category",
            data: counts,
            axisLabel: { color: ink, formatter: "N = {value}" },
        })),
        yAxis: panels.map(([, , type], gridIndex) => ({ gridIndex, type, axisLabel: { color: ink } })),
        series: panels.flatMap(([, figureOf], index) =>
            names.map((name) => ({
                name,
                type: "line",
                xAxisIndex: index,
                yAxisIndex: index,
                symbolSize: 8,
                data: runs.filter(({ who }) => who === name).map(figureOf),
            })),
        ),
    });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return `${svg}\n`;
}
