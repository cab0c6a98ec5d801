import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../schema/configuration-values";
import { readAliases } from "../schema/account-id";

/**
 * Returns the account ids by alias of `ebs-snapshots:accounts`, and rejects an id that does not have exactly 12 digits.
 */
export function configuredAccounts(): Record<string, string> {
    const accounts = new pulumi.Config("ebs-snapshots").getObject<Record<string, unknown>>("accounts") ?? {};
    try {
        return readAliases("ebs-snapshots:accounts", accounts);
    } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new pulumi.RunError(error.message);
    }
}
