// Generates docs/licences.md, which lists the installed dependencies and their licences according to the lock file.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** These licences require only a notice. A person has to decide about any other one. */
const permissive = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

/** @returns {Promise<string>} */
export async function licencesPage() {
    const lock = JSON.parse(
        await readFile(fileURLToPath(new URL("../package-lock.json", import.meta.url)), "utf8"),
    );
    const installed = withWhatTheyNeed(lock.packages);
    const refused = installed.filter(({ licence }) => !isPermissive(licence));
    if (refused.length > 0)
        throw new Error(
            `not among the permissive licences: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(", ")}`,
        );
    const licences = [...new Set(installed.map(({ licence }) => licence))].sort();
    const list = licences.map((licence) => `- **${licence}**: ${names(installed, licence)}`);
    return [
        "# What is installed",
        "The package is less than 0.5 MB packed and 2 MB unpacked, which a test holds. It is under Apache-2.0. " +
            `npm installs ${installed.length} packages with it, all under permissive licences:`,
        list.join("\n"),
        "`npm run pages` writes this page from the lock file, and fails on a licence that is not permissive. " +
            "The peers, `@pulumi/pulumi`, `@pulumi/aws` and `@pulumi/policy`, are under Apache-2.0.",
        "`npm audit --omit=dev` is for whoever releases, and no part of `npm test`: its answer comes from the network, " +
            "and changes from one day to the next without a change here.",
    ].join("\n\n");
}

/** Each of several licences that apply together, as in `(BSD-3-Clause AND Apache-2.0)`, must be permissive. */
function isPermissive(licence) {
    return licence
        .replace(/[()]/g, "")
        .split(" AND ")
        .every((one) => permissive.has(one));
}

/** Returns the packages with their dependencies, which it finds in the parent folders in the order of Node. */
function withWhatTheyNeed(packages) {
    const keys = new Set();
    const find = (from, name) => {
        const parts = from === "" ? [] : from.split("/node_modules/");
        for (let depth = parts.length; depth >= 0; depth--) {
            const place = [...parts.slice(0, depth), name].join("/node_modules/");
            const key = place.startsWith("node_modules/") ? place : `node_modules/${place}`;
            if (packages[key] !== undefined) return key;
        }
        throw new Error(`${name}, needed by ${from || "the package"}, is not in package-lock.json`);
    };
    const walk = (key) => {
        if (keys.has(key)) return;
        keys.add(key);
        const { dependencies, optionalDependencies } = packages[key];
        for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) walk(find(key, name));
    };
    for (const name of Object.keys(packages[""].dependencies)) walk(find("", name));
    // Two copies of one version, which other packages of this repository separate, are one copy for users.
    const distinct = new Map(
        [...keys].map((key) => [`${nameIn(key)}@${packages[key].version}`, { key, name: nameIn(key) }]),
    );
    return [...distinct.values()].map(({ key, name }) => ({
        name,
        licence: packages[key].license ?? "none",
    }));
}

const nameIn = (key) => key.split("node_modules/").at(-1);

function names(installed, licence) {
    const some = installed.filter((one) => one.licence === licence);
    return [...new Set(some.map(({ name }) => `\`${name}\``))].sort().join(", ");
}
