/**
 * Generates schema.json for every language of Pulumi from the interfaces, their comments and rules. `npm run
 * reference` writes it, and test/unit/docs/reference.test.ts fails if it is out of date.
 * https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import {
    ArrayType,
    DeclarationReflection,
    IntrinsicType,
    LiteralType,
    ReferenceType,
    ReflectionType,
    UnionType,
    type ProjectReflection,
    type SomeType,
} from "typedoc";
import { withPluginKeys } from "../provider/plugin/configuration.js";
import { pluginTokenOf, resources, tokenOf } from "../schema/index.js";
import type { Rule } from "../schema/property.js";
import { providerInputs } from "../schema/provider.js";
import { isDuration } from "./reference/links.mjs";
import {
    argumentsOf,
    exported,
    fieldOf,
    functionsOf,
    markdown,
    outputsOf,
    propertiesOf,
    root,
    textOf,
    type Field,
} from "./reference/read.mjs";

/** Returns the functions. A list that one returns is a property of the result, because languages need an object. */
const functions: Record<string, string | undefined> = {
    changedSize: undefined,
    listSnapshots: "snapshots",
    newestSnapshot: undefined,
    shareableAccounts: "accounts",
};

type Json = Record<string, unknown>;

/** Returns the text of schema.json. */
export async function schemaText(project: ProjectReflection): Promise<string> {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Json;
    const filepath = join(root, "schema.json");
    const text = withPluginKeys(JSON.stringify(packageSchema(project, manifest)), {});
    return format(text, { ...(await resolveConfig(filepath)), filepath });
}

function packageSchema(project: ProjectReflection, manifest: Json): Json {
    const owner = String(manifest["author"]).split(" ")[0] ?? "";
    const types: Json = {};
    const properties = (fields: Field[], owner: string) =>
        Object.fromEntries(
            fields.map((field) => [field.name, property(project, types, { field, owner })] as const),
        );
    const objectOutputs = (type: SomeType | undefined, owner: string) => {
        const fields = propertiesOf(project, type).map(fieldOf);
        return { properties: properties(fields, capital(owner)), required: required(fields) };
    };
    const provider = propertiesOf(project, exported(project, "ProviderInputs")).map(fieldOf);
    const configuration = Object.fromEntries(
        Object.entries(properties(provider, "Provider")).map(([name, spec]) => [
            name,
            { ...spec, ...providerInputs[name as keyof typeof providerInputs] },
        ]),
    );
    const described = (Object.keys(resources) as (keyof typeof resources)[]).map((name) => {
        const rules: Readonly<Record<string, Rule>> = resources[name].inputs;
        const inputs = argumentsOf(project, name);
        const outputs = outputsOf(project, name).map(fieldOf);
        const inputProperties = Object.fromEntries(
            Object.entries(properties(inputs, name)).map(([key, spec]) => [
                key,
                rules[key]?.onChange === "replace" ? { ...spec, willReplaceOnChanges: true } : spec,
            ]),
        );
        const echoed = inputs.filter(({ name: key }) => outputs.every((output) => output.name !== key));
        const resource = {
            description: descriptionOf(project, name),
            aliases: [{ type: tokenOf(name) }],
            inputProperties,
            requiredInputs: required(inputs),
            properties: properties([...echoed, ...outputs], name),
            required: required([...echoed, ...outputs]),
        };
        return [pluginTokenOf(name), resource] as const;
    });
    const called = Object.entries(functions).map(([name, result]) => {
        const signature = functionsOf(project, "sdk").find((one) => one.name === name);
        const argsType = signature?.parameters?.[0]?.type;
        const inputs = propertiesOf(project, argsType).map(fieldOf);
        const [returned] =
            signature?.type instanceof ReferenceType ? (signature.type.typeArguments ?? []) : [];
        const spec = {
            description: textOf(signature?.comment),
            inputs: { properties: properties(inputs, capital(name)), required: required(inputs) },
            outputs:
                result === undefined
                    ? objectOutputs(returned, name)
                    : {
                          properties: {
                              [result]: {
                                  ...typeSpec(project, types, { type: returned, owner: capital(name) }),
                                  description: "The result, as a list.",
                              },
                          },
                          required: [result],
                      },
        };
        return [`ebs-snapshots:index:${name}`, spec] as const;
    });
    return {
        $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
        name: "ebs-snapshots",
        displayName: "EBS Snapshots",
        version: manifest["version"],
        description: manifest["description"],
        keywords: ["pulumi", "aws", "ebs", "snapshot", "backup", "category/cloud", "kind/native"],
        license: manifest["license"],
        attribution: "",
        homepage: manifest["homepage"],
        repository: `https://github.com/${owner}/pulumi-ebs-snapshots`,
        publisher: owner,
        // Without a logo, the CLI fetches one when it generates an SDK.
        logoUrl: `https://raw.githubusercontent.com/${owner}/pulumi-ebs-snapshots/main/docs/logo.svg`,
        // The releases contain the plugin under the names that the CLI requests.
        pluginDownloadURL: `github://api.github.com/${owner}/pulumi-ebs-snapshots`,
        // SDKs are separate modules and packages with matching paths.
        meta: { supportPack: true },
        config: { variables: configuration },
        provider: {
            description:
                "Where and as whom resources are managed; arguments are those of the `aws` provider.",
            inputProperties: configuration,
        },
        types: Object.fromEntries(Object.entries(types).sort(([one], [other]) => (one < other ? -1 : 1))),
        resources: Object.fromEntries(described),
        functions: Object.fromEntries(called),
        language: {
            csharp: { respectSchemaVersion: true },
            go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
            nodejs: { packageName: "pulumi-ebs-snapshots-sdk", respectSchemaVersion: true },
            python: { respectSchemaVersion: true, pyproject: { enabled: true } },
        },
    };
}

