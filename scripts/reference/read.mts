/**
 * Reads the exports of the package with their doc comments, for the reference and other generated files.
 *
 * A comment of an argument states its default in a sentence that begins with `Default:`, and the effect of a change in
 * one that begins with `A change`.
 *
 * @module
 */
import { join } from "node:path";
import {
    Application,
    DeclarationReflection,
    IntersectionType,
    ReferenceType,
    ReflectionKind,
    type Comment,
    type CommentDisplayPart,
    type ProjectReflection,
    type SignatureReflection,
    type SomeType,
} from "typedoc";
import { resources } from "../../schema/index.js";
import type { Rule } from "../../schema/property.js";

export const root = join(import.meta.dirname, "../..");

/** Contains the folders of the entry points, each with the page of its functions. */
export const pages = { sdk: "functions-and-types", policies: "policies" } as const;

/** Returns the rules of a resource's arguments; a component has none. */
export function rulesOf(name: string): Readonly<Record<string, Rule>> | undefined {
    return Object.hasOwn(resources, name) ? resources[name as keyof typeof resources].inputs : undefined;
}

/** Returns, for each class that is not a resource, the arguments that may be outputs. */
export const components: Record<string, string> = {
    SnapshotSchedule: "Ids, ARNs, accounts and the texts of tags may be outputs of other resources.",
    SharedSnapshotCopies: "Ids, ARNs, accounts and keys may be outputs of other resources.",
    Provider: "Each may be an output of another resource.",
    SnapshotSharingPolicy: "They are plain data, known when the program runs.",
};

export const classes = [...Object.keys(resources), ...Object.keys(components)];

/** Describes a property of an interface as its comment documents it. */
export interface Field {
    name: string;
    type: SomeType;
    required: boolean;
    text: string;
    default: string | undefined;
    change: string | undefined;
}

/** Lists the exports of the entry points. */
export async function readPackage(): Promise<ProjectReflection> {
    const app = await Application.bootstrap({
        entryPoints: Object.keys(pages).map((folder) => join(root, folder, "index.ts")),
        tsconfig: join(root, "tsconfig.build.json"),
        // `tsc` reports them.
        skipErrorChecking: true,
        // The order is that of the declaration: the class's own properties, then the shared ones.
        sort: [],
        // typedoc warns of properties that are both input and output, and so have two comments; both are read here.
        logLevel: "Error",
    });
    const project = await app.convert();
    if (project === undefined) throw new Error("typedoc could not read the package");
    return project;
}

/** Returns the classes that programs instantiate. */
export function classesOf(project: ProjectReflection): string[] {
    const all = project.getReflectionsByKind(ReflectionKind.Class);
    return all.filter(({ flags }) => !flags.isAbstract).map(({ name }) => name);
}

/** Returns the arguments of a class, the required ones first. */
export function argumentsOf(project: ProjectReflection, name: string): Field[] {
    const fields = propertiesOf(project, argumentType(project, name)).map(fieldOf);
    return fields.sort((one, other) => Number(other.required) - Number(one.required));
}

export function exported(project: ProjectReflection, name: string): DeclarationReflection {
    const found = (project.children ?? []).flatMap(({ children = [] }) => children);
    const declaration = found.find((child) => child.name === name);
    if (declaration === undefined) throw new Error(`${name} is not exported`);
    return declaration;
}

export function functionsOf(project: ProjectReflection, folder: string): SignatureReflection[] {
    const all = project.children?.find(({ name }) => name === folder)?.children ?? [];
    return all.flatMap(({ kind, signatures = [] }) => (kind === ReflectionKind.Function ? signatures : []));
}

export function argumentType(project: ProjectReflection, name: string): SomeType | undefined {
    const constructor = exported(project, name).children?.find((child) => child.name === "constructor");
    return constructor?.signatures?.[0]?.parameters?.find((parameter) => parameter.name === "args")?.type;
}

/** Returns the outputs of a resource besides its arguments, or the properties of a component. */
export function outputsOf(project: ProjectReflection, name: string): DeclarationReflection[] {
    if (!(name in resources))
        return (exported(project, name).children ?? []).filter(
            ({ kind, inheritedFrom }) => kind === ReflectionKind.Property && inheritedFrom === undefined,
        );
    const parts = (type: SomeType | undefined) => (type instanceof IntersectionType ? type.types : []);
    const { type } = exported(project, `${name}Args`);
    const inputTypes = parts(type instanceof ReferenceType ? type.typeArguments?.[0] : undefined).map(String);
    return parts(exported(project, `${name}State`).type)
        .filter((part) => !inputTypes.includes(String(part)))
        .flatMap((part) => propertiesOf(project, part));
}

/** Returns the properties of an interface, or of a type that combines interfaces: `Args<SnapshotInputs & Placement>`. */
export function propertiesOf(
    project: ProjectReflection,
    of: SomeType | DeclarationReflection | undefined,
): DeclarationReflection[] {
    if (of instanceof DeclarationReflection) return of.children ?? propertiesOf(project, of.type);
    if (of instanceof IntersectionType) return of.types.flatMap((type) => propertiesOf(project, type));
    if (!(of instanceof ReferenceType)) return [];
    if (of.name === "Args") return propertiesOf(project, of.typeArguments?.[0]);
    return of.reflection instanceof DeclarationReflection ? propertiesOf(project, of.reflection) : [];
}

export function fieldOf(property: DeclarationReflection): Field {
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

/** Returns the sentence with this beginning, and its rest. A full stop within a word (`2.4`) does not end it. */
export function sentence(beginning: string): RegExp {
    return new RegExp(`(?:^|(?<=\\s))${beginning} (.*?)\\.(?=\\s|$)`, "s");
}

export function textOf(comment: Comment | undefined): string {
    return markdown(comment?.summary ?? []).replace(/\s+/g, " ");
}

export function markdown(parts: CommentDisplayPart[]): string {
    return parts
        .map((part) => (part.kind === "inline-tag" ? `\`${part.text}\`` : part.text))
        .join("")
        .replace(/(?<=^|\s)https:\/\/docs\.aws\.amazon\.com\/\S+/g, "[AWS documentation]($&).")
        .trim();
}
