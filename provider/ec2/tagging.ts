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
    visibleTags,
    type StandardOptions,
    type TagMap,
} from "./tags";

export function toTags(tags: TagMap): Tag[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Brings the tags of a resource to what is declared; gives the tags as they are then. */
export async function syncTags(
    cloud: Cloud,
    configuration: Configuration,
    id: string,
    there: Tag[] | undefined,
    inputs: StandardOptions,
    state: Properties,
): Promise<Tag[]> {
    const before = visibleTags(there, { aws: { ignoreTags: { keys: [], keyPrefixes: [] } } });
    const wanted = declaredTags(inputs, configuration);
    const { write, remove } = tagChanges(before, wanted, managedKeys(state), configuration.aws.ignoreTags);
    const { CreateTagsCommand, DeleteTagsCommand } = await import("@aws-sdk/client-ec2");
    if (Object.keys(write).length > 0) {
        const request = new CreateTagsCommand({ Resources: [id], Tags: toTags(write) });
        await cloud.call("CreateTags", (ec2) => ec2.send(request));
    }
    if (remove.length > 0) {
        const request = new DeleteTagsCommand({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
        await cloud.call("DeleteTags", (ec2) => ec2.send(request));
    }
    const after = Object.entries({ ...before, ...write }).filter(([key]) => !remove.includes(key));
    return toTags(Object.fromEntries(after));
}
