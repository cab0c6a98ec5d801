/**
 * Tests the first impression of a newcomer: a README of a few minutes, and examples that are complete projects.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const examples = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

test("the README has at most 900 words including code, and the two setup commands among the first 150", () => {
    const words = read("README.md").match(/\S*[\p{L}\d]\S*/gu) ?? [];
    expect(words.length).toBeLessThanOrEqual(900);
    expect(words.slice(0, 150).join(" ")).toContain("npm ci npm test");
});

test.each(examples)(
    "example %s is a separate project, and its README describes prerequisites and cost",
    (name) => {
        const settings = read("examples", name, "Pulumi.yaml");
        expect(settings).toContain(`name: ${name}\n`);
        const page = read("examples", name, "README.md");
        if (/^runtime: (yaml|python|go)$/m.test(settings)) {
            const { version } = JSON.parse(read("package.json")) as { version: string };
            expect(page).toContain(`pulumi plugin install resource ebs-snapshots ${version} `);
        } else {
            const manifest = JSON.parse(read("examples", name, "package.json")) as {
                dependencies: Record<string, string>;
            };
            expect(Object.keys(manifest.dependencies)).toContain("pulumi-ebs-snapshots");
            expect(existsSync(join(root, "examples", name, "index.ts"))).toBe(true);
        }
        for (const part of ["| configuration", "pulumi stack init", "**Cost**", "**Cleaning up**"])
            expect(page).toContain(part);
    },
);

test("the index lists every example", () => {
    const index = read("examples", "README.md");
    expect(examples.filter((name) => !index.includes(`(${name}/README.md)`))).toEqual([]);
});

const figuresOf = (text: string) => text.replace(/(\d),(\d{3})/g, "$1$2").match(/\d+(\.\d+)?/g) ?? [];
const measured = new Set(figuresOf(read("bench", "results", "results.md")));

test("every number in docs/scale.md, in table and text, equals the measured one in bench/results", () => {
    const figures = figuresOf(read("docs", "scale.md").replace(/^ *```.*?^ *```$/gms, ""));
    expect(figures.length).toBeGreaterThan(60);
    expect(figures.filter((figure) => !measured.has(figure))).toEqual([]);
});

test("the sizes of the state on the plugin's page are measured ones, or follow from its table, which adds up", () => {
    const [section = ""] = /^## Size of the state$.*?^## /ms.exec(read("docs", "plugin.md")) ?? [];
    const parts = [...section.matchAll(/^\| (.*?) +\| +(\d+) \|/gm)].map(
        ([, part = "", bytes]) => [part, Number(bytes)] as const,
    );
    const sumOf = (some: typeof parts) => some.reduce((sum, [, bytes]) => sum + bytes, 0);
    const sum = sumOf(parts);
    expect(measured).toContain(String(sum));
    const less = [/^`__/, /^`__provider`/].map(
        (name) => sum - sumOf(parts.filter(([part]) => name.test(part))),
    );
    const figures = figuresOf(section).filter((figure) => Number(figure) > 1000);
    expect(figures.filter((figure) => !measured.has(figure) && !less.map(String).includes(figure))).toEqual(
        [],
    );
    expect(figures.length).toBeGreaterThan(5);
});

test("the root project is the quickstart, and each example is a separate project", () => {
    expect(read("Pulumi.yaml")).toContain("main: examples/quickstart\n");
    const nearest = examples.map((name) => existsSync(join(root, "examples", name, "Pulumi.yaml")));
    expect(nearest).toEqual(examples.map(() => true));
});
