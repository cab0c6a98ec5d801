/**
 * Reads the configuration keys of the `aws` provider and of this package as plain data.
 *
 * @module
 */

import { nearest } from "./nearest";
import { defined, isMap } from "./values";

/** A role to assume, as the `aws` provider has it. */
export interface AssumeRole {
    /** ARN of the role. */
    roleArn: string;
    /** External id that the role's trust policy may require. Default: none. */
    externalId?: string;
    /** Name of the session, shown in CloudTrail. Default: `pulumi-ebs-snapshots`. */
    sessionName?: string;
    /** How long the credentials last before they are renewed, such as `"1h"` or `"30m"`. Default: STS's, `"1h"`. */
    duration?: string;
    /** IAM policy (JSON) that narrows the session. Default: none. */
    policy?: string;
    /** ARNs of managed policies that narrow the session. Default: none. */
    policyArns?: string[];
    /** Tags of the session. Default: none. */
    tags?: Record<string, string>;
    /** Keys of `tags` that are passed on to the next role of a chain. Default: none. */
    transitiveTagKeys?: string[];
    /** Source identity of the session; it is kept along a chain and shown in CloudTrail. Default: none. */
    sourceIdentity?: string;
}

/** The identity: a profile of the shared configuration, or roles assumed one after another. Exactly one. */
export type Credentials =
    | {
          /** A profile of the shared configuration. */
          profile: string;
      }
    | {
          /** Roles that are assumed one after another. */
          assumeRoles: AssumeRole[];
      };

/** A role that is assumed with the token of an identity provider, as the `aws` provider has it. */
export interface WebIdentityRole {
    /** ARN of the role. Default: `AWS_ROLE_ARN`. */
    roleArn?: string;
    /** Name of the session, seen in CloudTrail. Default: `pulumi-ebs-snapshots`. */
    sessionName?: string;
    /** How long the credentials last, such as `"1h"`. Default: STS's, `"1h"`. */
    duration?: string;
    /** IAM policy (JSON) that narrows the session. Default: none. */
    policy?: string;
    /** ARNs of managed policies that narrow the session. Default: none. */
    policyArns?: string[];
    /** The token. Default: that of `webIdentityTokenFile`. */
    webIdentityToken?: string;
    /** Path of a file with the token. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`. */
    webIdentityTokenFile?: string;
}

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
    /** Whether this stack may make a snapshot public. */
    allowPublicSharing: boolean;
}

/** Reads the stack's configuration: it returns the text of a key such as `aws:region`; objects are JSON. */
export type ReadKey = (key: string) => string | undefined;

const defaultTagKeys: TagKeys = { name: "Name", group: "Group", billingCode: "BillingCode" };

/** Signals that the configuration is invalid, and names the key. */
export class ConfigError extends Error {
    override readonly name = "ConfigError";

    constructor(
        readonly key: string,
        readonly reason: string,
    ) {
        super(`configuration ${key}: ${reason}`);
    }
}

