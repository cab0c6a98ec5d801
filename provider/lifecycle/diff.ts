/**
 * Determines which declared properties changed, and how the change affects the current resource.
 *
 * @module
 */
import { describeFailure } from "../../schema/failure";
import type { Change, Pending } from "../../schema/property";
import { hasUnknown, type Properties } from "../../schema/values";
import type { LifecycleContext, Stored } from "./context";
import { differences } from "./differences";
import { plainError, withErrorContext } from "./failure";
import { trackReplacement, warnOfUndecided } from "./replacement";
import { describeResource, resourceContext, track, type Scope } from "./scope";
import { pendingSecrets, withDeclaredInputs } from "./state";
import { checkTagRoom } from "./tags/room";
import { pendingTags } from "./tags/effective";
import { readOutcome } from "./unfinished";

/** Contains the facts of a diff; each door formats them for its own wire format. */
export interface DiffFacts {
    changed: Change[];
    /** Describes work that is due although no input has changed, and the reason. */
    pending: Pending | undefined;
    /** Lists the properties that replace the resource. */
    replaces: string[];
    /** Reports whether the option `replaceOnChanges` names any changed property. */
    isReplaceOnChanges: boolean;
    isReplaced: boolean;
    /** Reports whether a replaced resource has to be deleted before the new one is created. */
    isDeletedFirst: boolean;
}

export async function diff(
    scope: Scope,
    context: LifecycleContext,
    { id, state, inputs }: { id: string; state: Stored; inputs: Properties },
): Promise<DiffFacts> {
    const { resource, deployment } = scope;
    const { properties } = state;
    const ctx = resourceContext(scope, context, { inputs });
    const declared = withDeclaredInputs(state);
    const [invalid] = resource.validateUpdate?.({ state: properties, inputs, declared }) ?? [];
    if (invalid !== undefined) throw plainError(describeFailure(invalid, context.secrets));
    const comparison = differences(scope, ctx, { state, inputs });
    const differing = await withErrorContext(
        `comparing ${describeResource(scope, context, { id, inputs })}`,
        comparison,
    );
    const changed = differing.filter(({ effect }) => effect !== "nothing");
    const { configuration } = deployment;
    const outcome = await readOutcome(scope, context, { id, state: properties });
    const args = { state: outcome, inputs, configuration, secrets: context.secrets };
    const pending =
        resource.pending?.(args) ??
        // A job that has succeeded since still needs the update that reads its outputs.
        resource.pending?.({ ...args, state: properties }) ??
        (resource.tagged === undefined ? undefined : pendingTags(ctx, inputs, state)) ??
        pendingSecrets(scope, context, properties);
    const facts = {
        ...factsOf(context, { changed, pending, inputs }),
        isDeletedFirst: resource.replacing?.isDeletedFirst === true,
    };
    const [excess] = facts.isReplaced ? [] : checkTagRoom(scope, ctx, { id, inputs, state });
    if (excess !== undefined) throw plainError(describeFailure(excess, context.secrets));
    track(
        scope,
        { urn: context.urn, lineage: state.metadata.lineage },
        { id, inputs, outputs: outcome, replaced: facts.isReplaced },
    );
    noteFailedAdoption(scope, context, { id, inputs, state });
    // Without a changed input, no other message explains the reason.
    if (pending !== undefined && (changed.length === 0 || pending.effect === "replace"))
        ctx.info(pending.why);
    if (facts.isReplaced) await trackReplacement(scope, context, { id, state: outcome, inputs });
    else await warnOfUndecided(scope, context, { changed, id, state: outcome, inputs });
    if (!facts.isReplaced || resource.replacing === undefined) {
        const warning = resource.warning?.(args);
        if (warning !== undefined) ctx.warn(warning);
    }
    return facts;
}

/**
 * Notes that an earlier run did not find the resource that `adopt` names, and created another one: the former resource
 * with that id is still retained. A later generation has replaced the adopted one.
 */
function noteFailedAdoption(
    { deployment }: Scope,
    { urn }: LifecycleContext,
    { id, inputs: { adopt, region }, state }: { id: string; inputs: Properties; state: Stored },
): void {
    const isReplacement = (state.metadata.lineage?.generation ?? 0) > 0;
    if (typeof adopt === "string" && adopt !== id && !isReplacement)
        deployment.adoptions.recordNotFound(adopt, urn, String(region));
}

function factsOf(
    { replaceOnChanges }: LifecycleContext,
    { changed, pending, inputs }: { changed: Change[]; pending: Pending | undefined; inputs: Properties },
): Omit<DiffFacts, "isDeletedFirst"> {
    const isNamed = ({ property }: Change) =>
        replaceOnChanges.some((path) => path === "*" || path.split(/[.[]/)[0] === property);
    const replacing = changed.filter(
        (change) =>
            change.effect === "replace" ||
            // The engine itself replaces a resource for an unknown value, and does not delete it first.
            (isNamed(change) && !hasUnknown(inputs[change.property])),
    );
    const replaces = [
        ...replacing.map(({ property }) => property),
        ...(pending?.effect === "replace" ? ["state"] : []),
    ];
    const isReplaceOnChanges = changed.some(isNamed);
    return {
        changed,
        pending,
        replaces,
        isReplaceOnChanges,
        isReplaced: isReplaceOnChanges || replaces.length > 0,
    };
}
