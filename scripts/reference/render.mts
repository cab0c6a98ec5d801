/**
 * Renders the pages of docs/reference as Markdown. The accepted values beyond a property's type are from its rule. On
 * the page of a class, everything outside of the two marked regions is written by hand and kept.
 *
 * @module
 */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Comment, DeclarationReflection, ProjectReflection } from "typedoc";
import { rules } from "../../policies/rules.js";
import { resources, tokenOf, type ResourceName } from "../../schema/index.js";
import type { Rule } from "../../schema/property.js";
import { asArguments, isDuration, pageOf, placesOf, slug, typeText, type Places } from "./links.mjs";
import {
    argumentsOf,
    classes,
    components,
    exported,
    fieldOf,
    functionsOf,
    markdown,
    outputsOf,
    pages,
    propertiesOf,
    root,
    rulesOf,
    sentence,
    textOf,
    type Field,
} from "./read.mjs";
import { fillRegions } from "./regions.mjs";

/** Returns the pages by file name. */
export async function referencePages(project: ProjectReflection): Promise<Record<string, string>> {
    const places = placesOf(project);
    const shared = sharedArguments(project);
    const blocks = new Map([
        ["README", overview(project)],
        ...classes.map((name) => [pageOf(name), classSections(project, places, { shared, name })] as const),
        [commonPage, commonSections(project, places, shared)],
        [pages.sdk, ["# Functions and types", ...functionSections(project, places, "sdk")]],
        [pages.policies, ["# Policies", ...functionSections(project, places, "policies"), ...ruleSection()]],
    ]);
    for (const [type, { page, anchor }] of [...places].sort())
        if (anchor !== asArguments)
            blocks
                .get(page)
                ?.push(...typeSection(project, places, { page, declaration: exported(project, type) }));
    const introductions = new Map(classes.map((name) => [pageOf(name), introduction(project, name)]));
    const written = [...blocks].map(async ([page, texts]) => {
        const filepath = join(root, "docs/reference", `${page}.md`);
        const intro = introductions.get(page);
        const text =
            intro === undefined
                ? [notice, ...texts].join("\n\n")
                : await fillRegions(filepath, { introduction: intro, arguments: texts });
        return [`${page}.md`, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
    });
    return Object.fromEntries(await Promise.all(written));
}

const notice = "<!-- Written by `npm run reference` from the doc comments in the source. -->";

function overview(project: ProjectReflection): string[] {
    const row = (name: string, page: string, comment: Comment | undefined) => [
        `[\`${name}\`](${page})`,
        firstSentence(textOf(comment)),
    ];
    const functions = (folder: keyof typeof pages) =>
        functionsOf(project, folder).map(({ name, comment }) =>
            row(name, `${pages[folder]}.md#${slug(name)}`, comment),
        );
    return [
        "# Reference",
        "One page for each resource: tasks, arguments, outputs, the effect of a change, permissions, errors, adoption. " +
            `Arguments that several resources share are described once: [common options](${commonPage}.md).`,
        table(
            ["class", "description"],
            classes.map((name) => row(name, `${pageOf(name)}.md`, exported(project, name).comment)),
        ),
        table(["function", "description"], [...functions("sdk"), ...functions("policies")]),
    ];
}

/** Returns the arguments that several resources have with the same comment. */
function sharedArguments(project: ProjectReflection): Map<string, Field> {
    const rendered = new Map<string, Field[]>();
    for (const name of Object.keys(resources))
        for (const field of argumentsOf(project, name))
            rendered.set(field.name, [...(rendered.get(field.name) ?? []), field]);
    return new Map(
        [...rendered].flatMap(([name, fields]) => {
            const found = fields.find(({ text }, index) =>
                fields.some((other, at) => at > index && other.text === text),
            );
            return found === undefined ? [] : [[name, found] as const];
        }),
    );
}

const commonPage = "common-options";

function commonSections(project: ProjectReflection, places: Places, shared: Map<string, Field>): string[] {
    return [
        "# Common options",
        "Arguments that several resources have, with the same meaning. Each may be an output of another resource.",
        ...[...shared.values()].flatMap((field) => {
            const users = Object.keys(resources).filter((name) =>
                argumentsOf(project, name).some((one) => one.name === field.name && one.text === field.text),
            );
            const of = users.map((name) => `[\`${name}\`](${pageOf(name)}.md)`).join(", ");
            const rule = rulesOf(users[0] ?? "")?.[field.name];
            return [`## \`${field.name}\``, argumentText(places, commonPage, { field, rule }), `Of: ${of}.`];
        }),
    ];
}

function argumentText(
    places: Places,
    page: string,
    { field, rule }: { field: Field; rule: Rule | undefined },
): string {
    const type = capital(typeText(field.type, places, page));
    return `${type}${field.required ? ", required" : ""}. ${field.text} ${accepted(rule)}`;
}

function introduction(project: ProjectReflection, name: string): string[] {
    const { comment } = exported(project, name);
    const creates = rulesOf(name)
        ? `\`new ${name}(name, args, opts?)\` creates a resource of type \`${tokenOf(name as ResourceName)}\`. ` +
          "[Some options](../engine-options.md) differ from those of other resources."
        : name === "Provider"
          ? "`new Provider(name, args?, opts?)` creates a provider instance of the [plugin](../plugin.md)."
          : `\`new ${name}(name, args, opts?)\` creates a component of type \`ebs-snapshots:index:${name}\`.`;
    return [`# \`${name}\``, textOf(comment), creates + seeAlso(comment), ...examplesOf(comment)];
}

function classSections(
    project: ProjectReflection,
    places: Places,
    { shared, name }: { shared: Map<string, Field>; name: string },
): string[] {
    const page = pageOf(name);
    const rules = rulesOf(name);
    const fields = argumentsOf(project, name);
    const isShared = ({ name: argument, text }: Field) =>
        rules !== undefined && shared.get(argument)?.text === text;
    return [
        "## Arguments",
        `${rules ? "Each may be an output of another resource." : (components[name] ?? "")} ` +
            "An invalid argument fails the preview, which names it; nothing is created.",
        table(
            ["argument", "type", "default", "change"],
            fields.map((field) => [
                `[\`${field.name}\`](${isShared(field) ? `${commonPage}.md` : ""}#${slug(field.name)})`,
                typeText(field.type, places, page),
                field.required ? "required" : (field.default ?? ""),
                field.change?.replace(/[:;,].*/, "") ?? "",
            ]),
        ),
        ...fields
            .filter((field) => !isShared(field))
            .flatMap((field) => [
                `### \`${field.name}\``,
                argumentText(places, page, { field, rule: rules?.[field.name] }),
            ]),
        "## Outputs",
        rules ? "All arguments as declared, `id` and `urn`, and these:" : "",
        table(
            ["output", "type", "description"],
            outputsOf(project, name)
                .map(fieldOf)
                .map((field) => [`\`${field.name}\``, typeText(field.type, places, page), field.text]),
        ),
    ];
}

function functionSections(project: ProjectReflection, places: Places, folder: keyof typeof pages): string[] {
    return functionsOf(project, folder).flatMap(({ name, parameters = [], type, comment }) => {
        const described = parameters.map((parameter) => ({
            // A destructured parameter has no name.
            name: parameter.name === "__namedParameters" ? "args" : parameter.name,
            mark: parameter.flags.isOptional || parameter.defaultValue !== undefined ? "?" : "",
            type: typeText(parameter.type, places, pages[folder]),
            text: textOf(parameter.comment),
        }));
        const list = described.map((parameter) => parameter.name + parameter.mark).join(", ");
        return [
            `## \`${name}\``,
            textOf(comment),
            `\`${name}(${list})\` returns ${typeText(type, places, pages[folder])}.${seeAlso(comment)}`,
            described
                .map((parameter) => `- \`${parameter.name}\`: ${parameter.type}. ${parameter.text}`)
                .join("\n"),
            ...examplesOf(comment),
        ];
    });
}

function ruleSection(): string[] {
    const rows = Object.entries(rules).map(([name, { description }]) => [`\`${name}\``, description]);
    return ["## Rules", table(["rule", "requirement"], rows)];
}

function typeSection(
    project: ProjectReflection,
    places: Places,
    { page, declaration }: { page: string; declaration: DeclarationReflection },
): string[] {
    // The prefix is needed because an argument may have the same name except for a capital, and headings are links.
    const head = [`## Type \`${declaration.name}\``, textOf(declaration.comment)];
    const fields = propertiesOf(project, declaration).map(fieldOf);
    if (fields.length === 0)
        return isDuration(declaration.type)
            ? head
            : [...head, `${capital(typeText(declaration.type, places, page))}.`];
    // Its comments state defaults if a program declares it.
    const isGiven = fields.some((field) => field.default !== undefined);
    const rows = fields.map(({ name, type, required, text, default: otherwise }) => [
        `\`${name}\``,
        typeText(type, places, page),
        ...(isGiven ? [required ? "required" : (otherwise ?? "")] : []),
        isGiven ? text.replace(sentence("Default:"), "").trim() : text,
    ]);
    return [...head, table(["property", "type", ...(isGiven ? ["default"] : []), "description"], rows)];
}

function firstSentence(text: string): string {
    return /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}

/** Returns the values that a rule accepts, if its type does not show them. */
function accepted(rule: Rule | undefined): string {
    if (rule === undefined) return "";
    const { valueType, values, expected } = rule.validate.items ?? rule.validate;
    // The type shows it.
    if (values !== undefined || ["boolean", "map", "object", "any"].includes(valueType)) return "";
    if (/^text( of|$)/.test(expected)) return "";
    return `Accepted: ${expected.replace(/"[^"]+"/g, "`$&`")}.`;
}

function seeAlso(comment: Comment | undefined): string {
    // typedoc returns several lines as a list.
    const lines = (comment?.getTags("@see") ?? []).flatMap(({ content }) => markdown(content).split("\n"));
    if (lines.length === 0) return "";
    return ` See also ${lines.map((line) => line.replace(/^\s*- /, "")).join(", ")}.`;
}

function examplesOf(comment: Comment | undefined): string[] {
    return (comment?.getTags("@example") ?? []).map(({ content }) => markdown(content));
}

function table(heads: string[], rows: string[][]): string {
    const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
    return [heads, heads.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
