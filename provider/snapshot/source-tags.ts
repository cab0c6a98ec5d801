/**
 * Reads the tags of a snapshot that another resource is created from.
 *
 * @module
 */
import { UNKNOWN } from "../../schema/values";
import type { Ec2 } from "../aws/ec2";
import type { ResourceContext } from "../lifecycle/resource-context";
import type { TagCarrier } from "../lifecycle/tags/carriers";

/**
 * Returns the snapshot with its tags for a preview; none if its id is not known yet, or EC2 does not show it yet. EC2
 * shows the tags of a snapshot to its owner alone.
 */
export async function visibleSnapshotTags(ctx: ResourceContext, ec2: Ec2, id: string): Promise<TagCarrier[]> {
    if (id === UNKNOWN) return [];
    const snapshot = await ec2.snapshots.read(id);
    if (snapshot === undefined) return [];
    const account = ec2.identityUnknown ? undefined : await ec2.account();
    const { OwnerId: owner, Tags: tags } = snapshot;
    if (account !== undefined && owner !== undefined && owner !== account)
        ctx.warn(
            `copies no tags: ${id} belongs to account ${owner}, and EC2 shows its tags to that account alone.`,
        );
    return [{ id, tags }];
}
