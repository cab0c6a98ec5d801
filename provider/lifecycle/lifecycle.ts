/**
 * Turns a kind of resource into the operations of the engine: check, diff, create, read, update, delete. Each operation
 * is a separate file; a door translates between them and its wire format.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import { check, type CheckResult } from "./check";
import type { LifecycleContext, State, Stored } from "./context";
import { create } from "./create";
import { deleteResource } from "./delete";
import type { Deployment } from "./deployment";
import { diff, type DiffFacts } from "./diff";
import { withoutSecrets } from "./failure";
import { importResource, type Imported } from "./import";
import { read } from "./read";
import type { Resource } from "./resource";
import { scopeOf, type AnyResource } from "./scope";
import { update } from "./update";

export interface Lifecycle {
    check(context: LifecycleContext, olds: Stored, news: Properties): Promise<CheckResult>;
    diff(
        context: LifecycleContext,
        resource: { id: string; state: Stored; inputs: Properties },
    ): Promise<DiffFacts>;
    create(context: LifecycleContext, inputs: Stored): Promise<{ id: string; state: State }>;
    /** Returns `undefined` if the resource does not exist. */
    read(
        context: LifecycleContext,
        id: string,
        state: Stored,
    ): Promise<{ state: State; inputs: Properties } | undefined>;
    /** Reads a resource that is not in the state. */
    import(context: LifecycleContext, id: string): Promise<Imported | undefined>;
    update(
        context: LifecycleContext,
        resource: { id: string; state: Stored; inputs: Stored },
    ): Promise<State>;
    delete(context: LifecycleContext, id: string, state: Stored): Promise<void>;
}

export function lifecycle<Inputs extends object, Outputs extends object, Observed>(
    resource: Resource<Inputs, Outputs, Observed>,
    deployment: Deployment,
): Lifecycle {
    // The functions of a resource receive only values that they returned themselves, or that its rules have validated.
    const scope = scopeOf(resource as unknown as AnyResource, deployment);
    const upgraded = (state: Stored): Stored =>
        resource.upgrade === undefined
            ? state
            : { ...state, properties: resource.upgrade(state.properties, state.metadata) };
    /** Ends an operation: no value of a secret is in its error, and none of its messages arrives after it. */
    const ending = async <T>(
        context: LifecycleContext,
        given: Properties[],
        work: Promise<T>,
    ): Promise<T> => {
        try {
            return await withoutSecrets(context, given, work);
        } finally {
            await deployment.log.delivered();
        }
    };
    return {
        check: (context, olds, news) =>
            ending(context, [], check(scope, context, { olds: upgraded(olds), news })),
        diff: (context, { id, state, inputs }) =>
            ending(
                context,
                [state.properties, inputs],
                diff(scope, context, { id, state: upgraded(state), inputs }),
            ),
        create: (context, inputs) => ending(context, [inputs.properties], create(scope, context, inputs)),
        read: (context, id, state) =>
            ending(context, [state.properties], read(scope, context, { id, state: upgraded(state) })),
        import: (context, id) => ending(context, [], importResource(scope, context, id)),
        update: (context, { id, state, inputs }) =>
            ending(
                context,
                [state.properties, inputs.properties],
                update(scope, context, { id, state: upgraded(state), inputs }),
            ),
        delete: (context, id, state) =>
            ending(
                context,
                [state.properties],
                deleteResource(scope, context, { id, state: upgraded(state) }),
            ),
    };
}
