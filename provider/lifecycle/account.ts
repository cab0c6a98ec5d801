/**
 * Guards against the wrong account: a resource that another account cannot see is not deleted.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import type { ResourceContext } from "./resource";

/** Fails unless the credentials belong to the account in the state, before a resource counts as deleted. */
export async function requireSameAccount(ctx: ResourceContext, state: Properties): Promise<void> {
    const owner = state["ownerId"];
    if (ctx.ec2.identityUnknown)
        throw new Error(
            "is not found, and nobody can tell whether it is gone: aws:endpoints has an endpoint for ec2 but none for sts, " +
                "so the account is unknown. Add the endpoint for sts, or take the one for ec2 out",
        );
    if (typeof owner !== "string") return;
    const account = await ctx.ec2.account();
    if (account !== owner) throw new Error(wrongAccount(account, owner));
}

/** Fails if the observed resource belongs to another account than the state records. */
export function requireSameOwner(owner: string | undefined, state: Properties): void {
    const before = state["ownerId"];
    if (owner === undefined || typeof before !== "string" || owner === before) return;
    throw new Error(wrongAccount(owner, before));
}

function wrongAccount(found: string, owner: string): string {
    return (
        `the credentials see account ${found}, but the state says that it is owned by ${owner}; ` +
        "use credentials of the same account"
    );
}
