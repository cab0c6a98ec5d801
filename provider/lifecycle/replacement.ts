/**
 * Handles replacement: it determines whether the replaced resource is retained, which warnings a reviewer needs, and
 * when it may be deleted.
 *
 * @module
 */
import { formatText, textOf } from "../../schema/failure";
import type { Change } from "../../schema/property";
import { hasNoData } from "../../schema/retention";
import { claimTag, endedClaim, successorTag } from "../../schema/tags";
import type { Properties } from "../../schema/values";
import { formatPlace } from "../aws/place";
import { tagOf } from "../aws/tags";
import { writeTags } from "../aws/write-tags";
import type { LifecycleContext, Owner } from "./context";
import { carriersOf, formatOwners, ownersOf, ownNames } from "./ownership";
import type { ReplacedState } from "./replacement-hooks";
import type { ResourceContext } from "./resource-context";
import { describeResource, resourceContext, type Scope } from "./scope";

/** Tracks the replaced resource, and warns of deletions. */
export async function trackReplacement(
    scope: Scope,
    context: LifecycleContext,
    { id, state, inputs }: { id: string; state: Properties; inputs: Properties },
): Promise<void> {
    const { replacing, startedAt } = scope.resource;
    const ctx = resourceContext(scope, context, { inputs: state });
    const carrierIds = replacing?.carrierIds?.({ id, state }) ?? [];
    const replaced = {
        id,
        startedAt: startedAt?.(state) ?? 0,
        hasData: !hasNoData(state),
        recordSuccessor: (successor: string) =>
            writeTags(ctx.ec2, { ids: carrierIds, tags: { [successorTag]: successor } }),
    };
    const isRetained = replacing?.isRetained?.({ state, inputs }) === true;
    // The mark is written in the region and with the credentials of the replaced resource.
    const markRetained = () => replacing?.markRetained?.({ ctx, id, state }) ?? Promise.resolve();
    scope.deployment.generations.trackReplaced(
        context.urn,
        isRetained ? { ...replaced, markRetained } : replaced,
    );
    const warning = await replacing?.warning({ ctx, id, state, inputs });
    if (warning !== undefined) ctx.warn(warning);
}

/** Warns of deletions that happen if a value that is still unknown turns out to differ. */
export async function warnOfUndecided(
    scope: Scope,
    context: LifecycleContext,
    { changed, id, state, inputs }: { changed: Change[]; id: string; state: Properties; inputs: Properties },
): Promise<void> {
    const { replacing } = scope.resource;
    const undecided = changed.filter(({ undecided }) => undecided).map(({ property }) => property);
    if (undecided.length === 0) return;
    // A replaced copy of another source is retained, so that there is nothing to warn of.
    if (replacing?.isRetained !== undefined && replacing.isRetained({ state, inputs }) !== false) return;
    const ctx = resourceContext(scope, context, { inputs: state });
    const warning = await replacing?.warning({ ctx, id, state, inputs });
    const condition = `${undecided.join(", ")} ${undecided.length > 1 ? "are" : "is"} not known yet`;
    if (warning !== undefined) ctx.warn(textOf`${condition}: if it turns out to be another one, ${warning}`);
}

/**
 * Warns of a replacement that the user forces (taint, `replaceWith`, `replacementTrigger`): the engine then skips diff,
 * and checks the new inputs as if the state had none.
 */
export async function warnOfForcedReplacement(
    scope: Scope,
    context: LifecycleContext,
    { olds, inputs }: { olds: Properties; inputs: Properties },
): Promise<void> {
    const { deployment, declarations, resource } = scope;
    const { urn } = context;
    const former = declarations.get(urn)?.former;
    const isForced =
        Object.keys(olds).length === 0 &&
        former !== undefined &&
        Object.keys(former).length > 0 &&
        deployment.isInState(urn) &&
        deployment.generations.replacedBy(urn) === undefined;
    if (!isForced || resource.replacing === undefined) return;
    // The engine does not pass the state, which may be that of a failed resource.
    const owned = await readOwned(scope, resourceContext(scope, context, { inputs: former }), inputs).catch(
        () => [],
    );
    const subject = `the ${describeResource(scope, context, { inputs: former })} in the state`;
    deployment.log.warn(
        urn,
        `replacement is forced: ${subject} ${formatFate(scope, context, { former, inputs, owned })}`,
    );
}

/**
 * Warns of deletions by a forced replacement (`--replace`, taint). The engine does not pass the resource in the state
 * then; its owner tag identifies it. A resource that a delete retained in the account may carry that tag as well. It
 * returns the inputs of the resource that the new one replaces, as far as they are known.
 */
export async function warnOfOwned(
    scope: Scope,
    ctx: ResourceContext,
    inputs: Properties,
): Promise<Properties | undefined> {
    const owned = await readOwned(scope, ctx, inputs);
    for (const one of owned) {
        const fate = formatFate(scope, ctx, { former: one.former, inputs, owned: [one] });
        ctx.warn(
            `owns ${one.id}. If the state contains it, its replacement is forced (--replace, taint): it ${fate}`,
        );
    }
    return owned[0]?.former;
}

