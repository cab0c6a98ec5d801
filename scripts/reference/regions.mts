/**
 * Updates pages that are partly written by hand: the generated parts are between two marks.
 *
 * @module
 */
import { readFile } from "node:fs/promises";

/** Returns the page with the marked regions replaced. */
export async function fillRegions(file: string, regions: Record<string, string[]>): Promise<string> {
    const begin = (region: string) =>
        `<!-- ${region}: written by \`npm run reference\` from the doc comments -->`;
    const end = (region: string) => `<!-- end of ${region} -->`;
    const empty = Object.keys(regions).map((region) => `${begin(region)}\n${end(region)}`);
    const page = await readFile(file, "utf8").catch(() => empty.join("\n\n"));
    return Object.entries(regions).reduce((text, [region, texts]) => {
        const [before, rest] = text.split(begin(region));
        const [, after] = rest?.split(end(region)) ?? [];
        if (before === undefined || after === undefined)
            throw new Error(`${file} lacks the lines ${begin(region)} and ${end(region)}`);
        return [before, begin(region), "\n\n", texts.join("\n\n"), "\n\n", end(region), after].join("");
    }, page);
}
