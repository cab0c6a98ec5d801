/**
 * Reads the outcome of a job that was unfinished when the state was written: it may have failed in the background, and
 * without this read only a refresh would show that.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import { CredentialsError } from "../aws/credential-errors";
import { Ec2Error } from "../aws/errors";
import type { LifecycleContext } from "./context";
import { readCached } from "./read";
import type { ResourceContext } from "./resource-context";
import { resourceContext, type Scope } from "./scope";

/** Diff calls it: it reads the resource if its state contains an unfinished job. */
export async function readOutcome(
    scope: Scope,
    context: LifecycleContext,
    { id, state }: { id: string; state: Properties },
): Promise<Properties> {
    if (scope.resource.isUnfinished?.(state) !== true || typeof state["region"] !== "string") return state;
    const ctx = resourceContext(scope, context, { inputs: state });
    try {
        const observed = await readCached(scope, ctx, { id, state });
        return await withOutcome(scope, ctx, { id, state, observed });
    } catch (error) {
        if (!(error instanceof Ec2Error) || error instanceof CredentialsError) throw error;
        ctx.warn(`whether ${id} has failed since the last run is not known: ${error.message}`);
        return state;
    }
}

/** Returns the state with the observed outputs if it contains an unfinished job, otherwise unchanged. */
export async function withOutcome(
    { resource }: Scope,
    ctx: ResourceContext,
    { id, state, observed }: { id: string; state: Properties; observed: unknown },
): Promise<Properties> {
    if (observed === undefined || resource.isUnfinished?.(state) !== true) return state;
    return { ...state, ...(await resource.outputs({ ctx, id, observed })) };
}
