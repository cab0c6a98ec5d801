/**
 * Reads the grants on a snapshot, and those of them that a share owns.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import { everyone, grantsOf, type GrantChanges } from "./grants";
import type { ResourceContext } from "../lifecycle/resource-context";
import { ownedGrants } from "./declared-grants";
import type { SnapshotShareInputs, SnapshotShareOutputs } from "../../schema/snapshot-share";

type State = Partial<SnapshotShareInputs & SnapshotShareOutputs>;

export interface Observed {
    ownerId: string | undefined;
    grants: string[];
    /** The grants that the share owns: a later update or deletion revokes them. */
    owned: string[];
    /** Reports whether the last `up` left the snapshot public because another share of the program declares it. */
    isPublicElsewhere: boolean;
    /** The change that was just sent to EC2. */
    changed?: GrantChanges;
    /** The error of a change that EC2 may have carried out only in part. */
    failure?: Error;
}

export async function observe({
    ctx,
    id,
    state,
}: {
    ctx: ResourceContext;
    id: string;
    state: Properties;
}): Promise<Observed | undefined> {
    const grants = await grantsOf(ctx.ec2, id);
    if (grants === undefined) return undefined;
    const { ownerId, grants: before, granted, public: isPublic } = state as State & { granted?: unknown };
    return {
        ownerId,
        grants,
        owned: ownedGrants(state, ctx.configuration),
        // States of earlier versions, which contain `granted`, do not record who made the snapshot public.
        isPublicElsewhere: granted === undefined && isPublic !== true && before?.includes(everyone) === true,
    };
}
