/**
 * Renders types as Markdown, with links to their descriptions in the reference.
 *
 * @module
 */
import {
    ArrayType,
    IntersectionType,
    LiteralType,
    ReferenceType,
    ReflectionKind,
    ReflectionType,
    TemplateLiteralType,
    UnionType,
    type ProjectReflection,
    type SomeType,
} from "typedoc";
import {
    argumentsOf,
    argumentType,
    classes,
    exported,
    fieldOf,
    functionsOf,
    outputsOf,
    pages,
    propertiesOf,
} from "./read.mjs";

/** Determines the page of each named type: the only page that uses it, if there is one. */
export type Places = Map<string, { page: string; anchor: string }>;

export const asArguments = "arguments";

export function placesOf(project: ProjectReflection): Places {
    const places: Places = new Map();
    for (const name of classes) {
        const [type] = referencesIn(argumentType(project, name));
        const inputs = type && referencesIn(exported(project, type.name).type);
        for (const reference of [type, ...(inputs ?? [])])
            if (reference !== undefined)
                places.set(reference.name, { page: pageOf(name), anchor: asArguments });
    }
    // Most properties of this type contain its expansion instead, see isDuration.
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

/** Returns the exported types that a type uses. */
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

export function typeText(type: SomeType | undefined, places: Places, page: string): string {
    const inner = (some: SomeType | undefined) => typeText(some, places, page);
    if (isDuration(type))
        return `[\`Duration\`](${page === pages.sdk ? "" : `${pages.sdk}.md`}#type-duration)`;
    if (type instanceof ReferenceType) {
        const [first, second] = type.typeArguments ?? [];
        if (["Output", "pulumi.Output", "Partial"].includes(type.name)) return inner(first);
        if (type.name === "Promise") return `a promise of ${inner(first)}`;
        if (type.name === "Record")
            return `a map of ${String(second) === "unknown" ? "anything" : several(inner(second))}`;
        // Plain data contains text where a program may pass an output.
        if (type.refersToTypeParameter) return "`string`";
        const place = places.get(type.name);
        return place === undefined
            ? `\`${String(type)}\``
            : `[\`${type.name}\`](${place.page === page ? "" : `${place.page}.md`}#${place.anchor})`;
    }
    if (type instanceof ArrayType) return `a list of ${several(inner(type.elementType))}`;
    if (type instanceof UnionType) {
        const members = type.types.filter((member) => String(member) !== "undefined");
        // The compiler's order of the types changes with other code.
        return members.map(inner).sort().join(" or ");
    }
    if (type instanceof LiteralType) return `\`${JSON.stringify(type.value)}\``;
    if (type instanceof ReflectionType) {
        const members = type.declaration.children ?? [];
        return members.map((child) => `\`${child.name}\`: ${inner(child.type)}`).join(", ");
    }
    return `\`${String(type)}\``;
}

/** typedoc expands an alias if a property is optional, and this one is long. */
export function isDuration(type: SomeType | undefined): boolean {
    return (
        type instanceof TemplateLiteralType ||
        (type instanceof UnionType && type.types.every((member) => isDuration(member)))
    );
}

export function several(text: string): string {
    return text.replace(/^a (list|map) /, "$1s ");
}

export function slug(name: string): string {
    return name.toLowerCase();
}

export function pageOf(name: string): string {
    return name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}
