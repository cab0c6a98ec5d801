/**
 * Removes a tag of versions before 0.2, which recorded on a snapshot the grants of a stack's shares. The tag no
 * longer has an effect, because others may write tags; the next change of a share removes it.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { ownPrefix } from "../../schema/tags";
import { Ec2Error } from "../aws/errors";
import { removeTags } from "../aws/write-tags";
import type { ResourceContext } from "../lifecycle/resource-context";

const legacyTagPrefix = `${ownPrefix}granted-`;

/** Returns the keys of these tags on a snapshot, of this stack under any of its names and of other stacks. */
function legacyTags({ Tags = [] }: Pick<Ec2Snapshot, "Tags">): string[] {
    return Tags.flatMap(({ Key = "" }) => (Key.startsWith(legacyTagPrefix) ? [Key] : []));
}

/** Removes these tags. A failure is only reported, because a remaining tag has no effect. */
export async function removeLegacyTags(
    ctx: ResourceContext,
    id: string,
    snapshot: Ec2Snapshot,
): Promise<void> {
    const keys = legacyTags(snapshot);
    if (keys.length === 0) return;
    try {
        await removeTags(ctx.ec2, [id], keys);
    } catch (error) {
        if (!(error instanceof Ec2Error)) throw error;
        ctx.info(
            `the tag ${keys.join(", ")} of an earlier version could not be removed from ${id}, where it has no effect: ${error.message}`,
        );
    }
}
