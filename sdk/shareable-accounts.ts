import * as pulumi from "@pulumi/pulumi";
import type { ShareableAccount, ShareableAccountsArgs } from "../provider/functions/shareable-accounts";

/**
 * Lists the accounts that a snapshot can be shared with, sorted by id: the given aliases, by default those of
 * `ebs-snapshots:accounts`, and the active accounts of the organization if the caller may list them. The caller's account
 * is excluded.
 *
 * @example
 * ```ts
 * import { shareableAccounts } from "pulumi-ebs-snapshots";
 *
 * void shareableAccounts({ accounts: { audit: "444455556666" } }).then((accounts) => {
 *     for (const { accountId, alias, name } of accounts) console.log(accountId, alias ?? name);
 * });
 * ```
 * @see [ListAccounts](https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html)
 */
export async function shareableAccounts(args: ShareableAccountsArgs = {}): Promise<ShareableAccount[]> {
    const config = pulumi.runtime.allConfig();
    const { shareableAccounts: list } = await import("../provider/functions/shareable-accounts.js");
    return list((key) => config[key], args);
}
