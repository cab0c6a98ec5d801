/**
 * Tags the volumes that a policy names by id with its target tags, because DLM selects by tags only.
 *
 * @module
 */
import type { LifecyclePolicyInputs } from "../../schema/lifecycle-policy";
import { textsIn, without, type Properties } from "../../schema/values";
import { tagOf } from "../aws/tags";
import { removeTags, writeTags } from "../aws/write-tags";
import type { ResourceContext } from "../lifecycle/resource-context";

type Targets = Pick<LifecyclePolicyInputs, "targetVolumeIds" | "policyDetails">;

function tagsOf({ policyDetails }: Targets): [string, string][] {
    const tags = Object.entries(policyDetails?.targetTags ?? {});
    return tags.flatMap(([key, values]) => [values].flat().map((value) => [key, value] as [string, string]));
}

/** Writes the tags; for a volume that does not exist it fails with EC2's message. */
export async function tagVolumes(ctx: ResourceContext, inputs: Targets): Promise<void> {
    const { targetVolumeIds = [] } = inputs;
    if (targetVolumeIds.length === 0) return;
    await writeTags(
        ctx.ec2,
        { ids: targetVolumeIds, tags: Object.fromEntries(tagsOf(inputs)) },
        { mayBeNew: true },
    );
}

/** Removes the tags of `before` that `after` does not write, from volumes that still exist. */
export async function untagVolumes(ctx: ResourceContext, before: Properties, after: Targets): Promise<void> {
    const keys = tagsOf(before as Targets).map(([key]) => key);
    const kept = tagsOf(after).map(([key]) => key);
    const { targetVolumeIds = [] } = after;
    const former = textsIn(before["targetVolumeIds"]);
    await remove(ctx, without(former, targetVolumeIds), keys);
    await remove(ctx, former, without(keys, kept));
}

async function remove(ctx: ResourceContext, ids: string[], keys: string[]): Promise<void> {
    if (ids.length === 0 || keys.length === 0) return;
    const found = await Promise.all(ids.map((id) => ctx.ec2.volumes.read(id)));
    await removeTags(
        ctx.ec2,
        found.flatMap((volume) => volume?.VolumeId ?? []),
        keys,
    );
}

/** Returns those of the volumes in a state that still carry all target tags. */
export async function taggedVolumes(ctx: ResourceContext, state: Properties): Promise<string[]> {
    const tags = tagsOf(state);
    const ids = textsIn(state["targetVolumeIds"]);
    const found = await Promise.all(ids.map((id) => ctx.ec2.volumes.read(id)));
    return ids.filter((_, index) => tags.every(([key, value]) => tagOf(found[index], key) === value));
}
