/**
 * Guards against the wrong account: a resource that another account cannot see is not deleted.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import type { ResourceContext } from "./resource-context";

/** Fails unless the credentials belong to the account in the state, before a resource counts as deleted. */
export function requireSameAccount(ctx: ResourceContext, state: Properties): Promise<void> {
    return compareAccounts(ctx, state, "it was not found, and it is unknown whether it still exists");
}

/** Fails unless the credentials, which have changed, belong to the account in the state. */
export function requireUnchangedAccount(ctx: ResourceContext, state: Properties): Promise<void> {
    return compareAccounts(
        ctx,
        state,
        "it is unknown whether the new credentials belong to the same account",
    );
}

async function compareAccounts(ctx: ResourceContext, state: Properties, doubt: string): Promise<void> {
    const owner = state["ownerId"];
    if (ctx.ec2.identityUnknown) throw new Error(`${doubt}: ${whyUnknown(ctx)}`);
    if (typeof owner !== "string") return;
    const account = await ctx.ec2.account();
    if (account !== owner) throw new Error(wrongAccount(account, owner));
}

function whyUnknown({ configuration }: ResourceContext): string {
    return configuration.aws.skipRequestingAccountId
        ? "aws:skipRequestingAccountId is true, so the account is unknown. Remove it"
        : "aws:endpoints contains an endpoint for ec2 but none for sts, so the account is unknown. Add an endpoint for sts, " +
              "or remove the one for ec2";
}

/** Fails if the observed resource belongs to another account than the state records. */
export function requireSameOwner(owner: string | undefined, state: Properties): void {
    const before = state["ownerId"];
    if (owner === undefined || typeof before !== "string" || owner === before) return;
    throw new Error(wrongAccount(owner, before));
}

function wrongAccount(found: string, owner: string): string {
    return (
        `the credentials belong to account ${found}, but the resource in the state belongs to ${owner}; ` +
        "use credentials of that account"
    );
}
