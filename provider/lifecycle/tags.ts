/**
 * Manages the declared, internal and drifted tags of resources.
 *
 * @module
 */
import type { Configuration } from "../../schema/configuration";
import { writeTags, removeTags, toTags } from "../aws/write-tags";
import { copyableTags, isIgnored, tagChanges } from "../aws/tags";
import type { CheckFailure } from "../../schema/failure";
import {
    checkTagCount,
    claimTag,
    copyTagsOption,
    declaredTags,
    internalTags,
    isReserved,
    isSelected,
    maxTags,
    ownPrefix,
    stackTag,
    type TagMap,
} from "../../schema/tags";
import type { Stored } from "./context";
import { messageOf } from "./failure";
import type { ResourceContext, TagCarrier } from "./resource";
import type { Scope } from "./scope";
import type { Pending } from "../../schema/property";
import {
    defined,
    type Properties,
    isMap,
    hasUnknown,
    formatValue,
    ownValue,
    union,
    without,
} from "../../schema/values";

/** Contains the package's internal tags that an operation writes and removes. */
export interface InternalTags {
    write: TagMap;
    remove: string[];
}

/** Describes tags that exist only by default and yield to copied ones: `aws:defaultTags`, and an undeclared name. */
interface Overridable {
    defaultName?: string | undefined;
    copiedKeys?: string[] | undefined;
}

function defaultKeys(inputs: Properties, configuration: Configuration, defaultName?: string): string[] {
    const declared = inputs["name"] === defaultName ? { ...inputs, name: undefined } : inputs;
    const aws = { ...configuration.aws, defaultTags: {} };
    const explicit = declaredTags(declared, { ...configuration, aws });
    return Object.keys(declaredTags(inputs, configuration)).filter((key) => !Object.hasOwn(explicit, key));
}

/** Returns the declared tags without the defaults that copied tags override. */
function effectiveTags(
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
    inputs: Properties,
    defaultName: string | undefined,
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

/** Returns the inputs with the declared options as the current tags show them, so that the inputs contain the drift. */
export function inputsFromTags(
    inputs: Properties,
    current: TagMap,
    { aws, tagKeys: keys }: Configuration,
): Properties {
    const valueOf = (key: string, declared: unknown) =>
        isIgnored(key, aws.ignoreTags) ? declared : ownValue(current, key);
    const observed = { ...inputs };
    for (const [option, key] of Object.entries(keys) as [string, string][]) {
        if (inputs[option] !== undefined) observed[option] = valueOf(key, inputs[option]);
    }
    if (isMap(inputs["tags"])) {
        const tags = Object.entries(inputs["tags"]).map(
            ([key, declared]) => [key, valueOf(key, declared)] as const,
        );
        observed["tags"] = Object.fromEntries(tags.filter(([, value]) => value !== undefined));
    }
    return Object.fromEntries(Object.entries(observed).filter(([, value]) => value !== undefined));
}

/** Returns the standard options that declare these tags; a default tag of the configuration needs no declaration. */
export function optionsFromTags(current: TagMap, { aws, tagKeys: keys }: Configuration): Properties {
    const options = Object.entries(keys) as [string, string][];
    const tags = Object.entries(current).filter(
        ([key, value]) =>
            !options.some(([, tag]) => tag === key) && aws.defaultTags[key] !== value && !isReserved(key),
    );
    return defined({
        ...Object.fromEntries(options.map(([option, tag]) => [option, current[tag]])),
        tags: tags.length === 0 ? undefined : Object.fromEntries(tags),
    });
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
        state.metadata.tagKeys ?? [],
        ctx.configuration.aws.ignoreTags,
    );
    const reasons = [
        ...Object.keys(write).map((key) => `writes the tag ${formatValue(key)}`),
        ...remove.map((key) => `removes the tag ${formatValue(key)}`),
    ];
    if (reasons.length === 0) return undefined;
    const isSecret = ctx.secrets.includes("tags");
    return { effect: "update", why: isSecret ? "its tags are not as declared" : reasons.join(", ") };
}

/** Rejects an update that adds tags for which those on the resource leave no room: copied ones, and those of others. */
export function checkTagRoom(
    { resource: { tagged } }: Scope,
    { configuration }: Pick<ResourceContext, "configuration">,
    { id, inputs, state }: { id: string; inputs: Properties; state: Stored },
): CheckFailure[] {
    const { name, group, billingCode, tags } = inputs;
    const { tagsAll } = state.properties;
    if (tagged === undefined || !isMap(tagsAll) || hasUnknown([name, group, billingCode, tags])) return [];
    const desired = effectiveTags(inputs, configuration, state.metadata);
    const managed = state.metadata.tagKeys ?? [];
    const { write, remove } = tagChanges(tagsAll as TagMap, desired, managed, configuration.aws.ignoreTags);
    const current = countedKeys(Object.keys(tagsAll));
    const added = without(Object.keys(write), current);
    if (added.length === 0) return [];
    const count = current.length + added.length - remove.length;
    return checkTagCount(count, tagged.internalTags ?? internalTags, `together with those on ${id}`);
}

