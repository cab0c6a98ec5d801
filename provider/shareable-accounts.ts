/**
 * `shareableAccounts`: with whom a snapshot may be shared by name. Called by programs and scripts, in their own process.
 *
 * @module
 */
import type { Cloud } from "./ec2/cloud";
import type { OrganizationAccount } from "./ec2/client";
import { readAliases, type Configuration, type ReadKey } from "./ec2/config";
import { Ec2Error } from "./ec2/errors";
import { open, type Where } from "./open";

/** Arguments of `shareableAccounts`. */
export interface ShareableAccountsArgs extends Where {
    /** Account ids by alias. Default: those of `ebs-snapshots:accounts`. */
    accounts?: Record<string, string | number>;
}

/** An account that a snapshot may be shared with. */
export interface ShareableAccount {
    /** Id of the account, 12 digits. */
    accountId: string;
    /** What programs may call it. Absent where it has no alias. */
    alias?: string;
    /** Its name in the organization. Absent where it is not of it, or the caller may not list it. */
    name?: string;
}

/** By id; the caller's own account is left out, since it has access anyway. */
export async function shareableAccounts(
    read: ReadKey,
    { accounts, ...place }: ShareableAccountsArgs,
): Promise<ShareableAccount[]> {
    const { cloud, configuration } = await open(read, place);
    const aliases = accounts === undefined ? configuration.accounts : readAliases("accounts", accounts);
    const found = new Map<string, ShareableAccount>();
    for (const [alias, accountId] of Object.entries(aliases).sort().reverse())
        found.set(accountId, { accountId, alias });
    for (const { id, name } of await organization(cloud, configuration))
        found.set(id, { ...found.get(id), accountId: id, ...(name === undefined ? {} : { name }) });
    if (!cloud.identityUnknown) found.delete(await cloud.account());
    return [...found.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
}

/** The organization's accounts, where there is one and the caller may list them. */
async function organization(cloud: Cloud, { aws }: Configuration): Promise<OrganizationAccount[]> {
    // Where EC2 has an endpoint of its own, AWS's organization is not that of its accounts.
    if (aws.endpoints.ec2 !== undefined && aws.endpoints.organizations === undefined) return [];
    try {
        return await cloud.organization();
    } catch (error) {
        if (
            error instanceof Ec2Error &&
            ["AccessDeniedException", "AWSOrganizationsNotInUseException"].includes(error.code)
        )
            return [];
        throw error;
    }
}
