/**
 * Computes the tags of a new resource, which may copy those of its source.
 *
 * @module
 */
import { copyableTags } from "../../aws/tags";
import {
    copyTagsOption,
    declaredTags,
    internalTags,
    isSelected,
    maxTags,
    ownPrefix,
    type TagMap,
} from "../../../schema/tags";
import type { ResourceContext } from "../resource-context";
import type { TagCarrier } from "./carriers";
import type { Scope } from "../scope";
import { type Properties, hasUnknown } from "../../../schema/values";
import { effectiveTags, defaultKeys } from "./effective";

/**
 * Returns the tags of a new resource, in ascending precedence: default tags and a default name, copied tags, declared
 * tags, internal tags. Copied tags are dropped if there is no room for them. `source` is the resource that they are
 * copied from, if the inputs declare that.
 */
export function creationTags(
    ctx: Pick<ResourceContext, "configuration" | "defaultName" | "warn">,
    inputs: Properties,
    { source, internal }: { source: TagCarrier | undefined; internal: TagMap },
): TagMap {
    const { configuration, defaultName } = ctx;
    const { option, selection } = copyTagsOption(inputs) ?? {};
    const copyable = selection === undefined ? {} : copyableTags(source?.tags, configuration);
    const declared = declaredTags(inputs, configuration);
    const copied = Object.entries(copyable)
        .filter(([key]) => selection !== undefined && isSelected(key, selection))
        // Copied tags that override a default come first, so that they override it even if room is short.
        .sort(
            ([one], [other]) => Number(Object.hasOwn(declared, other)) - Number(Object.hasOwn(declared, one)),
        );
    const copiedKeys = copied.map(([key]) => key);
    const required = { ...effectiveTags(inputs, configuration, { defaultName, copiedKeys }), ...internal };
    const { included, omitted } = tagsThatFit(Object.fromEntries(copied), required);
    if (omitted.length > 0)
        ctx.warn(
            `copies only ${String(Object.keys(included).length)} of the tags of ${String(source?.id)}, because EC2 allows ` +
                `${String(maxTags)} on a resource. Omitted: ${omitted.join(", ")}. To choose, set ` +
                `${String(option)}: { except: [...] }.`,
        );
    return { ...included, ...required };
}

/** Warns at the preview of a creation of tags that will not be copied, because there is no room for them. */
export async function warnOfOmittedTags(
    { resource: { tagSources } }: Scope,
    ctx: ResourceContext,
    inputs: Properties,
): Promise<void> {
    if (tagSources === undefined || copyTagsOption(inputs) === undefined) return;
    if (inputs["adopt"] !== undefined || hasUnknown([inputs["tags"], inputs["name"]])) return;
    const { count = internalTags, read } = tagSources;
    const internal = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`${ownPrefix}${String(index)}`, ""]),
    );
    for (const source of await read({ ctx, inputs })) creationTags(ctx, inputs, { source, internal });
}

/** Returns the copied tags for which the required tags leave room. */
export function tagsThatFit(copied: TagMap, required: TagMap): { included: TagMap; omitted: string[] } {
    const entries = Object.entries(copied).filter(([key]) => !Object.hasOwn(required, key));
    const room = Math.max(0, maxTags - Object.keys(required).length);
    return {
        included: Object.fromEntries(entries.slice(0, room)),
        omitted: entries.slice(room).map(([key]) => key),
    };
}

/** Returns the keys of defaults that copied tags override, on resources as they were created. */
export function copiedKeysOf(
    { resource: { tagged }, deployment: { configuration } }: Scope,
    observed: unknown,
    { inputs, defaultName }: { inputs: Properties; defaultName: string | undefined },
): string[] | undefined {
    if (copyTagsOption(inputs) === undefined || tagged === undefined) return undefined;
    const declared = declaredTags(inputs, configuration);
    const carriers = tagged.carriers("", observed);
    const keys = defaultKeys(inputs, configuration, defaultName).filter((key) =>
        carriers.some(({ tags = [] }) =>
            tags.some(({ Key, Value }) => Key === key && Value !== declared[key]),
        ),
    );
    return keys.length === 0 ? undefined : keys;
}
