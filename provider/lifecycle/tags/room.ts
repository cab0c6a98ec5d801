/**
 * Rejects declarations for which the tags on a resource leave no room.
 *
 * @module
 */
import { tagChanges } from "../../aws/tags";
import type { CheckFailure } from "../../../schema/failure";
import {
    checkTagCount,
    claimTag,
    declaredTags,
    internalTags,
    isReserved,
    ownPrefix,
    stackTag,
    type TagMap,
} from "../../../schema/tags";
import type { Stored } from "../context";
import type { ResourceContext } from "../resource-context";
import type { Scope } from "../scope";
import { type Properties, isMap, hasUnknown, union, without } from "../../../schema/values";
import { effectiveTags } from "./effective";

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
    const { write, remove } = tagChanges(tagsAll as TagMap, desired, {
        managed,
        ignore: configuration.aws.ignoreTags,
    });
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
export function countedKeys(keys: string[]): string[] {
    return keys.filter((key) => !isReserved(key));
}

function isOwnKey(key: string): boolean {
    return key.startsWith(ownPrefix);
}
