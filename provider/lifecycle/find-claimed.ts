/**
 * Finds the resources that an interrupted run created, by the claim in their tags.
 *
 * @module
 */
import { claimTag } from "../../schema/tags";
import type { Properties } from "../../schema/values";
import type { Claim, ClaimedResource } from "./claim";
import type { Claimed } from "./claims";
import type { ResourceContext } from "./resource-context";
import type { AnyResource, Scope } from "./scope";

/** EC2 may take this long to show all resources that one call creates. */
const visibilityTimeoutMs = 60_000;
const lookupPauseMs = 2_000;

/** Finds resources that carry this claim, fit the inputs, and are in no state. */
export async function findClaimed(
    { resource, deployment }: Scope,
    ctx: ResourceContext,
    { claim, inputs, isFresh }: { claim: Claim; inputs: Properties; isFresh: boolean },
): Promise<ClaimedResource<unknown>[]> {
    if (resource.findClaimed === undefined) return [];
    deployment.claims.findAtExit(ctx.ec2, resource, () => findAllClaimed(resource, ctx, claim.stack));
    const { clock } = ctx.ec2;
    const end = clock.now() + visibilityTimeoutMs;
    for (let bypassCache = isFresh; ; bypassCache = true) {
        const all = await resource.findClaimed({ ctx, stack: claim.stack, isFresh: bypassCache });
        const found = all.filter((one) => one.claim === claim.value);
        // A resource in the state may still carry a claim, if its run could not end the claim. Tags can be forged.
        if (found.length > 0) await ctx.waitForDeclarations();
        const candidates = found.filter(
            ({ id, observed }) =>
                !deployment.isTracked(id) && resource.matchesInputs?.({ inputs, observed }) !== false,
        );
        const incomplete: string[] = [];
        for (const { id, observed } of candidates)
            if ((await resource.isFullyVisible?.({ ctx, inputs, observed })) === false) incomplete.push(id);
        if (incomplete.length === 0) return candidates;
        if (clock.now() > end)
            throw new Error(
                `${incomplete.join(", ")}, which an interrupted run created, is not complete: EC2 does not show a snapshot ` +
                    `of each volume. Run again, or remove the tag ${claimTag} from its snapshots to create a new one`,
            );
        ctx.status(`waiting until EC2 shows all of ${incomplete.join(", ")}`);
        await clock.sleep(lookupPauseMs);
    }
}

async function findAllClaimed(
    resource: AnyResource,
    ctx: ResourceContext,
    stack: string,
): Promise<Claimed[]> {
    const all = (await resource.findClaimed?.({ ctx, stack, isFresh: true })) ?? [];
    return all.map(({ observed, ...one }) => ({
        ...one,
        carrierIds: resource.tagged?.carriers(one.id, observed).map((carrier) => carrier.id) ?? [one.id],
    }));
}
