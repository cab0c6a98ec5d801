/**
 * Changes the resource in EC2 to the declared one, and waits until it is ready.
 *
 * @module
 */
import { equal } from "../../schema/values";
import { requireSameAccount, requireSameOwner, requireUnchangedAccount } from "./account";
import { formatPlace, messageInPlace } from "../aws/place";
import type { LifecycleContext, State, Stored } from "./context";
import { InitializationError } from "./failure";
import { createOwner, ownTags } from "./ownership";
import { readCached } from "./read";
import { describeResource, resourceContext, type Scope } from "./scope";
import { inputMetadata, markSecrets } from "./state";
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
    let observed: unknown;
    try {
        if (!equal(properties["credentials"], inputs.properties["credentials"]))
            await requireUnchangedAccount(ctx, properties);
        const found = await readCached(scope, ctx, id, properties);
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
        observed = await resource.update({
            ctx,
            id,
            observed: tagged,
            inputs: inputs.properties,
            state: properties,
        });
    } catch (error) {
        const before = { ...state, metadata: { ...state.metadata, owner: owner.token } };
        throw new InitializationError(
            `${what}: ${await messageInPlace(ctx.ec2, error)}`,
            id,
            markSecrets(scope, context, before),
        );
    }
    return waitUntilReady(scope, context, { id, observed, inputs: inputs.properties, metadata });
}
