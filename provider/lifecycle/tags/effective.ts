/**
 * Computes the tags that a resource must carry, and the update that is due if it does not.
 *
 * @module
 */
import type { Configuration } from "../../../schema/configuration";
import { tagChanges } from "../../aws/tags";
import { declaredTags, type TagMap } from "../../../schema/tags";
import type { Stored } from "../context";
import type { ResourceContext } from "../resource-context";
import type { Scope } from "../scope";
import type { Pending } from "../../../schema/property";
import { type Properties, isMap, hasUnknown, formatValue } from "../../../schema/values";

/** Describes tags that exist only by default and yield to copied ones: `aws:defaultTags`, and an undeclared name. */
interface Overridable {
    defaultName?: string | undefined;
    copiedKeys?: string[] | undefined;
}

export function defaultKeys(
    inputs: Properties,
    configuration: Configuration,
    defaultName?: string,
): string[] {
    const declared = inputs["name"] === defaultName ? { ...inputs, name: undefined } : inputs;
    const aws = { ...configuration.aws, defaultTags: {} };
    const explicit = declaredTags(declared, { ...configuration, aws });
    return Object.keys(declaredTags(inputs, configuration)).filter((key) => !Object.hasOwn(explicit, key));
}

/** Returns the declared tags without the defaults that copied tags override. */
export function effectiveTags(
    inputs: Properties,
    configuration: Configuration,
    { defaultName, copiedKeys = [] }: Overridable,
): TagMap {
    const declared = declaredTags(inputs, configuration);
    const overridden = defaultKeys(inputs, configuration, defaultName).filter((key) =>
        copiedKeys.includes(key),
    );
    return Object.fromEntries(Object.entries(declared).filter(([key]) => !overridden.includes(key)));
}

/**
 * Returns the update that is due because a default tag of the configuration is missing, or a tag is no longer declared.
 */
export function pendingTags(
    ctx: Pick<ResourceContext, "configuration" | "secrets">,
    inputs: Properties,
    state: Stored,
): Pending | undefined {
    const { name, group, billingCode, tags } = inputs;
    const { tagsAll } = state.properties;
    if (hasUnknown([name, group, billingCode, tags]) || !isMap(tagsAll)) return undefined;
    const { write, remove } = tagChanges(
        tagsAll as TagMap,
        effectiveTags(inputs, ctx.configuration, state.metadata),
        { managed: state.metadata.tagKeys ?? [], ignore: ctx.configuration.aws.ignoreTags },
    );
    const reasons = [
        ...Object.keys(write).map((key) => `writes the tag ${formatValue(key)}`),
        ...remove.map((key) => `removes the tag ${formatValue(key)}`),
    ];
    if (reasons.length === 0) return undefined;
    const isSecret = ctx.secrets.includes("tags");
    return { effect: "update", why: isSecret ? "its tags are not as declared" : reasons.join(", ") };
}

/** Returns the keys of the tags that a resource with these inputs writes. */
export function declaredTagKeys(
    { rules, deployment }: Scope,
    inputs: Properties,
    metadata: Overridable,
): string[] {
    return "tags" in rules ? Object.keys(effectiveTags(inputs, deployment.configuration, metadata)) : [];
}
