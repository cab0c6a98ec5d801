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

/** DLM tags one policy in a call, by its ARN. */
async function policyArns(ec2: Pick<Api, "send">, ids: string[]): Promise<string[]> {
    const policies = ids.filter((id) => id.startsWith("policy-"));
    const found = await Promise.all(policies.map((PolicyId) => ec2.send("GetLifecyclePolicy", { PolicyId })));
    return found.flatMap(({ Policy }) => Policy?.PolicyArn ?? []);
}

/** A call accepts at most this many resources. */
const maxResources = 1_000;

export async function writeTags(
    ec2: Pick<Api, "send">,
    { ids, tags }: { ids: string[]; tags: TagMap },
    options?: Options,
): Promise<void> {
    const Tags = toTags(tags);
    for (const ResourceArn of await policyArns(ec2, ids))
        await ec2.send("TagResource", { ResourceArn, Tags: tags }, options);
    for (const Resources of chunksOf(ids)) await ec2.send("CreateTags", { Resources, Tags }, options);
}

export async function removeTags(ec2: Pick<Api, "send">, ids: string[], keys: string[]): Promise<void> {
    const Tags = keys.map((Key) => ({ Key }));
    for (const ResourceArn of await policyArns(ec2, ids))
        await ec2.send("UntagResource", { ResourceArn, TagKeys: keys });
    for (const Resources of chunksOf(ids)) await ec2.send("DeleteTags", { Resources, Tags });
}

function chunksOf(all: string[]): string[][] {
    const ids = all.filter((id) => !id.startsWith("policy-"));
    const count = Math.ceil(ids.length / maxResources);
    return Array.from({ length: count }, (_, index) =>
        ids.slice(index * maxResources, (index + 1) * maxResources),
    );
}
