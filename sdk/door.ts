/**
 * Selects the door of a resource: Pulumi's dynamic providers, or the plugin of this package. Each door declares the token of
 * the other as an alias, so that a change of door changes nothing.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { pluginTokenOf, resources, tokenOf, type ResourceName } from "../schema/index";
import { providerInputs } from "../schema/provider";
import { organization } from "./organization";
import { Provider, type ProviderArgs } from "./provider";

/** The type token by which a program declares a resource, and that of the other door. */
export interface Door {
    type: string;
    /** Undefined for the resources inside the components, which are dynamic resources always. */
    otherType: string | undefined;
    /** The provider instance; undefined for a dynamic resource. */
    plugin: pulumi.ProviderResource | undefined;
    /** Reports whether the program selects the provider instance, and not only the configuration. */
    isExplicit: boolean;
}

export function doorOf(resource: ResourceName, opts: pulumi.CustomResourceOptions | undefined): Door {
    const dynamic = tokenOf(resource);
    if (!isPublic(resource))
        return { type: dynamic, otherType: undefined, plugin: undefined, isExplicit: false };
    const token = pluginTokenOf(resource);
    const explicit = pluginIn(opts) ?? pluginForAws(opts);
    const plugin = explicit ?? configuredPlugin();
    const isExplicit = explicit !== undefined;
    return plugin === undefined
        ? { type: dynamic, otherType: token, plugin, isExplicit }
        : { type: token, otherType: dynamic, plugin, isExplicit };
}

function isPublic(resource: ResourceName): resource is keyof typeof resources {
    return Object.hasOwn(resources, resource);
}

/** Returns the provider instance in the options, or the inherited one. */
function pluginIn(opts: pulumi.CustomResourceOptions | undefined): pulumi.ProviderResource | undefined {
    const { provider, parent } = opts ?? {};
    if (provider !== undefined && packageOf(provider) === "ebs-snapshots") return provider;
    return parent?.getProvider("ebs-snapshots:index:Snapshot");
}

/** Contains one plugin provider for each explicit `aws.Provider`. */
const ofAws = new WeakMap<pulumi.ProviderResource, Provider>();

/**
 * Returns the plugin instance with the arguments of the explicit `aws.Provider`, if the stack chooses the plugin: its region,
 * profile, roles, endpoints and so on are outputs of it, structured ones as JSON.
 */
function pluginForAws(opts: pulumi.CustomResourceOptions | undefined): Provider | undefined {
    const aws = isPluginConfigured() ? explicitAwsProvider(opts) : undefined;
    if (aws === undefined) return undefined;
    const known = ofAws.get(aws);
    if (known !== undefined) return known;
    const outputs = aws as unknown as Record<string, unknown>;
    const given = Object.keys(providerInputs).filter((key) => pulumi.Output.isInstance(outputs[key]));
    const args = Object.fromEntries(given.map((key) => [key, outputs[key]])) as ProviderArgs;
    const provider = new Provider(
        "ebs-snapshots",
        { organization: organization(), ...args },
        // Its URN differs from those of others by the parent.
        { parent: aws },
    );
    ofAws.set(aws, provider);
    return provider;
}

/** Returns the `aws.Provider` in the options, or inherited from the parent. */
export function explicitAwsProvider(
    opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ProviderResource | undefined {
    const providers = opts?.providers;
    const listed = providers === undefined ? [] : Object.values(providers);
    return (
        [opts?.provider, ...listed].find(
            (provider) => provider !== undefined && packageOf(provider) === "aws",
        ) ?? opts?.parent?.getProvider("aws:index:Provider")
    );
}

function isPluginConfigured(): boolean {
    return new pulumi.Config("ebs-snapshots").getBoolean("plugin") === true;
}

/** Contains one provider for each program, because the Automation API runs several programs in one process. */
const configured = new WeakMap<object, Provider>();

function configuredPlugin(): Provider | undefined {
    if (!isPluginConfigured()) return undefined;
    const program = pulumi.runtime.getStackResource() ?? configured;
    let provider = configured.get(program);
    if (provider === undefined) {
        provider = new Provider("ebs-snapshots", { organization: organization(), ...stackConfiguration() });
        configured.set(program, provider);
    }
    return provider;
}

/** Returns the stack's configuration of the `aws` provider, which Pulumi passes to no other provider, and of this package. */
function stackConfiguration(): Record<string, pulumi.Input<string>> {
    const values = Object.keys(providerInputs).flatMap((key) => {
        const found = ["ebs-snapshots", "aws"]
            .map((space) => [space, new pulumi.Config(space).get(key)] as const)
            .find(([, value]) => value !== undefined);
        if (found === undefined) return [];
        const [space, value = ""] = found;
        return [[key, isConfigSecret(`${space}:${key}`) ? pulumi.secret(value) : value] as const];
    });
    return Object.fromEntries(values);
}

/** Calls a function of the SDK that is public, but not in its types. */
export function isConfigSecret(key: string): boolean {
    const { isConfigSecret: isSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
    return isSecret?.(key) === true;
}

/** Calls a method of the SDK that has always been public, but is not in its types. */
export function packageOf(provider: pulumi.ProviderResource): string {
    return (provider as unknown as { getPackage: () => string }).getPackage();
}
