/**
 * Declares the arguments of a provider instance: those of the `aws` provider, and those of this package.
 *
 * @module
 */
import type { AssumeRole, WebIdentityRole } from "./credentials";

/** URLs of services that replace those of AWS. */
export interface ServiceEndpoints {
    /** URL of EC2. Default: AWS's own. */
    ec2?: string;
    /** URL of the EBS direct APIs. Default: AWS's own. */
    ebs?: string;
    /** URL of Data Lifecycle Manager. Default: AWS's own. */
    dlm?: string;
    /** URL of STS. Default: AWS's own. */
    sts?: string;
    /** URL of KMS. Default: AWS's own. */
    kms?: string;
    /** URL of AWS Organizations. Default: AWS's own. */
    organizations?: string;
    /** URL of IAM Identity Center, for a profile with SSO. Default: AWS's own. */
    sso?: string;
}

/** Tags of every resource. */
export interface DefaultTags {
    /** Values by key. Default: none. */
    tags?: Record<string, string>;
}

/** Tags of other owners, which are neither shown nor changed. */
export interface IgnoredTags {
    /** Keys. Default: none. */
    keys?: string[];
    /** Prefixes of keys. Default: none. */
    keyPrefixes?: string[];
}

/** The tag keys that carry the standard options. */
export interface TagKeyNames {
    /** The tag key of `name`. Default: `Name`. */
    name?: string;
    /** The tag key of `group`. Default: `Group`. */
    group?: string;
    /** The tag key of `billingCode`. Default: `BillingCode`. */
    billingCode?: string;
}

