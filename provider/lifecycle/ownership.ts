/**
 * Manages ownership: a resource that creates or adopts an EC2 resource draws a token. The state keeps the token, and
 * the EC2 resource carries it in the key of a tag. An EC2 resource may have several owners: a delete removes its own
 * tag, and only the last owner deletes the EC2 resource. A tag can keep an EC2 resource; it never causes its deletion.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
    adoptingTag,
    claimTag,
    ownerPrefix,
    retainedPrefix,
    stackTag,
    successorTag,
    type TagMap,
} from "../../schema/tags";
import { nameOf, parentTypesIn, typeOf } from "../../schema/urn";
import type { Properties } from "../../schema/values";
import { ignoreNotFound } from "../aws/errors";
import { tagOf } from "../aws/tags";
import { removeTags } from "../aws/write-tags";
import type { Owner } from "./context";
import { messageOf } from "./failure";
import { readCached } from "./read";
import type { ResourceContext } from "./resource-context";
import type { TagCarrier } from "./tags/carriers";
import type { Scope } from "./scope";
import type { InternalTags } from "./tags/write";

/** A tag value has at most this many characters. */
const maxValueLength = 256;

/** Creates the owner record of a resource of this run for the EC2 resource that it creates or adopts. */
export function createOwner(
    scope: Scope,
    ctx: ResourceContext,
    token = scope.deployment.createToken(),
): Owner {
    return { token, name: ownName(scope, ctx) };
}

/** Returns the name of a resource in its owner tags. */
export function ownName(scope: Scope, ctx: ResourceContext): string {
    // Resources with different parents may have the same name.
    const parents = parentTypesIn(ctx.urn);
    const hash = createHash("sha256").update(parents).digest("hex").slice(0, 8);
    return `${readableName(scope, ctx)}${parents === "" ? "" : `/${hash}`}`.slice(-maxValueLength);
}

/** Returns the name of a resource in its owner tags, and that of older versions, which lacks the parents. */
export function ownNames(scope: Scope, ctx: ResourceContext): string[] {
    return [ownName(scope, ctx), readableName(scope, ctx).slice(-maxValueLength)];
}

function readableName({ deployment }: Scope, { urn, stack }: ResourceContext): string {
    return `${stack}::${typeOf(urn)}::${nameOf(urn)} @${deployment.backend.slice(0, 8)}`;
}

export function ownerTags({ token, name }: Owner): TagMap {
    return { [ownerPrefix + token]: name };
}

/**
 * Returns the owners in the tags of an EC2 resource. Data Lifecycle Manager and AWS Backup copy the tags of a volume to
 * its snapshots: such copies name no owner.
 */
export function ownersOf({ id, tags = [] }: TagCarrier): Owner[] {
    return tags
        .filter(({ Key }) => Key?.startsWith(ownerPrefix))
        .map(({ Key = "", Value = "" }) => ({ token: Key.slice(ownerPrefix.length), name: Value }))
        .filter(({ name }) => /::Volume\w*::/.test(name) === id.startsWith("vol-"));
}

/** Returns the EC2 resources of which an observed resource consists. */
export function carriersOf({ resource }: Scope, id: string, observed: unknown): TagCarrier[] {
    return resource.tagged?.carriers(id, observed) ?? [];
}

/** Returns the owners of all EC2 resources of which an observed resource consists. */
export function ownersIn(scope: Scope, id: string, observed: unknown): Owner[] {
    return carriersOf(scope, id, observed).flatMap(ownersOf);
}

/** Returns the owners other than the owner in the state; a resource of an older version has no owners. */
export function otherOwners(carrier: TagCarrier, token: string | undefined): Owner[] {
    return ownersOf(carrier).filter((owner) => owner.token !== token);
}

/** Returns a text such as `data (Snapshot) of the stack organization/project/test`. */
export function formatOwners(owners: Owner[]): string {
    const texts = owners.map(({ name }) => {
        const [, stack, type = "", resource = ""] = /^(.*?)::(\w*)::(.*?)(?: @[\w/]+)?$/.exec(name) ?? [];
        return stack === undefined ? formatUnnamed(name) : `${resource} (${type}) of the stack ${stack}`;
    });
    return [...new Set(texts)].join(" and ");
}

