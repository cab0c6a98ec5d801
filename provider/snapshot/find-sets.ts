/**
 * Finds multi-volume snapshots by the tag that their members carry: for claims, owners, replacements and imports.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { claimTag, setTag } from "../../schema/tags";
import { tagOf, visibleTags } from "../aws/tags";
import type { ClaimedResource } from "../lifecycle/claim";
import type { ImportedInputs } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import { optionsFromTags } from "../lifecycle/tags/options";
import { commonTags, entryOf, startOf, type Observed } from "./set-members";

interface Found {
    id: string;
    observed: Observed;
}

export async function findOwnedSets(ctx: ResourceContext): Promise<Found[]> {
    return groupBySet(await ctx.ec2.snapshots.findOwned(ctx.stack));
}

export async function findClaimedSets(
    ctx: ResourceContext,
    { stack, isFresh }: { stack: string; isFresh: boolean },
): Promise<ClaimedResource<Observed>[]> {
    const found = groupBySet(await ctx.ec2.snapshots.findClaimed(stack, { isFresh }));
    return found.map(({ id, observed }) => {
        const [claim] = observed.members.map((member) => tagOf(member, claimTag));
        return { id, observed, claim, startedAt: startOf(observed.members)?.getTime() ?? 0 };
    });
}

/** Returns the members of a set; the list is empty if there is no such set. */
export async function findMembers(ctx: ResourceContext, id: string): Promise<Ec2Snapshot[]> {
    return [...(await ctx.ec2.snapshots.tagged({ [setTag]: [id] })).values()];
}

/** Finds a set by its id, and its instance by the volumes that are still attached to it. */
export async function findImportedSet(
    ctx: ResourceContext,
    importId: string,
): Promise<ImportedInputs | undefined> {
    const [id = "", instanceIdInImport] = importId.split(",");
    const members = await findMembers(ctx, id);
    if (members.length === 0) return undefined;
    const volumes = await Promise.all(members.map(({ VolumeId = "" }) => ctx.ec2.volumes.read(VolumeId)));
    const attached = volumes.flatMap((volume) => volume?.Attachments ?? []);
    const instanceId = instanceIdInImport ?? attached.flatMap(({ InstanceId }) => InstanceId ?? [])[0];
    if (instanceId === undefined)
        throw new Error(`its instance is not known to EC2; import it as ${id},<instance id>`);
    const options = optionsFromTags(visibleTags(commonTags(members), ctx.configuration), ctx.configuration);
    const description = members[0]?.Description || undefined;
    return {
        id,
        inputs: { instanceId, description, ...options },
        known: { snapshots: members.map(entryOf) },
    };
}

function groupBySet(snapshots: Map<string, Ec2Snapshot>): Found[] {
    const found = [...snapshots.values()];
    const ids = new Set(found.flatMap((observed) => tagOf(observed, setTag) ?? []));
    return [...ids].map((id) => {
        const members = found.filter((observed) => tagOf(observed, setTag) === id);
        return { id, observed: { members, missing: [] } };
    });
}