function descriptionOf(project: ProjectReflection, name: string): string {
    const { comment } = exported(project, name);
    const examples = comment?.getTags("@example") ?? [];
    return [textOf(comment), ...examples.map(({ content }) => markdown(content))].join("\n\n");
}

function property(
    project: ProjectReflection,
    types: Json,
    { field, owner }: { field: Field; owner: string },
): Json {
    return {
        ...typeSpec(project, types, { type: field.type, owner, name: field.name }),
        description: field.text,
    };
}

function required(fields: Field[]): string[] {
    return fields.filter((field) => field.required).map(({ name }) => name);
}

/** Returns the type of a property; named types are added to `types`. */
function typeSpec(
    project: ProjectReflection,
    types: Json,
    { type, owner, name = "" }: { type: SomeType | undefined; owner: string; name?: string },
): Json {
    const inner = (some: SomeType | undefined) => typeSpec(project, types, { type: some, owner, name });
    if (isDuration(type)) return { type: "string" };
    if (type instanceof IntrinsicType) {
        if (type.name === "unknown") return { $ref: "pulumi.json#/Any" };
        // An `integer` has 32 bits.
        if (type.name === "number") return { type: name.endsWith("Bytes") ? "number" : "integer" };
        return { type: type.name };
    }
    if (type instanceof ArrayType) return { type: "array", items: inner(type.elementType) };
    if (type instanceof UnionType) return unionSpec(project, types, { union: type, owner, name });
    if (type instanceof ReferenceType) {
        const [first, second] = type.typeArguments ?? [];
        if (["Output", "pulumi.Output", "Partial"].includes(type.name)) return inner(first);
        if (type.name === "Record") return { type: "object", additionalProperties: inner(second) };
        const declaration = type.reflection;
        if (!(declaration instanceof DeclarationReflection))
            throw new Error(`${String(type)} is not exported`);
        if (declaration.type !== undefined && propertiesOf(project, declaration).length === 0)
            return membersOf(declaration.type) === undefined
                ? inner(declaration.type)
                : named(types, declaration.name, () => objectSpec(project, types, declaration));
        return named(types, declaration.name, () => objectSpec(project, types, declaration));
    }
    throw new Error(`${owner}.${name} has a type that no other language has: ${String(type)}`);
}

function unionSpec(
    project: ProjectReflection,
    types: Json,
    { union, owner, name }: { union: UnionType; owner: string; name: string },
): Json {
    const members = union.types.filter((member) => String(member) !== "undefined");
    if (members.every((member) => member instanceof LiteralType && typeof member.value === "boolean"))
        return { type: "boolean" };
    if (members.every((member) => member instanceof LiteralType))
        return named(types, capital(name), () => ({
            type: "string",
            enum: members.map(({ value }) => ({ name: memberName(String(value)), value })),
        }));
    const specs = members
        .filter((member) => !(member instanceof LiteralType))
        .map((member) => typeSpec(project, types, { type: member, owner, name }));
    if (members.some((member) => member instanceof LiteralType)) specs.unshift({ type: "boolean" });
    // A numeric account id has lost its leading zeros, so that other languages accept strings only.
    if (
        specs.length === 2 &&
        specs.some(({ type }) => type === "string") &&
        specs.some(({ type }) => type === "integer")
    )
        return { type: "string" };
    return specs.length === 1 ? (specs[0] ?? {}) : { oneOf: specs };
}

/** Without a name, the generators spell a value in capitals letter by letter: `EB_S_SNAPSHO_T_MANAGEMENT`. */
function memberName(value: string): string {
    return value
        .split("_")
        .map((word) => capital(word.toLowerCase()))
        .join("");
}

function named(types: Json, name: string, spec: () => Json): Json {
    const token = `ebs-snapshots:index:${name}`;
    // The type is registered before its description, because it may refer to itself.
    if (types[token] === undefined) {
        types[token] = {};
        types[token] = spec();
    }
    return { $ref: `#/types/${token}` };
}

function objectSpec(project: ProjectReflection, types: Json, declaration: DeclarationReflection): Json {
    const alternatives = membersOf(declaration.type);
    const fields = (alternatives?.flat() ?? propertiesOf(project, declaration)).map(fieldOf);
    return {
        type: "object",
        description: textOf(declaration.comment),
        properties: Object.fromEntries(
            fields.map((field) => [field.name, property(project, types, { field, owner: declaration.name })]),
        ),
        required: alternatives === undefined ? required(fields) : [],
    };
}

/** Returns the properties of each member of a union of objects. */
function membersOf(type: SomeType | undefined): DeclarationReflection[][] | undefined {
    if (!(type instanceof UnionType)) return undefined;
    const objects = type.types.filter((member) => member instanceof ReflectionType);
    if (objects.length !== type.types.length) return undefined;
    return objects.map(({ declaration }) => declaration.children ?? []);
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
