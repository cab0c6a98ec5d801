// Formats results for people.
import { lostRows } from "./lost.mjs";
import { total } from "./measure.mjs";

export function markdown({ when, machine, versions, leftOut, rows, took }) {
    const verdicts = rows.flatMap((row) => row.verdicts);
    const lines = [
        "# Bench",
        "",
        `Made by \`npm run bench\` on ${when} in ${Math.round(took / 60)} minutes: the real engine, the emulated EC2 of the tests, everything on loopback. ` +
            "Seconds are those of this machine, shared with other work; calls, bytes and ratios are what counts.",
        "",
        `Machine: ${machine}.`,
        "",
        `Versions: ${Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(", ")}.`,
        "",
        "## Lost",
        "",
        ...lost(rows, verdicts),
        "",
        "## Targets",
        "",
        ...table(
            ["what", "target", "measured", ""],
            verdicts.map(({ what, figure, bound, limit, unit, met }) => [
                what,
                `${bound} ${amount(limit)} ${unit}`,
                amount(figure),
                met ? "met" : "**missed**",
            ]),
        ),
        "",
        ...leftOut.map(({ name, why }) => `Left out: ${name}: ${why}.`),
        "",
        ...rows.flatMap((row) => [`## ${row.title}`, "", ...runsTable(row), "", ...againText(row)]),
    ];
    return `${lines.join("\n").trimEnd()}\n`;
}

function againText({ again }) {
    return again === undefined ? [] : [`Measured again on ${again.when}, commit ${again.commit}.`, ""];
}

/** Lists the values in which a peer of the same run is better, and the missed targets. */
function lost(rows, verdicts) {
    const beaten = lostRows(rows).map(({ title, who, what, figure, unit, best, bestFigure }) => [
        title,
        what === "" ? who : `${who}: ${what}`,
        `${amount(figure)} ${unit}`,
        `${amount(bestFigure)} ${unit}, ${best}`,
    ]);
    const missed = verdicts
        .filter(({ met }) => !met)
        .map(({ what, figure, bound, limit, unit }) => [
            "a target",
            what,
            `${amount(figure)} ${unit}`,
            `${bound} ${amount(limit)} ${unit}`,
        ]);
    if (beaten.length + missed.length === 0) return ["No row is lost, and no target is missed."];
    return table(["row", "who", "measured", "the best peer, or the target"], [...beaten, ...missed]);
}

/** Formats a row for the terminal. */
export function rowText(row) {
    const verdicts = row.verdicts.map(
        ({ what, figure, bound, limit, unit, met }) =>
            `${met ? "met   " : "MISSED"} ${what}: ${amount(figure)} (${bound} ${amount(limit)} ${unit})`,
    );
    return [`${row.title} (${row.took} s)`, ...runsTable(row), ...verdicts].join("\n");
}

function runsTable({ runs }) {
    const columns = [
        ["who", ({ who, what }) => (what === "" ? who : `${who}: ${what}`)],
        ["N", ({ n }) => String(n)],
        ["seconds", ({ seconds }) => seconds && amount(seconds)],
        ["from the first to the last call", ({ span }) => span && amount(span)],
        ["calls", (run) => run.seconds && String(total(run))],
        [
            "of which",
            ({ calls }) =>
                Object.entries(calls)
                    .sort()
                    .map(([action, count]) => `${count} ${action}`)
                    .join(", "),
        ],
        ["bytes as stored", ({ bytes }) => bytes && String(bytes)],
        ["as exported, indented", ({ exported }) => exported && String(exported)],
        ["peak MB", ({ peakKb }) => peakKb && String(Math.round(peakKb / 1024))],
    ].filter(([, value]) => runs.some((run) => value(run)));
    return table(
        columns.map(([head]) => head),
        runs.map((run) => columns.map(([, value]) => value(run) || "")),
    );
}

/** Pads the table in the format of prettier. */
function table(heads, body) {
    const widths = heads.map((head, column) =>
        Math.max(3, head.length, ...body.map((cells) => cells[column].length)),
    );
    const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
    return [line(heads), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}

function amount(number) {
    return number.toLocaleString("en-US", { maximumFractionDigits: number < 10 ? 2 : number < 100 ? 1 : 0 });
}
