/**
 * Declares the identities that AWS is called with: a profile, or roles that are assumed.
 *
 * @module
 */

/** A role to assume, as the `aws` provider has it. */
export interface AssumeRole {
    /** ARN of the role. */
    roleArn: string;
    /** External id that the role's trust policy may require. Default: none. */
    externalId?: string;
    /** Name of the session, shown in CloudTrail. Default: `pulumi-ebs-snapshots`. */
    sessionName?: string;
    /**
     * Lifetime of the credentials, after which they are renewed, such as `"1h"` or `"30m"`. Default: STS's, `"1h"`.
     */
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
    /** Name of the session, shown in CloudTrail. Default: `pulumi-ebs-snapshots`. */
    sessionName?: string;
    /** Lifetime of the credentials, such as `"1h"`. Default: STS's, `"1h"`. */
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

export const roleKeys = Object.keys({
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

export const webIdentityKeys = Object.keys({
    roleArn: true,
    sessionName: true,
    duration: true,
    policy: true,
    policyArns: true,
    webIdentityToken: true,
    webIdentityTokenFile: true,
} satisfies Record<keyof Required<WebIdentityRole>, true>);
