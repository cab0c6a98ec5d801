/**
 * Tests that the links of the pages point to existing files and headings. Links to other sites are not tested.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const siteConfiguration = join(root, "scripts/site/.vitepress/config.mjs");

/** Describes the sidebar in the configuration of the site. */
interface Site {
    themeConfig: { sidebar: { items: { link: string }[] }[] };
}

const pages = [
    ...ts.sys.readDirectory(root, [".md"], ["**/node_modules"], ["docs", "examples", "templates", "bench"]),
    ...readdirSync(root)
        .filter((name) => name.endsWith(".md"))
        .map((name) => join(root, name)),
];

test("every relative link of the pages points to an existing file and heading", async () => {
    const { slug } = await import("github-slugger");
    const broken = pages.flatMap((page) =>
        targetsOf(page)
            .filter((target) => !/^\w+:/.test(target))
            .filter((target) => {
                const [file = "", heading] = target.split("#");
                const there = file === "" ? page : join(dirname(page), file);
                if (!existsSync(there)) return true;
                return (
                    heading !== undefined &&
                    !headingsOf(there)
                        .map((text) => slug(text))
                        .includes(heading)
                );
            })
            .map((target) => `${relative(root, page)}: ${target}`),
    );
    expect(broken).toEqual([]);
});

test("a heading is unique on its page, because a link leads to the first one", async () => {
    const { slug } = await import("github-slugger");
    // Each version of a changelog has the same headings; a link points to a version.
    const linkable = pages.filter((page) => relative(root, page) !== "CHANGELOG.md");
    const twice = linkable.flatMap((page) => {
        const anchors = headingsOf(page).map((text) => slug(text));
        const repeated = anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index);
        return repeated.map((anchor) => `${relative(root, page)}#${anchor}`);
    });
    expect(twice).toEqual([]);
});

test("every page of docs/ and of the project is in the site's sidebar, and each entry points to a page", async () => {
    const { default: site } = (await import(siteConfiguration)) as { default: Site };
    const linked = site.themeConfig.sidebar.flatMap(({ items }) => items.map(({ link }) => link));
    const named = linked.map((link) => (link === "/" ? "README.md" : `${link.slice(1)}.md`));
    const published = pages.map((page) => relative(root, page));
    expect(named.filter((page) => !published.includes(page))).toEqual([]);
    const listed = published.filter((page) => /^(docs\/.*|[^/]+)\.md$/.test(page));
    expect(listed.filter((page) => !named.includes(page))).toEqual([]);
});

test("every page of docs/ can be reached from the README", () => {
    const reached = new Set([join(root, "README.md")]);
    for (const page of reached) {
        const linked = targetsOf(page).map((target) => join(dirname(page), target.replace(/#.*/, "")));
        for (const file of linked) if (pages.includes(file)) reached.add(file);
    }
    const lost = pages.filter((page) => relative(root, page).startsWith("docs/") && !reached.has(page));
    expect(lost.map((page) => relative(root, page))).toEqual([]);
});

function targetsOf(page: string): string[] {
    return [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

function headingsOf(page: string): string[] {
    return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
}

/** Removes blocks of code, which may contain text that looks like links and headings. */
function textOf(page: string): string {
    return readFileSync(page, "utf8").replace(/^```.*?^```$/gms, "");
}
