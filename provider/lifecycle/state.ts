/**
 * Turns observations into the state of a resource: its inputs as declared, its outputs, and the secrets among them.
 *
 * @module
 */
import type { Pending } from "../../schema/property";
import { defined, equal, isMap, union, type Properties } from "../../schema/values";
import type { LifecycleContext, Metadata, State, Stored } from "./context";
import type { ResourceContext } from "./resource-context";
import type { Scope } from "./scope";

/** Returns the metadata of the inputs, which a state keeps unchanged. */
export function inputMetadata({ defaultName, lineage }: Metadata): Metadata {
    return defined({ defaultName, lineage });
}

export async function stateOf(
    scope: Scope,
    context: LifecycleContext,
    {
        ctx,
        id,
        observed,
        inputs,
        metadata,
    }: { ctx: ResourceContext; id: string; observed: unknown; inputs: Properties; metadata: Metadata },
): Promise<State> {
    const outputs = await scope.resource.outputs({ ctx, id, observed });
    const given = declaredDifferently(inputs, outputs, Object.keys(scope.rules));
    const tagKeys = metadata.tagKeys?.length === 0 ? undefined : metadata.tagKeys;
    return markSecrets(scope, context, {
        properties: { ...inputs, ...outputs },
        metadata: defined({ ...metadata, tagKeys, given }),
    });
}

/** Marks outputs that derive from a secret input; the host marks only outputs that have the key of a secret input. */
export function markSecrets(
    { outputs }: Scope,
    { secrets }: LifecycleContext,
    { properties, metadata }: Pick<State, "properties" | "metadata">,
): State {
    return {
        properties,
        metadata,
        secretOutputs: outputsFrom(secrets, outputs, properties),
        isGivenSecret: secrets.some((key) => Object.hasOwn(metadata.given ?? {}, key)),
    };
}

/**
 * Marks the former state that a failed update keeps: the doors mark the properties that are secret in the new inputs, and
 * others may have been secret before.
 */
export function markFormerSecrets(scope: Scope, context: LifecycleContext, former: Stored): State {
    const state = markSecrets(scope, context, former);
    const inputs = context.secrets.filter((key) => former.properties[key] !== undefined);
    return { ...state, secretOutputs: union(state.secretOutputs, inputs) };
}

/** Returns the update that is due because an output in the state derives from an input that has become secret. */
export function pendingSecrets(
    { outputs }: Scope,
    { newSecrets = [] }: LifecycleContext,
    state: Properties,
): Pending | undefined {
    const exposed = outputsFrom(newSecrets, outputs, state);
    if (exposed.length === 0) return undefined;
    const [which, is] = [exposed.join(", "), exposed.length === 1 ? "becomes" : "become"];
    return {
        effect: "update",
        why: `${which} ${is} secret in the state, because ${newSecrets.join(", ")} is`,
    };
}

/** Returns the outputs in a state that derive from any of these inputs. */
function outputsFrom(inputs: string[], outputs: Scope["outputs"], state: Properties): string[] {
    return Object.keys(outputs).filter(
        (key) =>
            state[key] !== undefined && outputs[key]?.secretWith?.some((input) => inputs.includes(input)),
    );
}

/** Returns the inputs whose outputs of the same name differ in form: a key's alias, while AWS shows its ARN. */
function declaredDifferently(
    inputs: Properties,
    outputs: Properties,
    keys: string[],
): Properties | undefined {
    const differing = keys.filter((key) => key in outputs && !equal(inputs[key], outputs[key]));
    if (differing.length === 0) return undefined;
    return Object.fromEntries(differing.map((key) => [key, inputs[key] ?? null]));
}

/** Returns the state's properties with the inputs as the program declared them. */
export function withDeclaredInputs({
    properties,
    metadata,
}: Pick<State, "properties" | "metadata">): Properties {
    const given = Object.entries(isMap(metadata.given) ? metadata.given : {});
    return { ...properties, ...Object.fromEntries(given.map(([key, value]) => [key, value ?? undefined])) };
}