function formatUnnamed(name: string): string {
    return name === "" ? "another resource" : name;
}

/**
 * Returns the owners with the name of this very resource whose adoption was interrupted, so that no state holds their
 * token. Without the tag that an adoption writes, a stack that was renamed may hold it.
 */
export function interruptedAdoptions(carriers: TagCarrier[], name: string): Owner[] {
    return carriers.flatMap((carrier) => {
        const adopting = tagOf({ Tags: carrier.tags }, adoptingTag);
        return ownersOf(carrier).filter((owner) => owner.name === name && owner.token === adopting);
    });
}

/**
 * Returns the internal tags of a managed resource. `"take"` is for a resource that an interrupted run has created, or
 * that was deleted before: it removes a tag of the same name, since no state holds its token. `"adopt"` removes only
 * the tag of an interrupted adoption. `"keep"` is for an update.
 */
export function ownTags(
    scope: Scope,
    ctx: ResourceContext,
    { observed, owner, mode = "keep" }: { observed: unknown; owner: Owner; mode?: "keep" | "take" | "adopt" },
): InternalTags {
    const carriers = carriersOf(scope, "", observed);
    const others = carriers.flatMap((carrier) => otherOwners(carrier, owner.token));
    const former = {
        keep: () => [],
        take: () => others.filter(({ name }) => name === owner.name),
        adopt: () => interruptedAdoptions(carriers, owner.name),
    }[mode]();
    const write = ownerTags(owner);
    const remove = [claimTag, ...former.map(({ token }) => ownerPrefix + token)];
    if (mode === "adopt")
        return { write: { ...write, [stackTag]: ctx.stack }, ifRoom: { [adoptingTag]: owner.token }, remove };
    remove.push(adoptingTag);
    if (mode === "take" || others.length === 0) return { write: { ...write, [stackTag]: ctx.stack }, remove };
    ctx.warn(`is owned by ${formatOwners(others)} too: it is deleted once none of its owners is left.`);
    return { write, remove };
}

interface Ownership {
    /** Contains the EC2 resources to retain, each with its other owners. */
    shared: Map<string, Owner[]>;
    own: string[];
    /** Contains the successor in the tags, if any. */
    successorId: string | undefined;
    /** Reports whether an earlier run has marked the resource as no longer managed. */
    isMarkedRetained: boolean;
    observed: unknown;
}

/** Reads a resource that is to be deleted, and its owners. */
export async function readOwnership(
    scope: Scope,
    ctx: ResourceContext,
    { id, state, token }: { id: string; state: Properties; token: string | undefined },
): Promise<Ownership> {
    const observed =
        scope.resource.tagged === undefined ? undefined : await readCached(scope, ctx, { id, state });
    const shared = new Map<string, Owner[]>();
    const own: string[] = [];
    const carriers = observed === undefined ? [] : carriersOf(scope, id, observed);
    for (const carrier of carriers) {
        const others = otherOwners(carrier, token);
        // A tag that was written a moment ago may not be visible yet.
        const adopter = scope.deployment.adoptions.adopterOf(carrier.id, token);
        if (others.length > 0) shared.set(carrier.id, others);
        else if (adopter !== undefined) shared.set(carrier.id, [adopter]);
        else own.push(carrier.id);
    }
    const [successorId] = carriers.flatMap(({ tags }) => tagOf({ Tags: tags }, successorTag) ?? []);
    const isMarkedRetained = carriers.some(
        ({ tags }) => tagOf({ Tags: tags }, stackTag)?.startsWith(retainedPrefix) === true,
    );
    return { shared, own, successorId, isMarkedRetained, observed };
}

/** Removes the own owner tag from a retained resource, so that the last of its owners deletes it. */
export async function release(ctx: ResourceContext, ids: string[], token: string | undefined): Promise<void> {
    if (token === undefined || ids.length === 0) return;
    try {
        await ignoreNotFound(removeTags(ctx.ec2, ids, [ownerPrefix + token]));
    } catch (error) {
        ctx.warn(`the tag ${ownerPrefix}${token} stays on ${ids.join(", ")}: ${messageOf(error)}`);
    }
}
