/**
 * Adopts an existing resource instead of creating one.
 *
 * @module
 */
import { describeFailure, joinTexts, textOf, type CheckFailure } from "../../schema/failure";
import { hasNoData } from "../../schema/retention";
import { ownerPrefix, retainedPrefix, stackTag } from "../../schema/tags";
import { nameOf } from "../../schema/urn";
import { formatValue, UNKNOWN, type Properties } from "../../schema/values";
import { formatPlace } from "../aws/place";
import { tagOf } from "../aws/tags";
import type { Owner } from "./context";
import { differences } from "./differences";
import { carriersOf, formatOwners, interruptedAdoptions, ownersIn, ownName } from "./ownership";
import type { ResourceContext } from "./resource-context";
import type { Scope } from "./scope";
import { checkAdoptedTags } from "./tags/room";

interface Existing {
    id: string;
    observed: unknown;
}

/** Describes the resource that `adopt` names, and the reasons against its adoption. */
interface Candidate extends Existing {
    /** Is set if the resource is in the Recycle Bin. */
    inRecycleBin: { until: string; restore: () => Promise<unknown> } | undefined;
    failures: CheckFailure[];
}

/**
 * Returns the reasons against the adoption that the inputs declare; without any, the preview shows the adoption.
 * `isAdopted` reports whether the resource is adopted instead of created, or may be.
 */
export async function validateAdoption(
    scope: Scope,
    ctx: ResourceContext,
    inputs: Properties,
): Promise<{ failures: CheckFailure[]; isAdopted: boolean }> {
    const mayBe = inputs["adopt"] === UNKNOWN && !scope.deployment.isInState(ctx.urn);
    const found = await find(scope, ctx, { inputs });
    if (found?.failures.length === 0) {
        ctx.info(
            found.inRecycleBin === undefined
                ? `will adopt existing ${found.id}; nothing new will be created.`
                : `will restore ${found.id} from the Recycle Bin, where it is kept until ${found.inRecycleBin.until}, and adopt it; ` +
                      "nothing new will be created.",
        );
        warnOfOtherManager(scope, ctx, found);
        const changes = scope.resource.describeUpdate?.({ observed: found.observed, inputs }) ?? [];
        if (changes.length > 0) ctx.warn(textOf`adopting changes ${found.id}: ${joinTexts(changes)}`);
    }
    return { failures: found?.failures ?? [], isAdopted: mayBe || found !== undefined };
}

/** Adopts the existing resource that the inputs name; the result is `undefined` if there is none. */
export async function takeAdopted(scope: Scope, ctx: ResourceContext, inputs: Properties) {
    const found = await find(scope, ctx, { inputs, isTaken: true });
    const [failure] = found?.failures ?? [];
    if (failure !== undefined) throw new Error(describeFailure(failure, ctx.secrets));
    if (found === undefined) return undefined;
    const restored = await found.inRecycleBin?.restore();
    if (restored !== undefined) warnOfFormerOwners(scope, ctx, { id: found.id, observed: restored });
    const isRestored = restored !== undefined;
    return { id: found.id, observed: restored ?? found.observed, adopted: true, isRestored };
}

/** Returns the owners except those with the name of this very resource. */
function ownersBesides(scope: Scope, ctx: ResourceContext, { id, observed }: Existing): Owner[] {
    const name = ownName(scope, ctx);
    return ownersIn(scope, id, observed).filter((owner) => owner.name !== name);
}

/**
 * Warns of the owners that a restored resource had when it was deleted. The Recycle Bin does not show tags, and whether
 * such an owner still exists is not known: it does if the resource was deleted outside of Pulumi.
 */
function warnOfFormerOwners(scope: Scope, ctx: ResourceContext, { id, observed }: Existing): void {
    const owners = ownersBesides(scope, ctx, { id, observed });
    if (owners.length === 0) return;
    const tags = owners.map(({ token }) => ownerPrefix + token).join(" ");
    ctx.warn(
        `${id} was owned by ${formatOwners(owners)} when it was deleted, and still has the tag of that owner: ${tags}. ` +
            "If that owner no longer exists, remove its tag, or the snapshot is never deleted.",
    );
}