interface Owned {
    id: string;
    observed: unknown;
    outputs: Properties;
    /** Contains the inputs in the state, as far as EC2 shows them, and the declared ones otherwise. */
    former: Properties;
    /** Contains, for each EC2 resource of which it consists, the owners besides this very resource. */
    otherOwners: Owner[][];
}

/** Reads the resources that carry the owner tag of this very resource. */
async function readOwned(scope: Scope, ctx: ResourceContext, inputs: Properties): Promise<Owned[]> {
    const { resource, deployment } = scope;
    const names = ownNames(scope, ctx);
    const isOwn = ({ name }: Owner) => names.includes(name);
    const found = (await resource.findOwned?.({ ctx })) ?? [];
    const owned = found.flatMap(({ id, observed }) => {
        const carriers = carriersOf(scope, id, observed);
        const owners = carriers.map(ownersOf);
        // An interrupted run created a resource that carries a claim, and this run adopts it.
        const claims = carriers.flatMap(({ tags }) => tagOf({ Tags: tags }, claimTag) ?? []);
        const isKnown = claims.every((claim) => claim === endedClaim);
        const isOther = id === inputs["adopt"] || deployment.managerOf(id, ctx.urn) !== undefined;
        if (isOther || !owners.flat().some(isOwn) || !isKnown) return [];
        return [{ id, observed, otherOwners: owners.map((all) => all.filter((owner) => !isOwn(owner))) }];
    });
    return Promise.all(
        owned.map(async (one) => ({
            ...one,
            outputs: await resource.outputs({ ctx, ...one }),
            former: {
                ...inputs,
                ...((await resource.formerInputs?.({ ctx, inputs, ...one })) ??
                    resource.inputsFrom?.({ ctx, declared: undefined, ...one })),
            },
        })),
    );
}

/**
 * Returns the resource with data that a new one replaces. The owner tag identifies it where the engine does not say which
 * it is: with `--replace` a replacement looks like a new resource, and without `diff` (taint) or after a failed
 * replacement its id is unknown. It fails in doubt, because the new one would take its place without the data.
 */
export async function findReplaced(
    scope: Scope,
    ctx: ResourceContext,
    inputs: Properties,
): Promise<ReplacedState<unknown> | undefined> {
    const { deployment, declarations, resource } = scope;
    const isInState = deployment.isInState(ctx.urn);
    const former = isInState ? (declarations.get(ctx.urn)?.former ?? {}) : undefined;
    const replaced = deployment.generations.replacedBy(ctx.urn);
    if (replaced?.hasData === true) {
        const state = former ?? inputs;
        const observed = await resource.read({ ctx, id: replaced.id, state });
        if (observed === undefined)
            throw new Error(
                `${replaced.id}, whose data the new volume should have, was not found in ${await formatPlace(ctx.ec2)}. ` +
                    "Run `pulumi refresh`, and the next `pulumi up` creates it without that data.",
            );
        return { id: replaced.id, observed, inputs: state };
    }
    // Another resource may have had the name of this one before it was renamed.
    const all = await readOwned(scope, ctx, inputs);
    if (all.length > 0) await ctx.waitForDeclarations();
    const owned = all.filter(({ id }) => deployment.managerOf(id, ctx.urn) === undefined);
    const [found, ...others] = owned.filter(({ outputs }) => !hasNoData(outputs));
    if (
        others.length > 0 ||
        (found === undefined && isInState && replaced === undefined && owned.length === 0)
    ) {
        const ids = owned.length === 0 ? "nothing" : owned.map(({ id }) => id).join(", ");
        throw new Error(
            `it is unknown whose data the new volume should have: the owner tag of this resource is on ${ids}. ` +
                "Remove the tag from others, or set carryData: false.",
        );
    }
    return found === undefined
        ? undefined
        : { id: found.id, observed: found.observed, inputs: former ?? found.former };
}

/** Returns what a forced replacement does to the resources that it owns, as far as they were found. */
function formatFate(
    { resource }: Scope,
    { secrets }: Pick<LifecycleContext, "secrets">,
    { former, inputs, owned }: { former: Properties; inputs: Properties; owned: Owned[] },
): string {
    if (resource.replacing?.isRetained?.({ state: former, inputs }) === true)
        return "will be kept in the account, no longer managed by Pulumi.";
    const others = owned.flatMap((one) => one.otherOwners);
    if (others.length > 0 && others.every((owners) => owners.length > 0))
        return `will be kept, because it is owned by ${formatOwners(others.flat())} too.`;
    if (owned.length > 0 && owned.every(({ outputs }) => hasNoData(outputs)))
        return "failed, and will be deleted.";
    const described = resource.replacing?.describeForced?.({ state: former, inputs });
    if (described !== undefined) return formatText(described, secrets);
    const remedy = resource.replacing?.isRetained === undefined ? "finalSnapshot" : "keepReplaced";
    return `will be deleted after the new one completes. To keep ${
        remedy === "keepReplaced" ? "it" : "its data"
    }, set ${remedy}: true.`;
}
