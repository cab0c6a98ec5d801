/**
 * Decides which grants a share adds and revokes, as pure functions.
 *
 * @module
 */
import { union, without } from "../../schema/values";
import { everyone, type GrantChanges } from "./grants";
import type { Observed } from "./observed-share";

interface Declaration {
    /** Contains the grants that the share itself declares. */
    desired: string[];
    /** Contains the grants that all shares of this run declare, which are kept. */
    declared: string[];
    isExclusive: boolean;
}

/** Returns the grants to revoke besides those that the share owned before. */
export function surplusGrants(grants: string[], { desired, declared, isExclusive }: Declaration): string[] {
    // A share that is not public revokes public access, even if others granted it.
    const revocable = grants.filter((grant) => isExclusive || grant === everyone);
    return without(revocable, [...desired, ...declared]);
}

/** Returns the grants to add and to remove. Owned grants are removed even if EC2 does not show them yet. */
export function grantChanges(
    { grants, owned }: Pick<Observed, "grants" | "owned">,
    declaration: Declaration,
): GrantChanges {
    const { desired, declared } = declaration;
    const formerGrants = without(owned, [...desired, ...declared]);
    return {
        added: without(desired, grants),
        removed: union(formerGrants, surplusGrants(grants, declaration)),
    };
}
