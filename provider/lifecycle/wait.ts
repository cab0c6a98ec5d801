/**
 * Waits until a created or updated resource is ready; if the wait fails, the resource remains in the state.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import { messageInPlace } from "../aws/place";
import type { LifecycleContext, Metadata, State } from "./context";
import { InitializationError } from "./failure";
import { describeResource, endStatus, resourceContext, type Scope } from "./scope";
import { stateOf } from "./state";
import { declaredTagKeys } from "./tags/effective";

export async function waitUntilReady(
    scope: Scope,
    context: LifecycleContext,
    {
        id,
        observed: created,
        inputs,
        metadata: owned,
        prepare,
    }: {
        id: string;
        observed: unknown;
        inputs: Properties;
        metadata: Metadata;
        /** Runs work on a new resource that has to precede the wait. */
        prepare?: (observed: unknown) => Promise<unknown>;
    },
): Promise<State> {
    const ctx = resourceContext(scope, context, { inputs });
    const metadata = { ...owned, tagKeys: declaredTagKeys(scope, inputs, owned) };
    let observed = created;
    try {
        if (prepare !== undefined) observed = await prepare(observed);
        const ready = await scope.resource.waitUntilReady({ ctx, id, observed, inputs });
        const state = await stateOf(scope, context, { ctx, id, observed: ready, inputs, metadata });
        endStatus(scope, context.urn, id);
        return state;
    } catch (error) {
        const last = (error as { observed?: unknown }).observed ?? observed;
        const state = await stateOf(scope, context, { ctx, id, observed: last, inputs, metadata });
        const what = `waiting for ${describeResource(scope, context, { id, inputs })}`;
        throw new InitializationError(`${what}: ${await messageInPlace(ctx.ec2, error)}`, id, state);
    }
}