export function readConfiguration(read: ReadKey): Configuration {
    const string = (key: string) => read(key) || undefined;
    const optionalFlag = (key: string) => {
        const value = read(key);
        if (value === undefined || value === "") return undefined;
        if (value !== "true" && value !== "false") throw new ConfigError(key, "must be true or false");
        return value === "true";
    };
    const flag = (key: string) => optionalFlag(key) ?? false;
    const json = (key: string): unknown => {
        const value = read(key);
        if (value === undefined || value === "") return undefined;
        try {
            return JSON.parse(value) as unknown;
        } catch {
            // The message omits the value, which may be a secret.
            throw new ConfigError(key, "must be JSON (set it with `pulumi config set --path`)");
        }
    };
    const list = (key: string): unknown[] => {
        const value = json(key);
        if (value === undefined) return [];
        if (!Array.isArray(value)) throw new ConfigError(key, "must be a list");
        return value as unknown[];
    };
    const object = (key: string): Record<string, unknown> => {
        const value = json(key) ?? {};
        if (typeof value !== "object" || Array.isArray(value))
            throw new ConfigError(key, "must be an object");
        return value as Record<string, unknown>;
    };
    const texts = (key: string, values = list(key)) => values.map((value) => textOf(key, value));
    const accounts = (key: string) => texts(key).map((value) => parseAccountId(key, value));
    const textMap = (key: string, map: unknown = {}) => {
        if (typeof map !== "object" || map === null || Array.isArray(map))
            throw new ConfigError(key, "must be an object");
        return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, textOf(key, value)]));
    };
    const roles = (key: string, values: unknown[]) =>
        values.map((value) => {
            const role = isMap(value) ? value : {};
            rejectUnsupported(key, role, roleKeys);
            // Without the ARN, it is unclear whether a role was forgotten or none is intended.
            if (typeof role["roleArn"] !== "string") throw new ConfigError(key, "roleArn is required");
            return role as unknown as AssumeRole;
        });
    const endpoints = () => {
        const key = "aws:endpoints";
        return Object.assign({}, ...list(key).map((entry) => textMap(key, entry ?? undefined))) as object;
    };
    const tagKeys = () => {
        const key = "ebs-snapshots:tagKeys";
        const given = textMap(key, object(key));
        rejectUnsupported(key, given, Object.keys(defaultTagKeys));
        for (const [option, tag] of Object.entries(given)) {
            if (tag.length < 1 || tag.length > 128 || /^aws:/i.test(tag))
                throw new ConfigError(
                    key,
                    `${option} must be a tag key of 1 to 128 characters that does not begin with aws:`,
                );
        }
        return { ...defaultTagKeys, ...given };
    };
    const ignoreTags = object("aws:ignoreTags");
    rejectUnsupported("aws:ignoreTags", ignoreTags, ["keys", "keyPrefixes"]);
    const defaultTags = object("aws:defaultTags");
    rejectUnsupported("aws:defaultTags", defaultTags, ["tags"]);
    const ignoredTexts = (name: string) => {
        const value = ignoreTags[name] ?? [];
        if (!Array.isArray(value)) throw new ConfigError("aws:ignoreTags", `${name} must be a list`);
        return texts("aws:ignoreTags", value as unknown[]);
    };
    const singleFile = (key: string) => {
        const files = texts(key);
        if (files.length > 1) throw new ConfigError(key, "only one file is supported");
        return files[0];
    };
    const number = (key: string) => {
        const value = string(key);
        if (value !== undefined && !/^\d+$/.test(value)) throw new ConfigError(key, "must be a whole number");
        return value === undefined ? undefined : Number(value);
    };

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
            endpoints: endpoints(),
            assumeRoles: [
                ...roles("aws:assumeRoles", list("aws:assumeRoles")),
                ...roles("aws:assumeRole", Object.keys(assumeRole).length > 0 ? [assumeRole] : []),
            ],
            assumeRoleWithWebIdentity: Object.keys(webIdentity).length > 0 ? webIdentity : undefined,
            sharedConfigFile: singleFile("aws:sharedConfigFiles"),
            sharedCredentialsFile: singleFile("aws:sharedCredentialsFiles"),
            maxRetries: number("aws:maxRetries"),
            retryMode: string("aws:retryMode"),
            allowedAccountIds: accounts("aws:allowedAccountIds"),
            forbiddenAccountIds: accounts("aws:forbiddenAccountIds"),
            httpProxy: read("aws:httpProxy"),
            httpsProxy: read("aws:httpsProxy"),
            noProxy: string("aws:noProxy"),
            customCaBundle: string("aws:customCaBundle"),
            insecure: flag("aws:insecure"),
            useFipsEndpoint: optionalFlag("aws:useFipsEndpoint"),
            useDualstackEndpoint: optionalFlag("aws:useDualstackEndpoint"),
            stsRegion: string("aws:stsRegion"),
            skipMetadataApiCheck: optionalFlag("aws:skipMetadataApiCheck"),
            ec2MetadataServiceEndpoint: string("aws:ec2MetadataServiceEndpoint"),
            ec2MetadataServiceEndpointMode: string("aws:ec2MetadataServiceEndpointMode"),
            skipCredentialsValidation: flag("aws:skipCredentialsValidation"),
            skipRegionValidation: flag("aws:skipRegionValidation"),
            skipRequestingAccountId: flag("aws:skipRequestingAccountId"),
            defaultTags: textMap("aws:defaultTags", defaultTags["tags"] ?? undefined),
            ignoreTags: { keys: ignoredTexts("keys"), keyPrefixes: ignoredTexts("keyPrefixes") },
        }),
        tagKeys: tagKeys(),
        accounts: readAliases("ebs-snapshots:accounts", object("ebs-snapshots:accounts")),
        allowPublicSharing: flag("ebs-snapshots:allowPublicSharing"),
    };
}

