/**
 * The keys of the `aws` provider's configuration, and our own, as plain data.
 *
 * @module
 */

/** A role to assume, as the `aws` provider has it. */
export interface AssumeRole {
    /** ARN of the role. */
    roleArn: string;
    /** What the role's trust policy may ask for. Default: none. */
    externalId?: string;
    /** Name of the session, seen in CloudTrail. Default: `pulumi-ebs-snapshots`. */
    sessionName?: string;
    /** How long the credentials last before they are renewed, such as `"1h"` or `"30m"`. Default: STS's, `"1h"`. */
    duration?: string;
    /** IAM policy (JSON) that narrows the session. Default: none. */
    policy?: string;
    /** ARNs of managed policies that narrow the session. Default: none. */
    policyArns?: string[];
    /** Tags of the session. Default: none. */
    tags?: Record<string, string>;
    /** Keys of `tags` that the next role of a chain is given too. Default: none. */
    transitiveTagKeys?: string[];
    /** Who is behind the session, kept along a chain and seen in CloudTrail. Default: none. */
    sourceIdentity?: string;
}

/** Who acts: a profile of the shared configuration, or roles assumed one after another. Exactly one. */
export type Credentials = { profile: string } | { assumeRoles: AssumeRole[] };

export interface WebIdentityRole {
    roleArn?: string;
    sessionName?: string;
    duration?: string;
    policy?: string;
    policyArns?: string[];
    webIdentityToken?: string;
    webIdentityTokenFile?: string;
}

/** The `aws` keys that decide account, endpoint and trust. */
export interface AwsConfig {
    region?: string;
    profile?: string;
    accessKey?: string;
    secretKey?: string;
    token?: string;
    endpoints: { ec2?: string; sts?: string; kms?: string; organizations?: string };
    assumeRoles: AssumeRole[];
    assumeRoleWithWebIdentity?: WebIdentityRole;
    sharedConfigFile?: string;
    sharedCredentialsFile?: string;
    maxRetries?: number;
    retryMode?: string;
    allowedAccountIds: string[];
    forbiddenAccountIds: string[];
    httpProxy?: string;
    httpsProxy?: string;
    noProxy?: string;
    customCaBundle?: string;
    insecure: boolean;
    useFipsEndpoint: boolean;
    useDualstackEndpoint: boolean;
    stsRegion?: string;
    skipMetadataApiCheck: boolean;
    defaultTags: Record<string, string>;
    ignoreTags: { keys: string[]; keyPrefixes: string[] };
}

/** Which tag keys carry the standard options. */
export interface TagKeys {
    name: string;
    group: string;
    billingCode: string;
}

export interface Configuration {
    aws: AwsConfig;
    tagKeys: TagKeys;
    /** Account ids by alias, so that programs can say `"prod"`. */
    accounts: Record<string, string>;
    /** Whether this stack may make a snapshot public at all. */
    allowPublicSharing: boolean;
}

/** The stack's configuration: the text of a key such as `aws:region`; objects are JSON. */
export type ReadKey = (key: string) => string | undefined;

const defaultTagKeys: TagKeys = { name: "Name", group: "Group", billingCode: "BillingCode" };

/** The configuration is wrong; names the key. */
export class ConfigError extends Error {
    override readonly name = "ConfigError";

    constructor(key: string, reason: string) {
        super(`configuration ${key}: ${reason}`);
    }
}

