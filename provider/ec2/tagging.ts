/**
 * Writing tags: only the difference, in as few calls as it takes.
 *
 * @module
 */
import type { Tag } from "@aws-sdk/client-ec2";
import type { Properties } from "../rules";
import type { Cloud } from "./cloud";
import type { Configuration } from "./config";
import {
    declaredTags,
    managedKeys,
    tagChanges,
    type StandardOptions,
    type OwnTags,
    type TagMap,
} from "./tags";

export function toTags(tags: TagMap): Tag[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The most resources of one call. */
const mostResources = 1_000;

export async function writeTags(cloud: Cloud, ids: string[], tags: TagMap): Promise<void> {
    const { CreateTagsCommand } = await import("@aws-sdk/client-ec2");
    await inParts(ids, (Resources) => {
        const request = new CreateTagsCommand({ Resources, Tags: toTags(tags) });
        return cloud.call("CreateTags", (ec2) => ec2.send(request));
    });
}

export async function removeTags(cloud: Cloud, ids: string[], keys: string[]): Promise<void> {
    const { DeleteTagsCommand } = await import("@aws-sdk/client-ec2");
    await inParts(ids, (Resources) => {
        const request = new DeleteTagsCommand({ Resources, Tags: keys.map((Key) => ({ Key })) });
        return cloud.call("DeleteTags", (ec2) => ec2.send(request));
    });
}

async function inParts(ids: string[], call: (part: string[]) => Promise<unknown>): Promise<void> {
    for (let start = 0; start < ids.length; start += mostResources) {
        await call(ids.slice(start, start + mostResources));
    }
}

/** What carries tags, and which it carries. */
export interface Tagged {
    id: string;
    tags: Tag[] | undefined;
}

/** Brings the tags of resources to what is declared for all of them; gives the tags of each as they are then. */
export async function syncTags(
    cloud: Cloud,
    configuration: Configuration,
    resources: Tagged[],
    inputs: StandardOptions,
    state: Properties,
    own: OwnTags,
): Promise<Tag[][]> {
    const ids = resources.map(({ id }) => id);
    const before = resources.map(({ tags = [] }) =>
        Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
    );
    const wanted = { ...declaredTags(inputs, configuration), ...own.write };
    const managed = [...managedKeys(state), ...own.remove];
    const changes = before.map((there) => tagChanges(there, wanted, managed, configuration.aws.ignoreTags));
    // What one of them lacks is written on all in one call.
    const write = Object.assign({}, ...changes.map((change) => change.write)) as TagMap;
    const remove = [...new Set(changes.flatMap((change) => change.remove))];
    if (Object.keys(write).length > 0) await writeTags(cloud, ids, write);
    if (remove.length > 0) await removeTags(cloud, ids, remove);
    return before.map((there) => {
        const after = Object.entries({ ...there, ...write }).filter(([key]) => !remove.includes(key));
        return toTags(Object.fromEntries(after));
    });
}
