/**
 * Creates a resource once, however often the run that creates it is interrupted, or adopts an existing one.
 *
 * @module
 */
import { defaultTimeout, toMilliseconds } from "../../schema/duration";
import type { Rule } from "../../schema/property";
import { claimTag } from "../../schema/tags";
import { equal, type Properties } from "../../schema/values";
import { messageInPlace } from "../aws/place";
import { takeAdopted } from "./adopt";
import { claimOf, claimTags, createOnce, type ReplacedResource } from "./claim";
import type { LifecycleContext, Metadata, Owner, State, Stored } from "./context";
import { messageOf, plainError, withErrorContext } from "./failure";
import type { Lineage } from "./lineage";
import { findClaimed } from "./find-claimed";
import { findReplaced } from "./replacement";
import { carriersOf, createOwner, ownersOf, ownerTags, ownTags } from "./ownership";
import type { ResourceContext } from "./resource-context";
import type { TagCarrier } from "./tags/carriers";
import { describeResource, resourceContext, track, type Scope } from "./scope";
import { formatSlots } from "./slots";
import { inputMetadata } from "./state";
import { copiedKeysOf } from "./tags/creation";
import { writeDeclaredTags } from "./tags/write";
import { waitUntilReady } from "./wait";

export async function create(
    scope: Scope,
    context: LifecycleContext,
    given: Stored,
): Promise<{ id: string; state: State }> {
    const { deployment, rules } = scope;
    const { clock } = deployment.dependencies;
    const startedAt = clock.now();
    deployment.slots.begin(context.urn);
    try {
        return await createResource(scope, context, given);
    } finally {
        const full = deployment.slots.end(context.urn, clock.now() - startedAt);
        if (full !== undefined)
            deployment.log.info(context.urn, formatSlots(full, { hasBarrier: "waitForCompletion" in rules }));
    }
}

async function createResource(
    scope: Scope,
    context: LifecycleContext,
    { properties: inputs, metadata: given }: Stored,
): Promise<{ id: string; state: State }> {
    const { resource, deployment } = scope;
    const ctx = resourceContext(scope, context, { inputs, defaultName: given.defaultName });
    const owner = createOwner(scope, ctx);
    const creation = await createOrAdopt(scope, context, { ctx, inputs, given, owner });
    const { id, observed, carriers } = creation;
    const replaced = deployment.generations.replacedBy(context.urn);
    const metadata = { ...inputMetadata(given), owner: owner.token, copiedKeys: creation.copiedKeys };
    const outputs = await resource.outputs({ ctx, id, observed });
    const trackAs = (properties: Properties) => {
        track(scope, { urn: context.urn, lineage: given.lineage }, { id, inputs, outputs: properties });
    };
    deployment.recordChange();
    trackAs(outputs);
    if (creation.isExisting) for (const carrier of carriers) deployment.adoptions.record(carrier.id, owner);
    const prepare = async (found: unknown) => {
        // A later delete of the replaced resource must see that it is retained, even if this run fails from here on.
        await replaced?.markRetained?.();
        return applyDeclaration(scope, ctx, { creation, observed: found, inputs, given, owner });
    };
    try {
        const state = await waitUntilReady(scope, context, { id, observed, inputs, metadata, prepare });
        await recordIncompleteSuccessor(scope, ctx, { id, outputs: state.properties, replaced });
        trackAs(state.properties);
        return { id, state };
    } catch (error) {
        await recordIncompleteSuccessor(scope, ctx, { id, outputs, replaced });
        throw error;
    } finally {
        // The claim ends with the run: the state holds the resource whether the wait succeeds or fails.
        const ids = carriers.length > 0 ? carriers.map((carrier) => carrier.id) : [id];
        if (creation.isDeclared) deployment.claims.endAdoptionAtExit(ctx.ec2, ids);
        else if (resource.findClaimed !== undefined) deployment.claims.endAtExit(ctx.ec2, ids);
    }
}

/** Describes the resource with which a create begins: a new one, or one that exists already. */
interface Creation {
    id: string;
    observed: unknown;
    /** Reports whether `adopt` names the resource. */
    isDeclared: boolean;
    /** Reports whether the resource was deleted, and this create has restored it from the Recycle Bin. */
    isRestored: boolean;
    /** Reports whether the resource exists already: `adopt` names it, or an interrupted run has created it. */
    isExisting: boolean;
    carriers: TagCarrier[];
    copiedKeys: string[] | undefined;
}

