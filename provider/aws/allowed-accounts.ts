/**
 * Rejects accounts that the configuration does not allow.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import { storedNote } from "./environment";

/** Fails unless the configuration allows the account, which is read only if the configuration restricts accounts. */
export async function requireAllowedAccount(
    { allowedAccountIds, forbiddenAccountIds }: Pick<AwsConfig, "allowedAccountIds" | "forbiddenAccountIds">,
    account: () => Promise<string>,
): Promise<void> {
    if (allowedAccountIds.length === 0 && forbiddenAccountIds.length === 0) return;
    const id = await account();
    if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(id))
        throw refusal("aws:allowedAccountIds", id, "is not in the list");
    if (forbiddenAccountIds.includes(id)) throw refusal("aws:forbiddenAccountIds", id, "is forbidden");
}

function refusal(key: string, id: string, why: string): ConfigError {
    return new ConfigError(key, `the credentials belong to account ${id}, which ${why}${storedNote(key)}`);
}
