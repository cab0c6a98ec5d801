// Writes the generated pages of docs/: `npm run pages`. With --check it only fails if a page is out of date.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { licencesPage } from "./licences.mjs";
import { permissionsPage } from "./permissions.mjs";

const pages = { "docs/licences.md": licencesPage, "docs/permissions.md": permissionsPage };

for (const [page, write] of Object.entries(pages)) {
    const file = fileURLToPath(new URL(`../${page}`, import.meta.url));
    const text = await format(await write(), { ...(await resolveConfig(file)), filepath: file });
    if (!process.argv.includes("--check")) await writeFile(file, text);
    else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
        console.error(`${page} is out of date: npm run pages`);
        process.exitCode = 1;
    }
}
