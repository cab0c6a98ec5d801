/**
 * Writes the declared and internal tags of a resource, and removes those that are no longer declared.
 *
 * @module
 */
import { writeTags, removeTags, toTags } from "../../aws/write-tags";
import { tagChanges } from "../../aws/tags";
import { maxTags, type TagMap } from "../../../schema/tags";
import type { Stored } from "../context";
import { messageOf } from "../failure";
import type { ResourceContext } from "../resource-context";
import type { Scope } from "../scope";
import type { Properties } from "../../../schema/values";
import { effectiveTags } from "./effective";
import { countedKeys } from "./room";

/** Contains the package's internal tags that an operation writes and removes. */
export interface InternalTags {
    write: TagMap;
    /** Contains tags that are written unless the limit of a resource is reached. */
    ifRoom?: TagMap;
    remove: string[];
}

/** Changes the tags of all carriers to the declared ones, by their difference; returns the observation after that. */
export async function writeDeclaredTags(
    { resource: { tagged } }: Scope,
    ctx: ResourceContext,
    {
        observed,
        inputs,
        state,
        internal,
    }: { observed: unknown; inputs: Properties; state: Stored; internal: InternalTags },
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
        const declared = tagChanges(current, desired, { managed, ignore: configuration.aws.ignoreTags });
        // `aws:ignoreTags` applies to tags of other owners: the package's internal tags are still written and removed.
        const own = tagChanges(current, internal.write, {
            managed: internal.remove,
            ignore: { keys: [], keyPrefixes: [] },
        });
        return {
            write: { ...declared.write, ...own.write },
            remove: declared.remove,
            internal: own.remove,
        };
    });
    // One call writes a tag that one carrier lacks on all carriers.
    const required: TagMap = Object.fromEntries(changes.flatMap((change) => Object.entries(change.write)));
    const exceeds = (written: TagMap) =>
        before.some((current) => countedKeys(Object.keys({ ...current, ...written })).length > maxTags);
    const withOptional = { ...required, ...internal.ifRoom };
    const write = exceeds(withOptional) ? required : withOptional;
    const declared = [...new Set(changes.flatMap((change) => change.remove))];
    const remove = [...new Set([...declared, ...changes.flatMap((change) => change.internal)])];
    const writeAll = async () => {
        if (Object.keys(write).length > 0) await writeTags(ec2, { ids, tags: write });
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
    for (const step of exceeds(write) ? [removeAll, writeAll] : [writeAll, removeAll]) await step();
    const after = before.map((current) => {
        const entries = Object.entries({ ...current, ...write }).filter(([key]) => !remove.includes(key));
        return toTags(Object.fromEntries(entries));
    });
    return tagged.withTags(observed, after);
}