/**
 * Warns of an owner with the name of this very resource. It may be in a stack that had the name of this one before it was
 * renamed, or in no state, so that the adoption keeps its tag.
 */
function warnOfNamesake(scope: Scope, ctx: ResourceContext, { id, observed }: Existing): void {
    const name = ownName(scope, ctx);
    const interrupted = interruptedAdoptions(carriersOf(scope, id, observed), name).map(({ token }) => token);
    const keys = ownersIn(scope, id, observed)
        .filter((owner) => owner.name === name && !interrupted.includes(owner.token))
        .map(({ token }) => ownerPrefix + token);
    if (keys.length === 0) return;
    ctx.warn(
        `${id} already has an owner of this name, in a stack that was renamed from ${ctx.stack}, or left by ` +
            `\`retainOnDelete\` or \`pulumi state delete\`: a delete in this stack keeps ${id} for it. ` +
            `If no other stack contains ${id}, remove the tag ${[...new Set(keys)].join(" ")}.`,
    );
}

async function find(
    scope: Scope,
    ctx: ResourceContext,
    { inputs, isTaken = false }: { inputs: Properties; isTaken?: boolean },
): Promise<Candidate | undefined> {
    const { resource, deployment } = scope;
    const id = inputs["adopt"];
    if (typeof id !== "string" || id === UNKNOWN || deployment.isInState(ctx.urn)) return undefined;
    const current = await resource.read({ ctx, id, state: inputs });
    const inRecycleBin = current === undefined ? await resource.findInRecycleBin?.({ ctx, id }) : undefined;
    const observed = current ?? inRecycleBin?.observed;
    if (observed === undefined) {
        const place = await formatPlace(ctx.ec2);
        deployment.adoptions.recordNotFound(id, ctx.urn, place);
        const elsewhere = await findElsewhere(scope, ctx, { id, inputs });
        if (elsewhere !== undefined) {
            const reason = `but that is not in ${place}; it is ${elsewhere}`;
            return {
                id,
                observed,
                inRecycleBin: undefined,
                failures: [{ property: "adopt", value: id, reason }],
            };
        }
        ctx.warn(
            `${id} was not found in ${place}; a new one will be created. ` +
                "Check the id if you meant to adopt one.",
        );
        return undefined;
    }
    const name = ownName(scope, ctx);
    // The tag may be that of a resource that had this name before it was renamed, and that is declared later.
    if (isTaken && ownersIn(scope, id, observed).some((owner) => owner.name === name))
        await ctx.waitForDeclarations();
    return { id, observed, inRecycleBin, failures: await failuresOf(scope, ctx, { id, observed, inputs }) };
}

/**
 * Searches the other regions and accounts of this run for the resource. The stack may own it there, and would delete it
 * while a new one is created here.
 */
async function findElsewhere(
    scope: Scope,
    ctx: ResourceContext,
    { id, inputs }: { id: string; inputs: Properties },
): Promise<string | undefined> {
    const { resource, deployment } = scope;
    for (const ec2 of await deployment.allClients()) {
        if (ec2 === ctx.ec2) continue;
        const found = await resource.read({ ctx: { ...ctx, ec2 }, id, state: inputs }).catch(() => undefined);
        if (found === undefined) continue;
        const owners = ownersIn(scope, id, found);
        const owned = owners.length === 0 ? "" : `, owned by ${formatOwners(owners)}`;
        return ec2.region === ctx.ec2.region
            ? `in another account${owned}. Declare the \`credentials\` of that account`
            : `in ${ec2.region}${owned}. Declare \`region: "${ec2.region}"\``;
    }
    return undefined;
}

