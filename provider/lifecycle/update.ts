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
import { carriersOf, createOwner, ownTags } from "./ownership";
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
    const ctx = resourceContext(scope, context, { inputs: inputs.properties });
    const what = `updating ${describeResource(scope, context, { id, inputs: inputs.properties })}`;
    const { properties } = state;
    const owner = createOwner(scope, ctx, state.metadata.owner);
    const metadata = {
        ...inputMetadata(inputs.metadata),
        copiedKeys: state.metadata.copiedKeys,
        owner: owner.token,
    };
    // Keys of tags that this update has written, or may have written.
    let written: string[] = [];
    let observed: unknown;
    try {
        if (!equal(properties["credentials"], inputs.properties["credentials"]))
            await requireUnchangedAccount(ctx, properties);
        const found = await readCached(scope, ctx, { id, state: properties });
        if (found === undefined) {
            await requireSameAccount(ctx, properties);
            throw new Error(
                `no longer exists in ${await formatPlace(ctx.ec2)}. Run \`pulumi refresh\`; the next \`pulumi up\` recreates it.`,
            );
        }
        requireSameOwner(resource.owner(found), properties);
        const mode = state.metadata.owner === undefined ? "take" : "keep";
        const internal = ownTags(scope, ctx, { observed: found, owner, mode });
        const declared = declaredTagKeys(scope, inputs.properties, state.metadata);
        // Until the write succeeds, an existing tag is not known to be written by this update.
        written = without(declared, existingTagKeys(scope, found));
        const tagged = await writeDeclaredTags(scope, ctx, {
            observed: found,
            inputs: inputs.properties,
            state,
            internal,
        });
        written = declared;
        scope.deployment.recordChange();
        observed = await resource.update({
            ctx,
            id,
            observed: tagged,
            inputs: inputs.properties,
            state: properties,
        });
    } catch (error) {
        const before = failedState(state, owner, written);
        throw new InitializationError(
            `${what}: ${await messageInPlace(ctx.ec2, error)}`,
            id,
            markFormerSecrets(scope, context, before),
        );
    }
    return waitUntilReady(scope, context, { id, observed, inputs: inputs.properties, metadata });
}

function existingTagKeys(scope: Scope, observed: unknown): string[] {
    return carriersOf(scope, "", observed).flatMap(({ tags = [] }) => tags.flatMap(({ Key }) => Key ?? []));
}

/** Returns the state after a failed update: the former one, so that a later update removes the tags that this one wrote. */
function failedState({ properties, metadata }: Stored, owner: Owner, written: string[]): Stored {
    const tagKeys = written.length === 0 ? metadata.tagKeys : union(metadata.tagKeys ?? [], written);
    return { properties, metadata: { ...metadata, owner: owner.token, tagKeys } };
}