const roleKeys = Object.keys({
    roleArn: true,
    externalId: true,
    sessionName: true,
    duration: true,
    policy: true,
    policyArns: true,
    tags: true,
    transitiveTagKeys: true,
    sourceIdentity: true,
} satisfies Record<keyof Required<AssumeRole>, true>);

const webIdentityKeys = Object.keys({
    roleArn: true,
    sessionName: true,
    duration: true,
    policy: true,
    policyArns: true,
    webIdentityToken: true,
    webIdentityTokenFile: true,
} satisfies Record<keyof Required<WebIdentityRole>, true>);

/** Refuses names in the object of a key that are ignored otherwise. */
function rejectUnsupported(key: string, given: object, supported: string[]): void {
    const name = Object.keys(given).find((one) => !supported.includes(one));
    if (name === undefined) return;
    const similar = nearest(name, supported);
    // A name that is not similar may be a secret in the wrong place.
    const reason =
        similar === undefined
            ? "contains a name that is not supported."
            : `${name} is not supported. Did you mean \`${similar}\`?`;
    throw new ConfigError(key, `${reason} Supported: ${supported.join(", ")}`);
}

/** Returns the text of a value, because `pulumi config set --path` stores 123456789012 as a number. */
function textOf(key: string, value: unknown): string {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new ConfigError(key, "must contain only text");
}

/**
 * Rejects a shorter id and never pads it: it is a number that lost its leading zeros, or the id of another account
 * without one digit.
 */
function parseAccountId(key: string, value: string, entry = "an entry"): string {
    if (isAccountId(value)) return value;
    const reason = `must contain account ids of 12 digits, but ${entry} is none`;
    // The message omits the value, which may be a secret.
    throw new ConfigError(key, isShortAccountId(value) ? `${reason}: ${quoteAccountId}` : reason);
}

/** The remedy for an id that YAML or a program parses as a number. */
export const quoteAccountId =
    'write it with all 12 digits in quotation marks, so that leading zeros are kept: "012345678901"';

/** Checks whether a value is an account id that lost its leading zeros as a number, or that lacks a digit. */
export function isShortAccountId(value: unknown): boolean {
    return (typeof value === "number" || typeof value === "string") && /^\d{1,11}$/.test(String(value));
}

/** Checks whether a text is an account id. */
export function isAccountId(value: string): boolean {
    return /^\d{12}$/.test(value);
}

/** Returns account ids by alias; `key` is the setting that contains them. */
export function readAliases(key: string, given: Record<string, unknown>): Record<string, string> {
    const invalid = Object.keys(given).find((alias) => !/\D/.test(alias));
    if (invalid !== undefined)
        throw new ConfigError(
            key,
            `"${invalid}" is not a valid alias: an alias must not consist of digits only`,
        );
    return Object.fromEntries(
        Object.entries(given).map(([alias, id]) => [
            alias,
            parseAccountId(key, textOf(key, id), `"${alias}"`),
        ]),
    );
}

/** Returns the id of an account that is given by id or by alias; `undefined` if it is neither. */
export function accountIdOf(
    named: string | number,
    { accounts }: Pick<Configuration, "accounts">,
): string | undefined {
    const text = String(named);
    if (isAccountId(text)) return text;
    return Object.hasOwn(accounts, text) ? accounts[text] : undefined;
}