async function failuresOf(
    scope: Scope,
    ctx: ResourceContext,
    { id, observed, inputs }: { id: string; observed: unknown; inputs: Properties },
): Promise<CheckFailure[]> {
    const { resource, rules, deployment } = scope;
    const fail = (reason: string) => [{ property: "adopt", value: id, reason: `but ${reason}` }];
    const other = deployment.managerOf(id, ctx.urn);
    if (other !== undefined)
        return fail(`${nameOf(other)} already manages it; remove one of the two from the program`);
    const owner = resource.owner(observed);
    const isKnown = owner !== undefined && !ctx.ec2.identityUnknown;
    const account = isKnown ? await ctx.ec2.account() : owner;
    if (owner !== undefined && owner !== account)
        return fail(`it belongs to account ${owner}, not to ${String(account)}; copy it instead`);
    // The wait for it would fail when this stack owns it already, and the next run would replace it.
    const { state: jobState }: Properties = await resource.outputs({ ctx, id, observed });
    if (hasNoData({ state: jobState }) || jobState === "deleting")
        return fail(
            `its state is ${formatValue(jobState)}. Name another one, or remove \`adopt\` to create a new one`,
        );
    const current = resource.inputsFrom?.({ ctx, observed, declared: undefined }) ?? {};
    const comparable = Object.fromEntries(Object.entries(rules).filter(([key]) => key in current));
    const state = { properties: current, metadata: {} };
    const differing = await differences({ rules: comparable, resource }, ctx, { state, inputs });
    return [
        // The check validates the inputs as if the resource were created here with the properties that EC2 shows.
        ...(resource.check?.({
            inputs,
            configuration: ctx.configuration,
            olds: current,
            declarations: [],
            urn: ctx.urn,
        }) ?? []),
        ...checkAdoptedTags(scope, ctx, { id, observed, inputs }),
        ...differing
            .filter(({ effect }) => effect === "replace")
            .map(({ property }) =>
                mismatch(id, property, { declared: inputs[property], current: current[property] }),
            ),
    ];
}

function mismatch(
    id: string,
    property: string,
    { declared, current }: { declared: unknown; current: unknown },
): CheckFailure {
    const isNone = current === undefined || current === "";
    const currentValue = isNone ? "has none" : textOf`has ${{ property, value: formatValue(current) }}`;
    const reason = textOf`but ${id}, which is to be adopted, ${currentValue}, which cannot be changed. Declare the same.`;
    return declared === undefined
        ? { property, reason: textOf`is not specified, ${reason}` }
        : { property, value: declared, reason };
}

/** Warns if another stack, Data Lifecycle Manager or AWS Backup already manages a resource. */
function warnOfOtherManager(scope: Scope, ctx: ResourceContext, { id, observed }: Candidate): void {
    const carriers = carriersOf(scope, id, observed);
    const owners = ownersBesides(scope, ctx, { id, observed });
    warnOfNamesake(scope, ctx, { id, observed });
    const inOtherStacks = owners.filter((owner) => !owner.name.startsWith(`${ctx.stack}::`));
    const consequence = "Both will own it, and it is deleted when neither declares it.";
    if (inOtherStacks.length > 0)
        ctx.warn(`${id} is owned by ${formatOwners(inOtherStacks)}. ${consequence}`);
    else if (owners.length > 0) ctx.info(`${id} is owned by ${formatOwners(owners)}. ${consequence}`);
    const managers = carriers.flatMap(({ tags }) => {
        const stack = tagOf({ Tags: tags }, stackTag);
        const isOther = stack !== undefined && stack !== ctx.stack && !stack.startsWith(retainedPrefix);
        return [
            // A resource of an older version has no owner tag.
            ...(isOther && owners.length === 0 ? [`the stack ${stack}`] : []),
            ...(tagOf({ Tags: tags }, "aws:dlm:lifecycle-policy-id") === undefined
                ? []
                : ["a policy of Amazon Data Lifecycle Manager"]),
            ...(tagOf({ Tags: tags }, "aws:backup:source-resource") === undefined ? [] : ["AWS Backup"]),
        ];
    });
    for (const manager of new Set(managers)) {
        const consequence = manager.startsWith("the stack")
            ? "That stack will no longer delete it; remove it from its program."
            : "It may be deleted by its retention rule although this stack manages it.";
        ctx.warn(`${id} is already managed by ${manager}. ${consequence}`);
    }
}