export function readConfiguration(read: ReadKey): Configuration {
    const string = (key: string) => read(key) || undefined;
    const flag = (key: string) => {
        const value = read(key);
        if (value === undefined || value === "") return false;
        if (value !== "true" && value !== "false") throw new ConfigError(key, "must be true or false");
        return value === "true";
    };
    const json = (key: string): unknown => {
        const value = read(key);
        if (value === undefined || value === "") return undefined;
        try {
            return JSON.parse(value) as unknown;
        } catch {
            // The value is not shown: it may be a secret.
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
    const texts = (key: string, values = list(key)) => values.map((value) => plain(key, value));
    const accounts = (key: string) => texts(key).map((value) => account(key, value));
    const textMap = (key: string, map: unknown = {}) => {
        if (typeof map !== "object" || map === null || Array.isArray(map))
            throw new ConfigError(key, "must be an object");
        return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, plain(key, value)]));
    };
    const roles = (key: string, values: unknown[]) =>
        values.map((value) => {
            const { roleArn } = (value ?? {}) as Partial<AssumeRole>;
            // Without it nobody can tell whether a role was forgotten or none is meant.
            if (typeof roleArn !== "string") throw new ConfigError(key, "roleArn is required");
            return value as AssumeRole;
        });
    const endpoints = () => {
        const key = "aws:endpoints";
        return Object.assign({}, ...list(key).map((entry) => textMap(key, entry ?? undefined))) as object;
    };
    const tagKeys = () => {
        const key = "ebs-snapshots:tagKeys";
        const given = textMap(key, object(key));
        for (const [option, tag] of Object.entries(given)) {
            if (!Object.hasOwn(defaultTagKeys, option)) {
                const allowed = Object.keys(defaultTagKeys).join(", ");
                throw new ConfigError(key, `${option} is not known; allowed are ${allowed}`);
            }
            if (tag.length < 1 || tag.length > 128 || /^aws:/i.test(tag))
                throw new ConfigError(
                    key,
                    `${option} must be a tag key of 1 to 128 characters, none of AWS's`,
                );
        }
        return { ...defaultTagKeys, ...given };
    };
    const ignored = object("aws:ignoreTags");
    const ignoredTexts = (name: string) => {
        const value = ignored[name] ?? [];
        if (!Array.isArray(value)) throw new ConfigError("aws:ignoreTags", `${name} must be a list`);
        return texts("aws:ignoreTags", value as unknown[]);
    };
    const oneFile = (key: string) => {
        const files = texts(key);
        if (files.length > 1) throw new ConfigError(key, "several files cannot be honoured here; name one");
        return files[0];
    };
    const number = (key: string) => {
        const value = string(key);
        if (value !== undefined && !/^\d+$/.test(value)) throw new ConfigError(key, "must be a whole number");
        return value === undefined ? undefined : Number(value);
    };

    const webIdentity = object("aws:assumeRoleWithWebIdentity") as WebIdentityRole;
    const older = object("aws:assumeRole");
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
                ...roles("aws:assumeRole", Object.keys(older).length > 0 ? [older] : []),
            ],
            assumeRoleWithWebIdentity: Object.keys(webIdentity).length > 0 ? webIdentity : undefined,
            sharedConfigFile: oneFile("aws:sharedConfigFiles"),
            sharedCredentialsFile: oneFile("aws:sharedCredentialsFiles"),
            maxRetries: number("aws:maxRetries"),
            retryMode: string("aws:retryMode"),
            allowedAccountIds: accounts("aws:allowedAccountIds"),
            forbiddenAccountIds: accounts("aws:forbiddenAccountIds"),
            httpProxy: string("aws:httpProxy"),
            httpsProxy: string("aws:httpsProxy"),
            noProxy: string("aws:noProxy"),
            customCaBundle: string("aws:customCaBundle"),
            insecure: flag("aws:insecure"),
            useFipsEndpoint: flag("aws:useFipsEndpoint"),
            useDualstackEndpoint: flag("aws:useDualstackEndpoint"),
            stsRegion: string("aws:stsRegion"),
            skipMetadataApiCheck: flag("aws:skipMetadataApiCheck"),
            defaultTags: textMap("aws:defaultTags", object("aws:defaultTags")["tags"] ?? undefined),
            ignoreTags: { keys: ignoredTexts("keys"), keyPrefixes: ignoredTexts("keyPrefixes") },
        }),
        tagKeys: tagKeys(),
        accounts: readAliases("ebs-snapshots:accounts", object("ebs-snapshots:accounts")),
        allowPublicSharing: flag("ebs-snapshots:allowPublicSharing"),
    };
}

/** `pulumi config set --path` stores 123456789012 as a number, without the zeros that it may begin with. */
function plain(key: string, value: unknown): string {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new ConfigError(key, "must hold nothing but text");
}

function account(key: string, value: string): string {
    const id = value.padStart(12, "0");
    if (!/^\d{12}$/.test(id)) throw new ConfigError(key, "must hold account ids of 12 digits");
    return id;
}

/** Account ids by alias; `key` is where they are given. */
export function readAliases(key: string, given: Record<string, unknown>): Record<string, string> {
    const wrong = Object.keys(given).find((alias) => !/\D/.test(alias));
    if (wrong !== undefined)
        throw new ConfigError(key, `"${wrong}" is no alias: one must not be digits alone`);
    return Object.fromEntries(
        Object.entries(given).map(([alias, id]) => [alias, account(key, plain(key, id))]),
    );
}

/** The id of an account that is named by its id or by an alias; `undefined` where it is neither. */
export function accountIdOf(
    named: string | number,
    { accounts }: Pick<Configuration, "accounts">,
): string | undefined {
    // Where an id was taken for a number, the zeros that it began with are missing.
    const text = typeof named === "number" ? String(named).padStart(12, "0") : named;
    if (/^\d{12}$/.test(text)) return text;
    return Object.hasOwn(accounts, text) ? accounts[text] : undefined;
}

/** Without the keys whose value is undefined, so that optional stays optional. */
export function defined<T extends object>(value: T): Defined<T> {
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
    [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
