/**
 * Adapts a lifecycle to the wire format of the engine's dynamic-provider host.
 *
 * @module
 */
import type { Deployment } from "../lifecycle/deployment";
import { InitializationError } from "../lifecycle/failure";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { Pending } from "../../schema/property";
import { equal, type Properties } from "../../schema/values";
import { diffResponse } from "./diff-response";
import { withUnseenSecrets } from "./unseen-secrets";
import { contextOf, contextOfChange, decode, encodeInputs, encodeState } from "../wire/metadata";

/** Keeps the resource in the state: the host shows only `reasons`, and the next run updates the resource. */
class WireInitializationError extends Error {
    override readonly name = "InitializationError";
    readonly reasons: string[];

    constructor(
        message: string,
        readonly id: string,
        readonly properties: Properties,
    ) {
        super(message);
        this.reasons = [message];
    }
}

export function dynamicProvider(lifecycle: Lifecycle, deployment: Deployment) {
    /** Contains the inputs that the program of this run declares, and those in the state, by URN. */
    const declared = new Map<string, { inputs: Properties; before: Properties }>();

    return {
        configure(request: { config: { get: (key: string) => string | undefined } }): Promise<void> {
            deployment.configure((key) => request.config.get(key));
            return Promise.resolve();
        },

        async check(olds: Properties, wire: Properties) {
            const { urn } = contextOf(wire);
            // For a replacement, the engine checks without the inputs in the state.
            const before = Object.keys(olds).length > 0 ? olds : (declared.get(urn)?.before ?? olds);
            const news = withUnseenSecrets(before, wire);
            const { inputs: checked, failures } = await lifecycle.check(
                contextOfChange(olds, news),
                decode(olds),
                decode(news).properties,
            );
            const inputs = encodeInputs(checked, news);
            declared.set(urn, { inputs, before: olds });
            return { inputs, failures };
        },

        async diff(id: string, state: Properties, inputs: Properties) {
            const context = contextOfChange(state, inputs);
            const found = await lifecycle.diff(context, {
                id,
                state: decode(state),
                inputs: decode(inputs).properties,
            });
            const facts = { ...found, pending: found.pending ?? pendingForwarder(state, inputs) };
            const program = declared.get(context.urn);
            const isProgram = facts.changed.length > 0 && equal(program?.inputs, inputs);
            return diffResponse(facts, isProgram ? program?.before : undefined, inputs);
        },

        async create(inputs: Properties) {
            const created = lifecycle.create(contextOf(inputs), decode(inputs));
            const { id, state } = await withWireErrors(inputs, created);
            return { id, outs: encodeState(state, inputs) };
        },

        async read(id: string, state: Properties = {}) {
            const found = await lifecycle.read(contextOf(state), id, decode(state));
            if (found === undefined) return {};
            const inputs = { properties: found.inputs, metadata: found.state.metadata };
            return { id, props: encodeState(found.state, state), inputs: encodeInputs(inputs, state) };
        },

        async update(id: string, state: Properties, inputs: Properties) {
            const one = { id, state: decode(state), inputs: decode(inputs) };
            const context = contextOfChange(state, inputs);
            // After a failure, the state still contains what was secret before.
            const failed = context.secrets.length === 0 ? inputs : { ...inputs, __secrets: context.secrets };
            const updated = await withWireErrors(failed, lifecycle.update(context, one));
            return { outs: encodeState(updated, inputs) };
        },

        delete: (id: string, state: Properties) => lifecycle.delete(contextOf(state), id, decode(state)),
    };
}

/**
 * Returns the update of a resource that an earlier version of the plugin has created: the host can delete and refresh only
 * what has the forwarder in its state.
 */
function pendingForwarder(state: Properties, inputs: Properties): Pending | undefined {
    if (inputs["__provider"] === undefined || state["__provider"] !== undefined) return undefined;
    return { effect: "update", why: "its state is written for the dynamic resources" };
}

/** Converts the state in a failure that keeps the resource to the form that the host expects. */
async function withWireErrors<T>(inputs: Properties, work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        if (!(error instanceof InitializationError)) throw error;
        throw new WireInitializationError(error.message, error.id, encodeState(error.state, inputs));
    }
}
