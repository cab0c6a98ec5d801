// Prints the notes of a release: `node scripts/release-notes.mjs v0.2.0`. It fails if the tag, package.json and
// CHANGELOG.md do not agree, or if a placeholder remains.
import { readFile } from "node:fs/promises";

const read = (file) => readFile(new URL(`../${file}`, import.meta.url), "utf8");
const [tag = ""] = process.argv.slice(2);
const manifest = await read("package.json");
const { version } = JSON.parse(manifest);

/** Returns the text between the heading of the version, with its date, and the next heading. */
function notesOf(changelog) {
    const [, ...sections] = changelog.split(/^## /m);
    const section = sections.find((text) => text.startsWith(`[${version}] - `));
    if (section === undefined) throw new Error(`CHANGELOG.md has no section [${version}] - <date>`);
    const [heading, ...lines] = section.split("\n");
    if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading))
        throw new Error(`CHANGELOG.md: "${heading}" must end with its date`);
    return lines.join("\n").trim();
}

if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, but package.json has the version ${version}`);
if (manifest.includes("PLACEHOLDER-OWNER"))
    throw new Error("package.json has a PLACEHOLDER-OWNER. See CONTRIBUTING.md, Releasing");
console.log(notesOf(await read("CHANGELOG.md")));