/** Rejects the adoption of a resource whose tags leave no room for the declared and the internal ones. */
export function checkAdoptedTags(
    { resource: { tagged } }: Scope,
    { configuration }: Pick<ResourceContext, "configuration">,
    { id, observed, inputs }: { id: string; observed: unknown; inputs: Properties },
): CheckFailure[] {
    if (tagged === undefined || hasUnknown(inputs["tags"])) return [];
    const desired = Object.keys(declaredTags(inputs, configuration));
    return tagged.carriers(id, observed).flatMap((carrier) => {
        const current = countedKeys((carrier.tags ?? []).flatMap(({ Key }) => Key ?? []));
        const [own, others] = [isOwnKey, (key: string) => !isOwnKey(key)].map((matches) =>
            current.filter(matches),
        );
        // Besides its own tags, the resource may carry those of its other owners.
        const internal = union(without(own ?? [], [claimTag]), [stackTag]).length + 1;
        const count = union(others ?? [], desired).length;
        return checkTagCount(count, internal, `together with those on ${carrier.id}`);
    });
}

/** Returns the keys that count: tags of AWS itself do not. */
function countedKeys(keys: string[]): string[] {
    return keys.filter((key) => !isReserved(key));
}

function isOwnKey(key: string): boolean {
    return key.startsWith(ownPrefix);
}

/** Returns the keys of the tags that a resource with these inputs writes. */
export function declaredTagKeys(
    { rules, deployment }: Scope,
    inputs: Properties,
    metadata: Overridable,
): string[] {
    return "tags" in rules ? Object.keys(effectiveTags(inputs, deployment.configuration, metadata)) : [];
}

/** Changes the tags of all carriers to the declared ones, by their difference; returns the observation after that. */
export async function writeDeclaredTags(
    { resource: { tagged } }: Scope,
    ctx: ResourceContext,
    observed: unknown,
    { inputs, state, internal }: { inputs: Properties; state: Stored; internal: InternalTags },
): Promise<unknown> {
    if (tagged === undefined) return observed;
    const { ec2, configuration } = ctx;
    const carriers = tagged.carriers("", observed);
    const ids = carriers.map(({ id }) => id);
    const before = carriers.map(({ tags = [] }) =>
        Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
    );
    const desired = effectiveTags(inputs, configuration, state.metadata);
    const managed = state.metadata.tagKeys ?? [];
    const changes = before.map((current) => {
        const declared = tagChanges(current, desired, managed, configuration.aws.ignoreTags);
        // `aws:ignoreTags` applies to tags of other owners: the package's internal tags are still written and removed.
        const own = tagChanges(current, internal.write, internal.remove, { keys: [], keyPrefixes: [] });
        return {
            write: { ...declared.write, ...own.write },
            remove: declared.remove,
            internal: own.remove,
        };
    });
    // One call writes a tag that one carrier lacks on all carriers.
    const write: TagMap = Object.fromEntries(changes.flatMap((change) => Object.entries(change.write)));
    const declared = [...new Set(changes.flatMap((change) => change.remove))];
    const remove = [...new Set([...declared, ...changes.flatMap((change) => change.internal)])];
    const writeAll = async () => {
        if (Object.keys(write).length > 0) await writeTags(ec2, ids, write);
    };
    const removeAll = async () => {
        if (remove.length === 0) return;
        await removeTags(ec2, ids, remove).catch((error: unknown) => {
            if (declared.length > 0) throw error;
            // No operation depends on the removal of internal tags, so that a failure is only a warning.
            ctx.warn(`the tags ${remove.join(", ")} stay on ${ids.join(", ")}: ${messageOf(error)}`);
        });
    };
    // The removed tags may be needed as room; otherwise no moment lacks a tag.
    const isFull = before.some(
        (current) => countedKeys(Object.keys({ ...current, ...write })).length > maxTags,
    );
    for (const step of isFull ? [removeAll, writeAll] : [writeAll, removeAll]) await step();
    const after = before.map((current) => {
        const entries = Object.entries({ ...current, ...write }).filter(([key]) => !remove.includes(key));
        return toTags(Object.fromEntries(entries));
    });
    return tagged.withTags(observed, after);
}
