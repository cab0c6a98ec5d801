/**
 * docs/reference: what the package exports, from the doc comments in its source. `npm run reference` writes the pages,
 * and test/unit/reference.test.ts fails where they are out of date.
 *
 * A comment of an argument says its default in a sentence that begins with `Default:`, and what a change does in one that
 * begins with `A change`. What is accepted beyond the type is asked of the argument's rule.
 *
 * @module
 */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import {
    Application,
    ArrayType,
    DeclarationReflection,
    IntersectionType,
    LiteralType,
    ReferenceType,
    ReflectionKind,
    ReflectionType,
    TemplateLiteralType,
    UnionType,
    type Comment,
    type CommentDisplayPart,
    type ProjectReflection,
    type SignatureReflection,
    type SomeType,
} from "typedoc";
import { rules } from "../policies/rules.js";
import { completedSnapshotsRules } from "../provider/completed-snapshots.js";
import { instanceSnapshotsRules } from "../provider/instance-snapshots.js";
import { placementRules } from "../provider/placement.js";
import type { Rule } from "../provider/rules.js";
import { snapshotCopyRules } from "../provider/snapshot-copy.js";
import { snapshotShareRules } from "../provider/snapshot-share.js";
import { snapshotRules } from "../provider/snapshot.js";
import { volumeFromSnapshotRules } from "../provider/volume-from-snapshot.js";

const root = join(import.meta.dirname, "..");

/** Of each resource, the rules of its arguments. */
export const resources: Record<string, Record<string, Rule>> = {
    Snapshot: { ...snapshotRules, ...placementRules },
    CompletedSnapshots: { ...completedSnapshotsRules, ...placementRules },
    SnapshotCopy: { ...snapshotCopyRules, ...placementRules },
    InstanceSnapshots: { ...instanceSnapshotsRules, ...placementRules },
    VolumeFromSnapshot: { ...volumeFromSnapshotRules, ...placementRules },
    SnapshotShare: { ...snapshotShareRules, ...placementRules },
};
/** Of each component, which of its arguments may be outputs. */
export const components: Record<string, string> = {
    SnapshotSchedule: "Ids, ARNs, accounts and the texts of tags may be outputs of other resources.",
    SnapshotSharingPolicy: "They are plain data, known when the program runs.",
};
const classes = [...Object.keys(resources), ...Object.keys(components)];

/** What is explained elsewhere than on the page of the same name. */
const explained: Record<string, string> = {
    CompletedSnapshots: "../../README.md#many-at-once",
    SnapshotSharingPolicy: "../sharing-policy.md",
};
const pages = { sdk: "functions-and-types", policies: "policies" } as const;

function pageOf(name: string): string {
    return name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}

/** A property of an interface, as its comment documents it. */
export interface Field {
    name: string;
    type: SomeType;
    required: boolean;
    text: string;
    default: string | undefined;
    change: string | undefined;
}

/** What the entry points export. */
export async function readPackage(): Promise<ProjectReflection> {
    const app = await Application.bootstrap({
        entryPoints: Object.keys(pages).map((folder) => join(root, folder, "index.ts")),
        tsconfig: join(root, "tsconfig.build.json"),
        // `tsc` reports them.
        skipErrorChecking: true,
        // As declared: what is a class's own, then what it shares with others.
        sort: [],
        // It warns of what is input and output at once, and so has two comments. Here each is read where it stands.
        logLevel: "Error",
    });
    const project = await app.convert();
    if (project === undefined) throw new Error("typedoc could not read the package");
    return project;
}

/** The classes that programs make. */
export function classesOf(project: ProjectReflection): string[] {
    const all = project.getReflectionsByKind(ReflectionKind.Class);
    return all.filter(({ flags }) => !flags.isAbstract).map(({ name }) => name);
}

/** The arguments of a class: first what must be given. */
export function argumentsOf(project: ProjectReflection, name: string): Field[] {
    const fields = propertiesOf(project, argumentType(project, name)).map(fieldOf);
    return fields.sort((one, other) => Number(other.required) - Number(one.required));
}