/** https://www.pulumi.com/registry/packages/aws/api-docs/provider/ */
export interface ProviderInputs {
    /** AWS region, such as `us-east-1`. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's region. A change updates. */
    region?: string;
    /** A profile of the shared configuration. Default: `AWS_PROFILE`, `default`. A change updates. */
    profile?: string;
    /** Access key of the credentials; with `secretKey`. Default: the environment's, then those of the profile. A change updates. */
    accessKey?: string;
    /** Secret key of the credentials. Default: as `accessKey`. A change updates. */
    secretKey?: string;
    /** Session token of the credentials. Default: none. A change updates. */
    token?: string;
    /** Roles that are assumed one after another. Default: none. A change updates. */
    assumeRoles?: AssumeRole[];
    /**
     * The older name of `assumeRoles`, for one role; it is assumed after those of `assumeRoles`. Default: none. A change
     * updates.
     */
    assumeRole?: AssumeRole;
    /** A role that is assumed with the token of an identity provider. Default: none. A change updates. */
    assumeRoleWithWebIdentity?: WebIdentityRole;
    /** Path of the shared configuration file; one at most. Default: `~/.aws/config`. A change updates. */
    sharedConfigFiles?: string[];
    /** Path of the shared credentials file; one at most. Default: `~/.aws/credentials`. A change updates. */
    sharedCredentialsFiles?: string[];
    /** URLs of services. Default: AWS's own. A change updates. */
    endpoints?: ServiceEndpoints[];
    /** Tags of every resource. Default: none. A change updates. */
    defaultTags?: DefaultTags;
    /** Tags of other owners, which are neither shown nor changed. Default: none. A change updates. */
    ignoreTags?: IgnoredTags;
    /**
     * Number of retries of a call whose answer is lost; rate limits are retried within the resource's `timeout`.
     * Default: 4. A change updates.
     */
    maxRetries?: number;
    /** `standard` or `adaptive`. Default: `standard`. A change updates. */
    retryMode?: string;
    /** Accounts that can be used; others are refused. Default: any. A change updates. */
    allowedAccountIds?: string[];
    /** Accounts that are refused. Default: none. A change updates. */
    forbiddenAccountIds?: string[];
    /** URL of the proxy for HTTP. Default: `HTTP_PROXY`. A change updates. */
    httpProxy?: string;
    /** URL of the proxy for HTTPS. Default: `HTTPS_PROXY`. A change updates. */
    httpsProxy?: string;
    /** Hosts that are called without the proxy, separated by commas. Default: `NO_PROXY`. A change updates. */
    noProxy?: string;
    /** Path of a file with trusted certificates. Default: `AWS_CA_BUNDLE`. A change updates. */
    customCaBundle?: string;
    /** If `true`, certificates are not verified. Default: `false`. A change updates. */
    insecure?: boolean;
    /** If `true`, FIPS endpoints are used. Default: `AWS_USE_FIPS_ENDPOINT`, `false`. A change updates. */
    useFipsEndpoint?: boolean;
    /**
     * If `true`, dual-stack endpoints (IPv4 and IPv6) are used. Default: `AWS_USE_DUALSTACK_ENDPOINT`, `false`. A
     * change updates.
     */
    useDualstackEndpoint?: boolean;
    /** Region of STS. Default: `region`. A change updates. */
    stsRegion?: string;
    /** If `true`, the instance metadata service is not asked for credentials. Default: `false`. A change updates. */
    skipMetadataApiCheck?: boolean;
    /**
     * URL of the instance metadata service, which has the credentials of an instance role. Default:
     * `AWS_EC2_METADATA_SERVICE_ENDPOINT`, else the instance's own. A change updates.
     */
    ec2MetadataServiceEndpoint?: string;
    /**
     * `IPv4` or `IPv6`, with which the instance metadata service is called. Default:
     * `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`, `IPv4`. A change updates.
     */
    ec2MetadataServiceEndpointMode?: string;
    /** If `true`, a preview does not ask STS whether the credentials are valid. Default: `false`. A change updates. */
    skipCredentialsValidation?: boolean;
    /**
     * If `true`, a region that AWS does not have is accepted, such as that of an emulator. Default: `false`. A change
     * updates.
     */
    skipRegionValidation?: boolean;
    /** If `true`, the account of the credentials is not asked for. Default: `false`. A change updates. */
    skipRequestingAccountId?: boolean;
    /**
     * Account ids of 12 digits by alias, so that `accounts` of a share can contain an alias such as `prod`. Default:
     * the stack's. A change updates.
     */
    accounts?: Record<string, string>;
    /** The tag keys that carry `name`, `group` and `billingCode`. Default: the stack's. A change updates. */
    tagKeys?: TagKeyNames;
    /** If `true`, snapshots can be made public. Default: the stack's, else `false`. A change updates. */
    allowPublicSharing?: boolean;
    /**
     * The organization of the stack, which Pulumi does not pass to the provider: resources are tagged with
     * `organization/project/stack`. Default: the stack's, else `organization`, as with a self-managed backend. A
     * change updates.
     */
    organization?: string;
}

/** The names of all arguments; `secret` where the value is one. */
export const providerInputs = {
    region: {},
    profile: {},
    accessKey: { secret: true },
    secretKey: { secret: true },
    token: { secret: true },
    assumeRoles: {},
    assumeRole: {},
    assumeRoleWithWebIdentity: {},
    sharedConfigFiles: {},
    sharedCredentialsFiles: {},
    endpoints: {},
    defaultTags: {},
    ignoreTags: {},
    maxRetries: {},
    retryMode: {},
    allowedAccountIds: {},
    forbiddenAccountIds: {},
    httpProxy: {},
    httpsProxy: {},
    noProxy: {},
    customCaBundle: {},
    insecure: {},
    useFipsEndpoint: {},
    useDualstackEndpoint: {},
    stsRegion: {},
    skipMetadataApiCheck: {},
    ec2MetadataServiceEndpoint: {},
    ec2MetadataServiceEndpointMode: {},
    skipCredentialsValidation: {},
    skipRegionValidation: {},
    skipRequestingAccountId: {},
    accounts: {},
    tagKeys: {},
    allowPublicSharing: {},
    organization: {},
} as const satisfies Record<keyof Required<ProviderInputs>, { secret?: true }>;
