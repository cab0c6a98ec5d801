/**
 * Changes the resource in EC2 to the declared one, and waits until it is ready.
 *
 * @module
 */
import { equal, union, without } from "../../schema/values";
import { requireSameAccount, requireSameOwner, requireUnchangedAccount } from "./account";
import { formatPlace, messageInPlace } from "../aws/place";
import type { LifecycleContext, Owner, State, Stored } from "./context";
import { InitializationError } from "./failure";
import { createOwner, ownTags } from "./ownership";
import { readCached } from "./read";
import { describeResource, resourceContext, type Scope } from "./scope";
import { inputMetadata, markFormerSecrets } from "./state";
import { declaredTagKeys } from "./tags/effective";
import { writeDeclaredTags } from "./tags/write";
import { waitUntilReady } from "./wait";

export async function update(
    scope: Scope,
    context: LifecycleContext,
    { id, state, inputs }: { id: string; state: Stored; inputs: Stored },
): Promise<State> {
    const { resource } = scope;
    const ctx = resourceContext(scope, context, inputs.properties);
    const what = `updating ${describeResource(scope, context, { id, inputs: inputs.properties })}`;
    const { properties } = state;
    const owner = createOwner(scope, ctx, state.metadata.owner);
    const metadata = {
        ...inputMetadata(inputs.metadata),
        copiedKeys: state.metadata.copiedKeys,
        owner: owner.token,
    };
    let found: unknown;
    let observed: unknown;
    try {
        if (!equal(properties["credentials"], inputs.properties["credentials"]))
            await requireUnchangedAccount(ctx, properties);
        found = await readCached(scope, ctx, id, properties);
        if (found === undefined) {
            await requireSameAccount(ctx, properties);
            throw new Error(
                `no longer exists in ${await formatPlace(ctx.ec2)}. Run \`pulumi refresh\`; the next \`pulumi up\` recreates it.`,
            );
        }
        requireSameOwner(resource.owner(found), properties);
        const mode = state.metadata.owner === undefined ? "take" : "keep";
        const internal = ownTags(scope, ctx, found, owner, mode);
        const tagged = await writeDeclaredTags(scope, ctx, found, {
            inputs: inputs.properties,
            state,
            internal,
        });
        scope.deployment.recordChange();
        observed = await resource.update({
            ctx,
            id,
            observed: tagged,
            inputs: inputs.properties,
            state: properties,
        });
    } catch (error) {
        const before = failedState(scope, { state, inputs, found, owner });
        throw new InitializationError(
            `${what}: ${await messageInPlace(ctx.ec2, error)}`,
            id,
            markFormerSecrets(scope, context, before),
        );
    }
    return waitUntilReady(scope, context, { id, observed, inputs: inputs.properties, metadata });
}

/** Returns the state after a failed update: the former one, with what the update may have written. */
function failedState(
    scope: Scope,
    { state, inputs, found, owner }: { state: Stored; inputs: Stored; found: unknown; owner: Owner },
): Stored {
    const carriers = found === undefined ? [] : (scope.resource.tagged?.carriers("", found) ?? []);
    const existing = carriers.flatMap(({ tags = [] }) => tags.flatMap(({ Key }) => Key ?? []));
    const declared = declaredTagKeys(scope, inputs.properties, state.metadata);
    // A tag with a key that the resource lacked was not written by others, so that a later update may remove it.
    const tagKeys = union(state.metadata.tagKeys ?? [], without(declared, existing));
    return { ...state, metadata: { ...state.metadata, owner: owner.token, tagKeys } };
}
