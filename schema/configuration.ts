/**
 * Reads the configuration keys of the `aws` provider and of this package as plain data.
 *
 * @module
 */
import { defined, isMap } from "./values";
import { type AssumeRole, type WebIdentityRole, roleKeys, webIdentityKeys } from "./credentials";
import {
    ConfigError,
    createKeyReader,
    rejectUnsupported,
    textMap,
    textsOf,
    type ReadKey,
} from "./configuration-values";
import { expectedTagKey, isTagKey } from "./tag-key";
import { parseAccountId, readAliases } from "./account-id";

/** The `aws` keys that determine account, endpoint and trust. */
export interface AwsConfig {
    region?: string;
    profile?: string;
    /** The setting that contains `profile`, if it is not `aws:profile`. */
    profileKey?: string;
    accessKey?: string;
    secretKey?: string;
    token?: string;
    endpoints: {
        ec2?: string;
        ebs?: string;
        dlm?: string;
        sts?: string;
        kms?: string;
        organizations?: string;
        sso?: string;
    };
    assumeRoles: AssumeRole[];
    assumeRoleWithWebIdentity?: WebIdentityRole;
    sharedConfigFile?: string;
    sharedCredentialsFile?: string;
    maxRetries?: number;
    retryMode?: string;
    allowedAccountIds: string[];
    forbiddenAccountIds: string[];
    /** `""` disables the proxy, whatever the environment contains. */
    httpProxy?: string;
    httpsProxy?: string;
    noProxy?: string;
    customCaBundle?: string;
    insecure: boolean;
    useFipsEndpoint?: boolean;
    useDualstackEndpoint?: boolean;
    stsRegion?: string;
    /**
     * `true` disables the credentials of an instance role; `false` enables them, even if the environment disables them.
     */
    skipMetadataApiCheck?: boolean;
    ec2MetadataServiceEndpoint?: string;
    ec2MetadataServiceEndpointMode?: string;
    skipCredentialsValidation: boolean;
    skipRegionValidation: boolean;
    skipRequestingAccountId: boolean;
    defaultTags: Record<string, string>;
    ignoreTags: { keys: string[]; keyPrefixes: string[] };
}

/** The tag keys of the standard options. */
export interface TagKeys {
    name: string;
    group: string;
    billingCode: string;
}

export interface Configuration {
    aws: AwsConfig;
    tagKeys: TagKeys;
    /** Account ids by alias, so that programs can use an alias such as `"prod"`. */
    accounts: Record<string, string>;
    /** Is `true` if this stack may make a snapshot public. */
    allowPublicSharing: boolean;
}

export const defaultTagKeys: TagKeys = { name: "Name", group: "Group", billingCode: "BillingCode" };

