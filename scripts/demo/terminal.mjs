// Writes to the terminal of the demo.

let steps = 0;

/** Is true if the output may contain colours, as Node and the Pulumi CLI decide it. */
export const isColoured = process.stdout.isTTY
    ? !process.env.NO_COLOR
    : Boolean(Number(process.env.FORCE_COLOR ?? 0));

export function step(title) {
    console.log(`\n${styled("1", `${++steps}. ${title}`)}`);
}

export function say(...lines) {
    for (const line of lines) console.log(line);
}

/** Shows the content of a file, indented. */
export function show(text) {
    console.log(`\n${text.trimEnd().replace(/^(?=.)/gm, "    ")}`);
}

/** Shows a command that the demo runs for the user. */
export function prompt(command) {
    console.log(`\n${styled("36", `$ ${command}`)}`);
}

export function table(heads, rows) {
    const widths = heads.map((head, column) =>
        Math.max(head.length, ...rows.map((row) => row[column].length)),
    );
    const line = (row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join("  ")}`.trimEnd();
    console.log([styled("2", line(heads)), ...rows.map(line)].join("\n"));
}

function styled(code, text) {
    return isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
}
