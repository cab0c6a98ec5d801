/**
 * Writes and removes tags with as few calls as possible.
 *
 * @module
 */
import type { Tag } from "@aws-sdk/client-ec2";
import type { TagMap } from "../../schema/tags";
import type { Api, SendOptions } from "./client";

type Options = Pick<SendOptions<"CreateTags">, "mayBeNew">;

export function toTags(tags: TagMap): Tag[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A call accepts at most this many resources. */
const maxResources = 1_000;

export async function writeTags(
    ec2: Pick<Api, "send">,
    ids: string[],
    tags: TagMap,
    options?: Options,
): Promise<void> {
    const Tags = toTags(tags);
    for (const Resources of chunksOf(ids)) await ec2.send("CreateTags", { Resources, Tags }, options);
}

export async function removeTags(ec2: Pick<Api, "send">, ids: string[], keys: string[]): Promise<void> {
    const Tags = keys.map((Key) => ({ Key }));
    for (const Resources of chunksOf(ids)) await ec2.send("DeleteTags", { Resources, Tags });
}

function chunksOf(ids: string[]): string[][] {
    const count = Math.ceil(ids.length / maxResources);
    return Array.from({ length: count }, (_, index) =>
        ids.slice(index * maxResources, (index + 1) * maxResources),
    );
}
