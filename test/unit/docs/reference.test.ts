/**
 * Tests that docs/reference is generated from the current doc comments, and that these contain the required sentences.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProjectReflection } from "typedoc" with { "resolution-mode": "import" };
import { beforeAll, expect, test } from "vitest";
import { resources } from "../../../schema/index";
import type { Rule } from "../../../schema/property";

const load = () => import("../../../scripts/reference.mjs");

const folder = resolve(__dirname, "../../../docs/reference");
let reference: Awaited<ReturnType<typeof load>>;
let project: ProjectReflection;

beforeAll(async () => {
    reference = await load();
    project = await reference.readPackage();
}, 120_000);

test("every class that a program can instantiate has a page", () => {
    const described = [...Object.keys(resources), ...Object.keys(reference.components)];
    expect(described.sort()).toEqual(reference.classesOf(project).sort());
});

test("every argument is documented as required or with its default, never both", () => {
    const wrong = all().filter(({ field }) => field.required === (field.default !== undefined));
    expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("the documented effect of changing an argument equals that of its rule", () => {
    const wrong = all().filter(({ field, rule }) => !expectedEffect(rule).test(field.change ?? ""));
    expect(wrong.map(({ path, field }) => `${path}: A change ${field.change ?? "?"}`)).toEqual([]);
});

test("the default of a rule equals the documented one", () => {
    const stated = all().filter(({ rule }) => ["boolean", "string"].includes(typeof rule?.default));
    const wrong = stated.filter(({ field, rule }) =>
        rule?.default === ""
            ? field.default !== "none"
            : field.default?.includes(`\`${JSON.stringify(rule?.default)}\``) !== true,
    );
    expect(wrong.map(({ path, field }) => `${path}: Default: ${field.default ?? "?"}`)).toEqual([]);
    expect(stated.length).toBeGreaterThan(15);
});

test("a property that a rule requires is required by the type", () => {
    const judged = all().filter(({ rule }) => rule !== undefined);
    const wrong = judged.filter(({ field, rule }) => field.required !== (rule?.required === true));
    expect(wrong.map(({ path }) => path)).toEqual([]);
    const documented = judged.map(({ path }) => path).sort();
    const rules = Object.entries(resources).flatMap(([name, { inputs }]) =>
        Object.keys(inputs).map((key) => `${name}.${key}`),
    );
    expect(documented).toEqual(rules.sort());
});

test("every property on the pages has its own sentence", async () => {
    const pages = await reference.referencePages(project);
    const empty = Object.values(pages).flatMap((text) => text.match(/^\|.*\|\s*\|$/gm) ?? []);
    expect(empty).toEqual([]);
});

test("docs/reference is up to date; else: npm run reference", async () => {
    const pages = await reference.referencePages(project);
    for (const [page, text] of Object.entries(pages))
        await expect(text).toMatchFileSnapshot(`${folder}/${page}`);
    const stale = (await readdir(folder)).filter((page) => !(page in pages));
    expect(stale).toEqual([]);
});

test("schema.json is up to date; else: npm run reference", async () => {
    const { schemaText } = await import("../../../scripts/schema.mjs");
    const file = resolve(__dirname, "../../../schema.json");
    await expect(await schemaText(project)).toMatchFileSnapshot(file);
});

test("schema.json names the values of enums in words, and the configuration that the plugin reads", async () => {
    const text = await readFile(resolve(__dirname, "../../../schema.json"), "utf8");
    const { types } = JSON.parse(text) as { types: Record<string, { enum?: { name?: string }[] }> };
    const names = Object.values(types).flatMap((type) => (type.enum ?? []).map(({ name }) => name));
    expect(names).toContain("EbsSnapshotManagement");
    expect(names.filter((name) => !/^([A-Z][a-z]+)+$/.test(name ?? ""))).toEqual([]);
    expect(text).not.toMatch(/`aws:\w+`/);
});

/** Returns every argument of every class; those of a component have no rules. */
function all() {
    const { argumentsOf, components, rulesOf } = reference;
    const names = [...Object.keys(resources), ...Object.keys(components)];
    return names.flatMap((name) =>
        argumentsOf(project, name).map((field) => ({
            path: `${name}.${field.name}`,
            field,
            rule: rulesOf(name)?.[field.name],
        })),
    );
}

/** Returns the expected beginning of the sentence on a change. */
function expectedEffect(rule: Rule | undefined): RegExp {
    const effects = { nothing: /^does nothing/, update: /^updates/, replace: /^replaces/ };
    // The text describes effects that depend on other values.
    return typeof rule?.onChange === "string" ? effects[rule.onChange] : /^(does|updates|replaces)/;
}