export function readConfiguration(read: ReadKey): Configuration {
    const { string, flag, number, list, object, texts, file } = createKeyReader(read);
    const ignoreTags = object("aws:ignoreTags");
    rejectUnsupported("aws:ignoreTags", ignoreTags, ["keys", "keyPrefixes"]);
    const defaultTags = object("aws:defaultTags");
    rejectUnsupported("aws:defaultTags", defaultTags, ["tags"]);
    const webIdentity = object("aws:assumeRoleWithWebIdentity") as WebIdentityRole;
    rejectUnsupported("aws:assumeRoleWithWebIdentity", webIdentity, webIdentityKeys);
    const assumeRole = object("aws:assumeRole");
    return {
        aws: defined({
            region: string("aws:region"),
            profile: string("aws:profile"),
            accessKey: string("aws:accessKey"),
            secretKey: string("aws:secretKey"),
            token: string("aws:token"),
            endpoints: readEndpoints("aws:endpoints", list("aws:endpoints")),
            assumeRoles: [
                ...readRoles("aws:assumeRoles", list("aws:assumeRoles")),
                ...readRoles("aws:assumeRole", Object.keys(assumeRole).length > 0 ? [assumeRole] : []),
            ],
            assumeRoleWithWebIdentity: Object.keys(webIdentity).length > 0 ? webIdentity : undefined,
            sharedConfigFile: file("aws:sharedConfigFiles"),
            sharedCredentialsFile: file("aws:sharedCredentialsFiles"),
            maxRetries: number("aws:maxRetries"),
            retryMode: readRetryMode("aws:retryMode", string("aws:retryMode")),
            allowedAccountIds: readAccountIds("aws:allowedAccountIds", texts("aws:allowedAccountIds")),
            forbiddenAccountIds: readAccountIds("aws:forbiddenAccountIds", texts("aws:forbiddenAccountIds")),
            httpProxy: read("aws:httpProxy"),
            httpsProxy: read("aws:httpsProxy"),
            noProxy: string("aws:noProxy"),
            customCaBundle: string("aws:customCaBundle"),
            insecure: flag("aws:insecure") ?? false,
            useFipsEndpoint: flag("aws:useFipsEndpoint"),
            useDualstackEndpoint: flag("aws:useDualstackEndpoint"),
            stsRegion: string("aws:stsRegion"),
            skipMetadataApiCheck: flag("aws:skipMetadataApiCheck"),
            ec2MetadataServiceEndpoint: string("aws:ec2MetadataServiceEndpoint"),
            ec2MetadataServiceEndpointMode: string("aws:ec2MetadataServiceEndpointMode"),
            skipCredentialsValidation: flag("aws:skipCredentialsValidation") ?? false,
            skipRegionValidation: flag("aws:skipRegionValidation") ?? false,
            skipRequestingAccountId: flag("aws:skipRequestingAccountId") ?? false,
            defaultTags: textMap("aws:defaultTags", defaultTags["tags"] ?? undefined),
            ignoreTags: {
                keys: readIgnored(ignoreTags, "keys"),
                keyPrefixes: readIgnored(ignoreTags, "keyPrefixes"),
            },
        }),
        tagKeys: readTagKeys("ebs-snapshots:tagKeys", object("ebs-snapshots:tagKeys")),
        accounts: readAliases("ebs-snapshots:accounts", object("ebs-snapshots:accounts")),
        allowPublicSharing: flag("ebs-snapshots:allowPublicSharing") ?? false,
    };
}

function readEndpoints(key: string, entries: unknown[]): AwsConfig["endpoints"] {
    return Object.assign({}, ...entries.map((entry) => textMap(key, entry ?? undefined))) as object;
}

/** The SDK would use its default instead of another text. */
function readRetryMode(key: string, mode: string | undefined): string | undefined {
    if (mode === undefined || ["standard", "adaptive"].includes(mode)) return mode;
    throw new ConfigError(key, 'must be "standard" or "adaptive"');
}

function readRoles(key: string, values: unknown[]): AssumeRole[] {
    return values.map((value) => {
        const role = isMap(value) ? value : {};
        rejectUnsupported(key, role, roleKeys);
        // Without the ARN, it is unclear whether a role was forgotten or none is intended.
        if (typeof role["roleArn"] !== "string") throw new ConfigError(key, "roleArn is required");
        return role as unknown as AssumeRole;
    });
}

function readAccountIds(key: string, values: string[]): string[] {
    return values.map((value) => parseAccountId(key, value));
}

function readIgnored(ignoreTags: Record<string, unknown>, name: string): string[] {
    const value = ignoreTags[name] ?? [];
    if (!Array.isArray(value)) throw new ConfigError("aws:ignoreTags", `${name} must be a list`);
    return textsOf("aws:ignoreTags", value as unknown[]);
}

function readTagKeys(key: string, values: Record<string, unknown>): TagKeys {
    const given = textMap(key, values);
    rejectUnsupported(key, given, Object.keys(defaultTagKeys));
    for (const [option, tag] of Object.entries(given)) {
        if (!isTagKey(tag)) throw new ConfigError(key, `${option} must be ${expectedTagKey}`);
    }
    return { ...defaultTagKeys, ...given };
}