async function createOrAdopt(
    scope: Scope,
    context: LifecycleContext,
    {
        ctx,
        inputs,
        given,
        owner,
    }: { ctx: ResourceContext; inputs: Properties; given: Metadata; owner: Owner },
): Promise<Creation> {
    const operation = `creating ${describeResource(scope, context, { inputs })}`;
    const declared = await withErrorContext(operation, takeAdopted(scope, ctx, inputs));
    const creating = { inputs, owner, lineage: given.lineage };
    const { id, observed, adopted } =
        declared ??
        (await createOrFind(scope, context, { ctx, ...creating }).catch(async (error: unknown) => {
            throw plainError(`${operation}: ${await messageInPlace(ctx.ec2, error)}`, { cause: error });
        }));
    return {
        id,
        observed,
        isDeclared: declared !== undefined,
        isRestored: declared?.isRestored === true,
        isExisting: adopted,
        carriers: carriersOf(scope, id, observed),
        copiedKeys:
            declared === undefined
                ? copiedKeysOf(scope, observed, { inputs, defaultName: given.defaultName })
                : undefined,
    };
}

/** Makes an existing resource as declared, with the tag of its new owner; a new one is that already. */
async function applyDeclaration(
    scope: Scope,
    ctx: ResourceContext,
    {
        creation: { id, carriers, copiedKeys, isDeclared, isRestored, isExisting },
        observed,
        inputs,
        given: { defaultName },
        owner,
    }: { creation: Creation; observed: unknown; inputs: Properties; given: Metadata; owner: Owner },
): Promise<unknown> {
    const isOwned = carriers.every(
        (carrier) =>
            carrier.tags === undefined || ownersOf(carrier).some(({ token }) => token === owner.token),
    );
    if (!isExisting && isOwned) return observed;
    const mode = isDeclared && !isRestored ? "adopt" : "take";
    const internal = ownTags(scope, ctx, { observed, owner, mode });
    // A resource of an interrupted run keeps its claim until the state holds it, because this run may be interrupted
    // too.
    if (!isDeclared) internal.remove = internal.remove.filter((key) => key !== claimTag);
    const state = { properties: {}, metadata: { defaultName, copiedKeys } };
    const tagged = await writeDeclaredTags(scope, ctx, { observed, inputs, state, internal });
    return scope.resource.update({ ctx, id, observed: tagged, inputs, state: {} });
}

/**
 * Writes the id of an incomplete replacement on the replaced resource, because a later run or another process may
 * delete that.
 */
async function recordIncompleteSuccessor(
    { resource }: Scope,
    ctx: ResourceContext,
    { id, outputs, replaced }: { id: string; outputs: Properties; replaced: ReplacedResource | undefined },
): Promise<void> {
    if (resource.replacing?.isComplete?.({ outputs }) !== false) return;
    await replaced?.recordSuccessor?.(id).catch((error: unknown) => {
        ctx.warn(`${id} could not be recorded as the successor of ${replaced.id}: ${messageOf(error)}`);
    });
}

/** Creates the resource, or finds the one that an interrupted run created with the same inputs. */
async function createOrFind(
    scope: Scope,
    { urn, organization }: LifecycleContext,
    {
        ctx,
        inputs,
        owner,
        lineage,
    }: { ctx: ResourceContext; inputs: Properties; owner: Owner; lineage: Lineage | undefined },
) {
    const { resource, rules, deployment } = scope;
    const claim = claimOf(
        { urn, organization, backend: deployment.backend, generation: lineage?.generation ?? 0 },
        immutableInputs(rules, inputs),
    );
    const replaced = deployment.generations.replacedBy(urn);
    const attempt = [claim.value, replaced?.id].join();
    const created = await createOnce({
        claim,
        replaced,
        timeoutMs: toMilliseconds((inputs["timeout"] as string | undefined) ?? defaultTimeout),
        clock: ctx.ec2.clock,
        create: () =>
            resource.create({
                ctx,
                inputs,
                findReplaced: () => findReplaced(scope, ctx, inputs),
                ownTags: { ...claimTags(claim), ...ownerTags(owner) },
                attempt,
            }),
        findClaimed: ({ isFresh }) => findClaimed(scope, ctx, { claim, inputs, isFresh }),
    });
    if (created.adopted) ctx.info(`adopts ${created.id}, which an interrupted run of this stack created.`);
    return created;
}

function immutableInputs(rules: Record<string, Rule>, inputs: Properties): Properties {
    const immutable = Object.entries(rules).filter(
        ([, { onChange }]) => onChange === "replace" || typeof onChange === "function",
    );
    // A declared default must result in the same claim as an omitted input.
    return Object.fromEntries(
        immutable.map(([key, rule]) => [key, equal(inputs[key], rule.default) ? undefined : inputs[key]]),
    );
}