/** The pages by file name. */
export async function referencePages(project: ProjectReflection): Promise<Record<string, string>> {
    const places = placesOf(project);
    const blocks = new Map([
        ["README", overview(project)],
        ...classes.map((name) => [pageOf(name), classPage(project, places, name)] as const),
        [pages.sdk, ["# Functions and types", ...functionSections(project, places, "sdk")]],
        [pages.policies, ["# Policies", ...functionSections(project, places, "policies"), ...ruleSection()]],
    ]);
    for (const [type, { page, anchor }] of [...places].sort())
        if (anchor !== asArguments)
            blocks.get(page)?.push(...typeSection(project, places, page, exported(project, type)));
    const written = [...blocks].map(async ([page, texts]) => {
        const filepath = join(root, "docs/reference", `${page}.md`);
        const text = [notice, ...texts].join("\n\n");
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
        "Every argument and output, with type, default and what a change does. What each is for, and what happens when, " +
            "stands in the [README](../../README.md) and on the pages that are linked from each.",
        table(
            ["class", "what"],
            classes.map((name) => row(name, `${pageOf(name)}.md`, exported(project, name).comment)),
        ),
        table(["function", "what"], [...functions("sdk"), ...functions("policies")]),
    ];
}

function classPage(project: ProjectReflection, places: Places, name: string): string[] {
    const page = pageOf(name);
    const rules = resources[name];
    const { comment } = exported(project, name);
    const fields = argumentsOf(project, name);
    const type = (field: Field) => typeText(field.type, places, page);
    const explanation = explained[name] ?? `../${page}.md`;
    return [
        `# \`${name}\``,
        textOf(comment),
        rules
            ? `\`new ${name}(name, args, opts?)\` makes a resource of type \`pulumi-nodejs:dynamic/ebs:${name}\`. ` +
              "Of `opts`, [some mean something else](../../README.md#engine-options) than with other resources."
            : `\`new ${name}(name, args, opts?)\` makes a component of type \`ebs-snapshots:index:${name}\`.`,
        `What happens when, and why: [${explanation.replace(/^[./]*|#.*/g, "")}](${explanation}).${seeAlso(comment)}`,
        ...examplesOf(comment),
        "## Arguments",
        `${rules ? "Each may be an output of another resource." : (components[name] ?? "")} ` +
            "What is not accepted fails at the preview, on the argument at fault, with nothing made.",
        table(
            ["argument", "type", "default", "a change"],
            fields.map((field) => [
                `[\`${field.name}\`](#${slug(field.name)})`,
                type(field),
                field.required ? "required" : (field.default ?? ""),
                field.change?.replace(/[:;,].*/, "") ?? "",
            ]),
        ),
        ...fields.flatMap((field) => [
            `### \`${field.name}\``,
            `${capital(type(field))}${field.required ? ", required" : ""}. ${field.text} ${accepted(rules?.[field.name])}`,
        ]),
        "## Outputs",
        rules ? "All arguments as they were given, `id` and `urn`, and these:" : "",
        table(
            ["output", "type", "what"],
            outputsOf(project, name)
                .map(fieldOf)
                .map((field) => [`\`${field.name}\``, type(field), field.text]),
        ),
    ];
}

function functionSections(project: ProjectReflection, places: Places, folder: keyof typeof pages): string[] {
    return functionsOf(project, folder).flatMap(({ name, parameters = [], type, comment }) => {
        const given = parameters.map((parameter) => ({
            // What is taken apart at once has no name.
            name: parameter.name === "__namedParameters" ? "args" : parameter.name,
            mark: parameter.flags.isOptional || parameter.defaultValue !== undefined ? "?" : "",
            type: typeText(parameter.type, places, pages[folder]),
            text: textOf(parameter.comment),
        }));
        const list = given.map((parameter) => parameter.name + parameter.mark).join(", ");
        return [
            `## \`${name}\``,
            textOf(comment),
            `\`${name}(${list})\` gives ${typeText(type, places, pages[folder])}.${seeAlso(comment)}`,
            given
                .map((parameter) => `- \`${parameter.name}\`: ${parameter.type}. ${parameter.text}`)
                .join("\n"),
            ...examplesOf(comment),
        ];
    });
}

function ruleSection(): string[] {
    const rows = Object.entries(rules).map(([name, { description }]) => [`\`${name}\``, description]);
    return ["## Rules", table(["rule", "what it asks for"], rows)];
}

function typeSection(
    project: ProjectReflection,
    places: Places,
    page: string,
    declaration: DeclarationReflection,
): string[] {
    // Called so because an argument may be called the same, but for a capital, and headings are links.
    const head = [`## Type \`${declaration.name}\``, textOf(declaration.comment)];
    const fields = propertiesOf(project, declaration).map(fieldOf);
    if (fields.length === 0)
        return isDuration(declaration.type)
            ? head
            : [...head, `${capital(typeText(declaration.type, places, page))}.`];
    // Something that a program gives: then its comments tell defaults.
    const isGiven = fields.some((field) => field.default !== undefined);
    const rows = fields.map(({ name, type, required, text, default: otherwise }) => [
        `\`${name}\``,
        typeText(type, places, page),
        ...(isGiven ? [required ? "required" : (otherwise ?? "")] : []),
        isGiven ? text.replace(sentence("Default:"), "").trim() : text,
    ]);
    return [...head, table(["property", "type", ...(isGiven ? ["default"] : []), "what"], rows)];
}

// What there is.

function exported(project: ProjectReflection, name: string): DeclarationReflection {
    const found = (project.children ?? []).flatMap(({ children = [] }) => children);
    const declaration = found.find((child) => child.name === name);
    if (declaration === undefined) throw new Error(`${name} is not exported`);
    return declaration;
}

function functionsOf(project: ProjectReflection, folder: string): SignatureReflection[] {
    const all = project.children?.find(({ name }) => name === folder)?.children ?? [];
    return all.flatMap(({ kind, signatures = [] }) => (kind === ReflectionKind.Function ? signatures : []));
}

function argumentType(project: ProjectReflection, name: string): SomeType | undefined {
    const constructor = exported(project, name).children?.find((child) => child.name === "constructor");
    return constructor?.signatures?.[0]?.parameters?.find((parameter) => parameter.name === "args")?.type;
}

/** Of a resource, what its state holds besides the arguments; of a component, its properties. */
function outputsOf(project: ProjectReflection, name: string): DeclarationReflection[] {
    if (!(name in resources))
        return (exported(project, name).children ?? []).filter(
            ({ kind, inheritedFrom }) => kind === ReflectionKind.Property && inheritedFrom === undefined,
        );
    const parts = (type: SomeType | undefined) => (type instanceof IntersectionType ? type.types : []);
    const { type } = exported(project, `${name}Args`);
    const given = parts(type instanceof ReferenceType ? type.typeArguments?.[0] : undefined).map(String);
    return parts(exported(project, `${name}State`).type)
        .filter((part) => !given.includes(String(part)))
        .flatMap((part) => propertiesOf(project, part));
}

/** The properties of an interface, or of what is made of interfaces: `Args<SnapshotInputs & Placement>`. */
function propertiesOf(
    project: ProjectReflection,
    of: SomeType | DeclarationReflection | undefined,
): DeclarationReflection[] {
    if (of instanceof DeclarationReflection) return of.children ?? propertiesOf(project, of.type);
    if (of instanceof IntersectionType) return of.types.flatMap((type) => propertiesOf(project, type));
    if (!(of instanceof ReferenceType)) return [];
    if (of.name === "Args") return propertiesOf(project, of.typeArguments?.[0]);
    return of.reflection instanceof DeclarationReflection ? propertiesOf(project, of.reflection) : [];
}

function fieldOf(property: DeclarationReflection): Field {
    const signature = property.signatures?.[0];
    const { type, comment } = signature ?? property;
    if (type === undefined) throw new Error(`${property.getFullName()} has no type`);
    const parameters = signature?.parameters?.map(({ name }) => name).join(", ");
    const text = textOf(comment);
    return {
        name: parameters === undefined ? property.name : `${property.name}(${parameters})`,
        type,
        required: !property.flags.isOptional,
        text,
        default: sentence("Default:").exec(text)?.[1],
        change: sentence("A change").exec(text)?.[1],
    };
}

/** The sentence that begins so, and its rest. A full stop within a word (`2.4`) ends none. */
function sentence(beginning: string): RegExp {
    return new RegExp(`(?:^|(?<=\\s))${beginning} (.*?)\\.(?=\\s|$)`, "s");
}

function firstSentence(text: string): string {
    return /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}

/** What a rule says to a value that nothing accepts, where that is more than the type. */
function accepted(rule: Rule | undefined): string {
    const [failure] = rule?.accepts([{}], "") ?? [];
    const allowed = /but must be (.+)$/.exec(failure?.reason ?? "")?.[1] ?? "";
    if (/^(text|an object|true or false|".*|)$|^text of/.test(allowed)) return "";
    return `Accepted: ${allowed.replace(/"[^"]+"/g, "`$&`")}.`;
}

// Comments and types as Markdown.

function markdown(parts: CommentDisplayPart[]): string {
    return parts
        .map((part) => (part.kind === "inline-tag" ? `\`${part.text}\`` : part.text))
        .join("")
        .replace(/(?<=^|\s)https:\/\/docs\.aws\.amazon\.com\/\S+/g, "[AWS documentation]($&).")
        .trim();
}

function textOf(comment: Comment | undefined): string {
    return markdown(comment?.summary ?? []).replace(/\s+/g, " ");
}

function seeAlso(comment: Comment | undefined): string {
    // typedoc makes a list of several.
    const lines = (comment?.getTags("@see") ?? []).flatMap(({ content }) => markdown(content).split("\n"));
    if (lines.length === 0) return "";
    return ` See also ${lines.map((line) => line.replace(/^\s*- /, "")).join(", ")}.`;
}

function examplesOf(comment: Comment | undefined): string[] {
    return (comment?.getTags("@example") ?? []).map(({ content }) => markdown(content));
}

/** Where named types stand: where only one page names them, there. */
type Places = Map<string, { page: string; anchor: string }>;

const asArguments = "arguments";

function placesOf(project: ProjectReflection): Places {
    const places: Places = new Map();
    for (const name of classes) {
        const [type] = referencesIn(argumentType(project, name));
        const inputs = type && referencesIn(exported(project, type.name).type);
        for (const given of [type, ...(inputs ?? [])])
            if (given !== undefined) places.set(given.name, { page: pageOf(name), anchor: asArguments });
    }
    // Most that name it name what it stands for, see isDuration.
    const users = new Map([["Duration", new Set<string>([pages.sdk])]]);
    const note = (page: string, type: SomeType | undefined) => {
        for (const { name } of referencesIn(type)) {
            const known = users.get(name) ?? new Set();
            if (known.has(page) || places.has(name)) continue;
            users.set(name, known.add(page));
            const declaration = exported(project, name);
            for (const property of propertiesOf(project, declaration)) note(page, fieldOf(property).type);
            note(page, declaration.type);
        }
    };
    for (const name of classes) {
        const outputs = outputsOf(project, name).map(fieldOf);
        for (const { type } of [...argumentsOf(project, name), ...outputs]) note(pageOf(name), type);
    }
    for (const [folder, page] of Object.entries(pages))
        for (const { parameters = [], type } of functionsOf(project, folder))
            for (const used of [type, ...parameters.map((parameter) => parameter.type)]) note(page, used);
    for (const [name, [page = pages.sdk, ...more]] of users)
        places.set(name, { page: more.length > 0 ? pages.sdk : page, anchor: `type-${slug(name)}` });
    return places;
}

/** The exported types that a type names. */
function referencesIn(type: SomeType | undefined): ReferenceType[] {
    if (type instanceof ReferenceType) {
        const inner = (type.typeArguments ?? []).flatMap(referencesIn);
        const isNamed = type.reflection?.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]);
        return isNamed && type.name !== "Args" ? [type, ...inner] : inner;
    }
    if (type instanceof ArrayType) return referencesIn(type.elementType);
    if (type instanceof UnionType || type instanceof IntersectionType)
        return type.types.flatMap(referencesIn);
    if (type instanceof ReflectionType)
        return (type.declaration.children ?? []).flatMap((child) => referencesIn(child.type));
    return [];
}

function typeText(type: SomeType | undefined, places: Places, page: string): string {
    const inner = (some: SomeType | undefined) => typeText(some, places, page);
    if (isDuration(type))
        return `[\`Duration\`](${page === pages.sdk ? "" : `${pages.sdk}.md`}#type-duration)`;
    if (type instanceof ReferenceType) {
        const [first, second] = type.typeArguments ?? [];
        if (["Output", "pulumi.Output", "Partial"].includes(type.name)) return inner(first);
        if (type.name === "Promise") return `a promise of ${inner(first)}`;
        if (type.name === "Record")
            return `a map of ${String(second) === "unknown" ? "anything" : several(inner(second))}`;
        // Where a program may give an output, plain data has text.
        if (type.refersToTypeParameter) return "`string`";
        const place = places.get(type.name);
        return place === undefined
            ? `\`${String(type)}\``
            : `[\`${type.name}\`](${place.page === page ? "" : `${place.page}.md`}#${place.anchor})`;
    }
    if (type instanceof ArrayType) return `a list of ${several(inner(type.elementType))}`;
    if (type instanceof UnionType) {
        const members = type.types.filter((member) => String(member) !== "undefined");
        // The compiler's order of them changes with code elsewhere.
        return members.map(inner).sort().join(" or ");
    }
    if (type instanceof LiteralType) return `\`${JSON.stringify(type.value)}\``;
    if (type instanceof ReflectionType) {
        const members = type.declaration.children ?? [];
        return members.map((child) => `\`${child.name}\`: ${inner(child.type)}`).join(", ");
    }
    return `\`${String(type)}\``;
}

/** typedoc spells an alias out where a property is optional, and this one is long. */
function isDuration(type: SomeType | undefined): boolean {
    return (
        type instanceof TemplateLiteralType ||
        (type instanceof UnionType && type.types.every((member) => isDuration(member)))
    );
}

function table(heads: string[], rows: string[][]): string {
    const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
    return [heads, heads.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function several(text: string): string {
    return text.replace(/^a (list|map) /, "$1s ");
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

function slug(name: string): string {
    return name.toLowerCase();
}
