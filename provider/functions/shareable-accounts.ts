/**
 * `shareableAccounts` lists the accounts that a snapshot may be shared with. Programs and scripts call it in their own
 * process.
 *
 * @module
 */
import type { Ec2 } from "../aws/ec2";
import type { OrganizationAccount } from "../aws/services";
import type { Configuration } from "../../schema/configuration";
import { readAliases } from "../../schema/account-id";
import type { ReadKey } from "../../schema/configuration-values";
import { Ec2Error } from "../aws/errors";
import { anything, mapOf } from "../../schema/validators";
import { callOptions, requireValid, type ArgumentsOf } from "./arguments";
import { connect, type CallContext, type CallOptions } from "./connect";

/** Arguments of `shareableAccounts`. */
export interface ShareableAccountsArgs extends CallOptions {
    /** Account ids by alias. Default: those of `ebs-snapshots:accounts`. */
    accounts?: Record<string, string | number>;
}

const accountArguments = {
    ...callOptions,
    // `readAliases` validates the ids as it does those of the configuration.
    accounts: { validate: mapOf(anything) },
} satisfies ArgumentsOf<ShareableAccountsArgs>;

/** An account that a snapshot may be shared with. */
export interface ShareableAccount {
    /** Id of the account, 12 digits. */
    accountId: string;
    /** Alias that programs may use. Absent if the account has none. */
    alias?: string;
    /** Name in the organization. Absent if the account is not part of it, or the caller may not list it. */
    name?: string;
}

/** Returns the accounts sorted by id, without the caller's own account, which has access anyway. */
export async function shareableAccounts(
    read: ReadKey,
    args: ShareableAccountsArgs,
    context: CallContext = {},
): Promise<ShareableAccount[]> {
    const { accounts, ...place } = requireValid<ShareableAccountsArgs>(accountArguments, args, context);
    const { ec2, configuration } = await connect(read, place);
    const aliases = accounts === undefined ? configuration.accounts : readAliases("accounts", accounts);
    const found = new Map<string, ShareableAccount>();
    for (const [alias, accountId] of Object.entries(aliases).sort().reverse())
        found.set(accountId, { accountId, alias });
    for (const { id, name } of await organization(ec2, configuration))
        found.set(id, { ...found.get(id), accountId: id, ...(name === undefined ? {} : { name }) });
    if (!ec2.identityUnknown) found.delete(await ec2.account());
    return [...found.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
}

/** Returns the accounts of the organization if there is one and the caller may list them. */
async function organization(ec2: Ec2, { aws }: Configuration): Promise<OrganizationAccount[]> {
    // With a custom EC2 endpoint, the accounts do not belong to the organization in AWS.
    if (aws.endpoints.ec2 !== undefined && aws.endpoints.organizations === undefined) return [];
    try {
        return await ec2.organization();
    } catch (error) {
        if (
            error instanceof Ec2Error &&
            ["AccessDeniedException", "AWSOrganizationsNotInUseException"].includes(error.code)
        )
            return [];
        throw error;
    }
}
