import * as pulumi from "@pulumi/pulumi";
import type { ShareableAccount, ShareableAccountsArgs } from "../provider/shareable-accounts";

/**
 * With whom a snapshot may be shared by name: the given aliases, by default those of `ebs-snapshots:accounts`, and the
 * active accounts of the organization where the caller may list them.
 */
export async function shareableAccounts(args: ShareableAccountsArgs = {}): Promise<ShareableAccount[]> {
    const config = pulumi.runtime.allConfig();
    const { shareableAccounts: list } = await import("../provider/shareable-accounts.js");
    return list((key) => config[key], args);
}
