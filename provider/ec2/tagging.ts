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

/** Brings the tags of a resource to what is declared; gives the tags as they are then. */
export async function syncTags(
    cloud: Cloud,
    configuration: Configuration,
    id: string,
    there: Tag[] | undefined,
    inputs: StandardOptions,
    state: Properties,
    own: OwnTags,
): Promise<Tag[]> {
    const before = Object.fromEntries((there ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const wanted = { ...declaredTags(inputs, configuration), ...own.write };
    const managed = [...managedKeys(state), ...own.remove];
    const { write, remove } = tagChanges(before, wanted, managed, configuration.aws.ignoreTags);
    if (Object.keys(write).length > 0) await writeTags(cloud, [id], write);
    if (remove.length > 0) await removeTags(cloud, [id], remove);
    const after = Object.entries({ ...before, ...write }).filter(([key]) => !remove.includes(key));
    return toTags(Object.fromEntries(after));
}
