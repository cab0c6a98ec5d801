/**
 * Deletes a resource unless it is retained, or has another owner by now.
 *
 * @module
 */
import { hasNoData } from "../../schema/retention";
import { nameOf } from "../../schema/urn";
import type { Properties } from "../../schema/values";
import { requireSameAccount } from "./account";
import type { LifecycleContext, Stored } from "./context";
import { withErrorContext } from "./failure";
import { firstOf, type Lineage } from "./lineage";
import type { TrackedResource } from "./deployment";
import { formatOwners, readOwnership, release } from "./ownership";
import type { Declaration, ResourceContext } from "./resource-context";
import { describeResource, endStatus, resourceContext, type AnyResource, type Scope } from "./scope";
import { withOutcome } from "./unfinished";

export async function deleteResource(
    scope: Scope,
    context: LifecycleContext,
    { id, state }: { id: string; state: Stored },
): Promise<void> {
    const description = describeResource(scope, context, { id, inputs: state.properties });
    await withErrorContext(
        `deleting ${description}`,
        deleteOrKeep(scope, context, { id, description, state }),
    );
    endStatus(scope, context.urn, id);
}

async function deleteOrKeep(
    scope: Scope,
    context: LifecycleContext,
    {
        id,
        description,
        state: { properties: before, metadata },
    }: { id: string; description: string; state: Stored },
): Promise<void> {
    const { resource, rules, deployment } = scope;
    const { replacing } = resource;
    const ctx = resourceContext(scope, context, { inputs: before });
    const { owner: token, lineage = firstOf(context.urn) } = metadata;
    // The id of a share is that of its snapshot, which another resource adopts without the share.
    const failedAdoption = "adopt" in rules ? deployment.adoptions.failedAdoptionOf(id) : undefined;
    if (failedAdoption !== undefined && failedAdoption.urn !== context.urn)
        throw new Error(
            `it is retained because ${nameOf(failedAdoption.urn)} is to adopt it, and did not find it in ` +
                `${failedAdoption.place}. To adopt it, declare this resource again instead of ` +
                `${nameOf(failedAdoption.urn)}, run \`pulumi up\`, and adopt it with its \`region\` and \`credentials\`. ` +
                "To delete it, remove `adopt`.",
        );
    deployment.forgetSweeps();
    const { shared, own, successorId, isMarkedRetained, observed } = await readOwnership(scope, ctx, {
        id,
        state: before,
        token,
    });
    requireUnreserved(scope, context.urn, { id, own });
    const state = await withOutcome(scope, ctx, { id, state: before, observed });
    for (const [carrierId, others] of shared)
        ctx.info(`${carrierId} is kept: it is owned by ${formatOwners(others)} too.`);
    await release(ctx, [...shared.keys()], token);
    if (shared.size > 0 && own.length === 0) return;
    const successor = deployment.successorOf(context.urn, lineage, id);
    // With `deleteBeforeReplace` and a forced replacement, only the declaration contains the next inputs.
    const next = successor?.inputs ?? nextDeclaration(scope, { urn: context.urn, lineage, id })?.inputs;
    if (replacing !== undefined) {
        const isRetained = next !== undefined && replacing.isRetained?.({ state, inputs: next }) === true;
        if (isRetained) await replacing.markRetained?.({ ctx, id, state });
        if (isRetained || (isMarkedRetained && replacing.markRetained !== undefined)) {
            await release(ctx, own, token);
            ctx.info(`${description} is kept in the account, no longer managed`);
            return;
        }
        // With the user's own deleteBeforeReplace the replacement does not exist yet, so that there is no wait.
        const newer = successor ?? incompleteCopy(scope, { id, state });
        // Without data, there is nothing to retain until the replacement completes.
        if (!hasNoData(state)) {
            if (newer === undefined) await waitForTaggedSuccessor(ctx, replacing, successorId);
            else if (newer.id !== id)
                await replacing.waitForReplacement({
                    ctx: resourceContext(scope, context, { inputs: newer.inputs }),
                    replacement: newer,
                });
        }
    }
    ctx.status(id, { isFinal: true });
    const isLater = successor === undefined || successor.id === id;
    const args = {
        ctx,
        id,
        state,
        observed,
        successor: successor?.inputs,
        next: isLater ? next : undefined,
        shared: [...shared.keys()],
    };
    if ((await resource.delete(args)) === "notFound") await requireSameAccount(ctx, state);
}

/** Fails if another resource is to adopt an EC2 resource that has no other owner yet: its adoption has failed. */
function requireUnreserved(
    { deployment }: Scope,
    urn: string,
    { id, own }: { id: string; own: string[] },
): void {
    for (const ownId of own) {
        const adopter = deployment.adoptions.reservationOf(ownId, urn);
        if (adopter === undefined) continue;
        throw new Error(
            `${ownId === id ? "it" : ownId} is retained because ${adopter} is to adopt it, and has not. ` +
                "Run `pulumi up` again to adopt it, or remove `adopt` to delete it.",
        );
    }
}

const maxAttempts = 5;
const attemptDelayMs = 2_000;

/** Waits for the successor in the tags of the resource. A destroy also deletes that successor, at the same time. */
async function waitForTaggedSuccessor(
    ctx: ResourceContext,
    { findSuccessor, waitForReplacement }: NonNullable<AnyResource["replacing"]>,
    id: string | undefined,
): Promise<void> {
    for (let tried = 1; id !== undefined; tried++) {
        const successor = await findSuccessor?.({ ctx, id });
        if (successor === undefined) return;
        try {
            await waitForReplacement({ ctx, replacement: successor });
            return;
        } catch (error) {
            if (tried === maxAttempts) throw error;
            await ctx.ec2.clock.sleep(attemptDelayMs);
        }
    }
}

/**
 * Finds another incomplete copy of the same source in this run. It may replace the deleted one without any record of
 * it: after a targeted replacement (`--replace`) that follows a rename, or after a rename without an alias.
 */
function incompleteCopy(
    { resource, live }: Scope,
    { id, state }: { id: string; state: Properties },
): TrackedResource | undefined {
    const isComplete = resource.replacing?.isComplete;
    if (isComplete === undefined) return undefined;
    const origin = resource.describe(state);
    return [...live.values()].find(
        (one) =>
            one.id !== id &&
            one.replaced !== true &&
            resource.describe(one.inputs) === origin &&
            !isComplete({ outputs: one.outputs }),
    );
}

/** Returns the declaration that replaces a resource; the URN in the state may be a former one. */
function nextDeclaration(
    { declarations, deployment }: Scope,
    { urn, lineage, id }: { urn: string; lineage: Lineage; id: string },
): Declaration | undefined {
    const generations = [...declarations].flatMap(([other, one]) =>
        one.lineage === undefined ? [] : [[other, one.lineage] as const],
    );
    return declarations.get(
        deployment.generations.findNext({ urn, lineage, id }, new Map(generations)) ?? urn,
    );
}
