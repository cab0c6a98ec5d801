/**
 * Sends a change of grants to EC2, so that the state of the share owns every grant that may exist afterwards.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { deadlineOf } from "../aws/clock";
import { union, without } from "../../schema/values";
import { Ec2Error, joinSentences } from "../aws/errors";
import { everyone, modifyGrants, PartialChangeError, type GrantChanges } from "./grants";
import { removeLegacyTags } from "./old-note";
import type { ResourceContext } from "../lifecycle/resource-context";
import { shareCopy } from "./check";
import { desiredGrants } from "./declared-grants";
import type { SnapshotShareInputs } from "../../schema/snapshot-share";
import type { Observed } from "./observed-share";

interface Share {
    id: string;
    snapshot: Ec2Snapshot;
    observed: Observed;
    inputs: SnapshotShareInputs;
}

/** Applies a change. If it fails halfway, the share stays in the state and owns every grant that may still exist. */
export async function applyGrants(
    ctx: ResourceContext,
    { id, snapshot, observed, inputs }: Share,
    changed: GrantChanges,
): Promise<Observed> {
    const desired = desiredGrants(inputs, ctx.configuration);
    const { added, removed } = changed;
    const next: Observed = {
        ...observed,
        ownerId: snapshot.OwnerId,
        owned: union(desired, removed),
        grants: union(without(observed.grants, removed), added),
        changed,
    };
    try {
        await modifyGrants(ctx.ec2, id, { changes: changed, deadline: deadlineOf(ctx.ec2.clock, {}) });
    } catch (error) {
        const failure = withRemedy(error, snapshot, added);
        if (!(error instanceof PartialChangeError)) throw failure;
        return { ...next, owned: union(next.owned, observed.owned), failure };
    }
    await removeLegacyTags(ctx, id, snapshot);
    return next;
}

function withRemedy(error: unknown, { Encrypted }: Ec2Snapshot, added: string[]): Error {
    if (!(error instanceof Ec2Error)) return error instanceof Error ? error : new Error(String(error));
    if (error.kind !== "rejected") return error;
    const remedies = [
        ...(Encrypted === true ? [`If it is under the key aws/ebs: ${shareCopy}.`] : []),
        ...(added.includes(everyone) && Encrypted !== true
            ? ["Check whether block public access is on: aws ec2 get-snapshot-block-public-access-state."]
            : []),
    ];
    return new Error(joinSentences(error.message, ...remedies), { cause: error });
}
