/**
 * Finds misspelled configuration keys: an ignored key would silently select another account, endpoint or tag.
 *
 * @module
 */
import { ConfigError } from "./configuration-values";
import { nearest } from "./nearest";
import { providerInputs } from "./provider";

/** Keys of this package that the `aws` provider does not have. */
const ownKeys = ["accounts", "allowPublicSharing", "organization", "plugin", "tagKeys"];

/** Keys of the `aws` provider that this package does not read: they affect neither account, endpoint nor trust. */
const unreadAwsKeys = [
    "s3UsEast1RegionalEndpoint",
    "s3UsePathStyle",
    "tagPolicyCompliance",
    "tokenBucketRateLimiterCapacity",
    "userAgents",
];

const providerKeys = Object.keys(providerInputs);
/** Keys of the `aws` provider that this package reads. */
export const readAwsKeys = providerKeys.filter((key) => !ownKeys.includes(key));
const keysOf: Record<string, string[]> = {
    aws: [...readAwsKeys, ...unreadAwsKeys],
    "ebs-snapshots": [...new Set([...providerKeys, ...ownKeys])],
};

/**
 * Returns the error for the first key, such as `ebs-snapshots:acounts`, that is not supported but similar to a supported
 * one. Other unknown keys may be those of a newer `aws` provider, or of a project of the same name.
 */
export function misspelledKey(keys: string[]): ConfigError | undefined {
    return keys
        .map((key) => {
            const [space = "", name = ""] = key.split(":");
            const supported = keysOf[space] ?? [];
            if (supported.includes(name)) return undefined;
            const similar = nearest(name, supported);
            if (similar === undefined) return undefined;
            return new ConfigError(key, `is not a supported key. Did you mean \`${space}:${similar}\`?`);
        })
        .find((error) => error !== undefined);
}
