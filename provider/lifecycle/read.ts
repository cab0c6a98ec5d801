/**
 * Reads the state from EC2 for a refresh.
 *
 * @module
 */
import { inputsOf } from "../../schema/property";
import { defined, type Properties } from "../../schema/values";
import { requireSameAccount, requireSameOwner } from "./account";
import type { LifecycleContext, State, Stored } from "./context";
import { withErrorContext } from "./failure";
import type { ResourceContext } from "./resource-context";
import { describeResource, resourceContext, type Scope } from "./scope";
import { stateOf, withDeclaredInputs } from "./state";

/** Returns `undefined` if the resource does not exist. */
export async function read(
    scope: Scope,
    context: LifecycleContext,
    { id, state }: { id: string; state: Stored },
): Promise<{ state: State; inputs: Properties } | undefined> {
    const { resource, rules } = scope;
    const ctx = resourceContext(scope, context, { inputs: state.properties });
    const operation = `reading ${describeResource(scope, context, { id, inputs: state.properties })}`;
    const observed = await withErrorContext(
        operation,
        readCached(scope, ctx, { id, state: state.properties }),
    );
    if (observed === undefined) {
        await withErrorContext(operation, requireSameAccount(ctx, state.properties));
        return undefined;
    }
    await withErrorContext(
        operation,
        Promise.resolve().then(() => requireSameOwner(resource.owner(observed), state.properties)),
    );
    const declared = inputsOf(rules, withDeclaredInputs(state));
    const observedInputs = defined(resource.inputsFrom?.({ ctx, observed, declared }) ?? declared);
    const { defaultName, copiedKeys = [] } = state.metadata;
    // A default name that a copied tag overrides is not in EC2, and is no drift.
    const isNameOverridden =
        copiedKeys.includes(ctx.configuration.tagKeys.name) && declared["name"] === defaultName;
    const inputs = isNameOverridden ? { ...observedInputs, name: defaultName } : observedInputs;
    return {
        state: await stateOf(scope, context, { ctx, id, observed, inputs, metadata: state.metadata }),
        inputs,
    };
}

/** Reads from the stack-wide sweep if the resource supports it, otherwise by id. */
export function readCached(
    { resource }: Scope,
    ctx: ResourceContext,
    { id, state }: { id: string; state: Properties },
): Promise<unknown> {
    return resource.readCached?.({ ctx, id, state }) ?? resource.read({ ctx, id, state });
}
