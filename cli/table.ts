/**
 * Formats tables for the terminal and for Markdown.
 *
 * @module
 */

/** Formats rows as columns; the first row contains the headers. */
export function plainTable(table: string[][]): string {
    const rows = table.map((cells) => cells.map(terminalText));
    const widths = (rows[0] ?? []).map((_, column) =>
        Math.max(...rows.map((row) => (row[column] ?? "").length)),
    );
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

/** Formats rows as a Markdown table; the first row contains the headers. */
export function markdownTable([headers = [], ...rows]: string[][]): string {
    const line = (cells: string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
    return [line(headers), line(headers.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Escapes text of a program, so that it cannot format, link or mention anything in a comment on a pull request. */
export function markdownText(text: string): string {
    return text
        .replaceAll(/\s+/g, " ")
        .replaceAll(/[\\`*_{}[\]<>#|~]/g, "\\$&")
        .replaceAll("@", "@\u200B");
}

/** Replaces control characters, with which a text of a program could move the cursor of the terminal. */
export function terminalText(text: string): string {
    return text.replaceAll(/\p{Cc}+/gu, " ");
}
