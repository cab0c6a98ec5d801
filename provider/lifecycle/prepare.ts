/**
 * Completes declared inputs before they are checked: the region and the default name.
 *
 * @module
 */
import { configuredRegion, missingRegion, requireRegion } from "../aws/region";
import { ConfigError } from "../../schema/configuration-values";
import type { Credentials } from "../../schema/credentials";
import { formatFailure } from "../../schema/failure";
import { regionRule } from "../../schema/placement";
import { nameOf } from "../../schema/urn";
import { hasUnknown, isMap, UNKNOWN, type Properties } from "../../schema/values";
import type { LifecycleContext, Stored } from "./context";
import type { Scope } from "./scope";

export async function prepare(
    { rules, deployment }: Scope,
    { urn }: LifecycleContext,
    { olds, news }: { olds: Stored; news: Properties },
): Promise<Stored> {
    // A program that passes null means the same as one that omits the property.
    const inputs = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
    if (!("tags" in rules) && inputs["tags"] !== undefined) {
        // A transform of the stack adds tags to every resource.
        delete inputs["tags"];
        deployment.log.info(urn, "has no tags in AWS; `tags` is ignored.");
    }
    const lineage = deployment.lineageOf(urn, Object.keys(olds.properties).length > 0 ? olds : undefined);
    const region =
        inputs["region"] ?? (await defaultRegion(deployment, urn, { olds: olds.properties, news }));
    if (region === undefined) throw missingRegion();
    if (region !== UNKNOWN && region !== olds.properties["region"])
        await requireNewRegion(deployment, region, { isConfigured: inputs["region"] === undefined });
    inputs["region"] = region;
    if (!("name" in rules) || inputs["name"] !== undefined)
        return { properties: inputs, metadata: { lineage } };
    const defaultName = olds.metadata.defaultName ?? nameOf(urn);
    // A resource that was imported without a name has none until the program declares one.
    const properties = defaultName === "" ? inputs : { ...inputs, name: defaultName };
    return { properties, metadata: { defaultName, lineage } };
}

async function requireNewRegion(
    { configuration }: Scope["deployment"],
    region: unknown,
    { isConfigured }: { isConfigured: boolean },
): Promise<void> {
    const key = isConfigured ? "aws:region" : "region";
    const [failure] = regionRule.validate(region, "region");
    if (failure === undefined) await requireRegion(String(region), configuration.aws, key);
    // The check of the properties reports a declared region; the program does not contain a configured one.
    else if (isConfigured) throw new ConfigError(key, formatFailure(failure));
}

async function defaultRegion(
    deployment: Scope["deployment"],
    urn: string,
    { olds, news: { credentials } }: { olds: Properties; news: Properties },
): Promise<unknown> {
    const isIdentity = isMap(credentials) && !hasUnknown(credentials);
    return (
        deployment.keepRegion(urn, olds["region"] as string | undefined) ??
        (await configuredRegion(
            deployment.configuration.aws,
            isIdentity ? (credentials as Credentials) : undefined,
        )) ??
        // An unknown profile has an unknown region.
        (hasUnknown(credentials) ? UNKNOWN : undefined)
    );
}
