/**
 * Imports a resource that is in no state: returns its state, and the inputs that declare it as EC2 shows it.
 *
 * @module
 */
import { declaredTags } from "../../schema/tags";
import { defined, type Properties } from "../../schema/values";
import { formatPlace } from "../aws/place";
import { configuredRegion, missingRegion } from "../aws/region";
import type { LifecycleContext, State } from "./context";
import { withErrorContext } from "./failure";
import { ownersIn, ownName } from "./ownership";
import { resourceContext, type Scope } from "./scope";
import { stateOf } from "./state";

export interface Imported {
    id: string;
    state: State;
    inputs: Properties;
}

/** Returns `undefined` if the resource does not exist. `id` may begin with a region, as in `us-west-2/snap-1`. */
export async function importResource(
    scope: Scope,
    context: LifecycleContext,
    id: string,
): Promise<Imported | undefined> {
    const { resource, deployment, rules } = scope;
    const [, explicitRegion, importId = ""] = /^(?:([a-z]{2,}(?:-[a-z]+)+-\d+)\/)?(.*)$/.exec(id) ?? [];
    const region = explicitRegion ?? (await configuredRegion(deployment.configuration.aws));
    if (region === undefined) throw missingRegion();
    const ctx = resourceContext(scope, context, { inputs: { region } });
    return withErrorContext(`importing ${importId}`, find());

    async function find(): Promise<Imported | undefined> {
        if (resource.findImported === undefined)
            throw new Error("it exists only in the state, not in AWS; declare it instead");
        const { importId: form } = resource;
        if (form !== undefined && !form.pattern.test(importId))
            throw new Error(
                `the id must be ${form.expected}, optionally after a region, as in us-east-1/<id>`,
            );
        const found = await resource.findImported({ ctx, id: importId });
        if (found === undefined) {
            // The engine says only that the resource does not exist.
            const expected = form === undefined ? "" : ` The id must be ${form.expected}.`;
            ctx.warn(
                `${importId} was not found in ${await formatPlace(ctx.ec2)}.${expected} ` +
                    "For another region, import it as <region>/<id>.",
            );
            return undefined;
        }
        const properties: Properties = { ...defined({ ...found.inputs }), region };
        // The read depends on the declaration, because a share owns the accounts that it declares.
        const observed = await resource.read({
            ctx,
            id: found.id,
            state: { ...properties, ...found.known },
        });
        if (observed === undefined) return undefined;
        // A resource without a name gets none, so that the import changes nothing.
        const isNamed = !("name" in rules) || "name" in properties;
        const tagKeys =
            "tags" in rules ? Object.keys(declaredTags(properties, deployment.configuration)) : [];
        // The owner tag may be that of this resource, whose state was lost; a delete keeps what has other owners.
        const name = ownName(scope, ctx);
        const owner = ownersIn(scope, found.id, observed).find((one) => one.name === name)?.token;
        const metadata = defined({ tagKeys, owner, defaultName: isNamed ? undefined : "" });
        const state = await stateOf(scope, context, {
            ctx,
            id: found.id,
            observed,
            inputs: properties,
            metadata,
        });
        return { id: found.id, state, inputs: properties };
    }
}
