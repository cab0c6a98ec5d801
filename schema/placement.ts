/**
 * Defines the two inputs that every resource accepts: its region and its credentials.
 *
 * @module
 */
import type { Credentials } from "./credentials";
import type { Rules } from "./property";
import { allOf, listOf, mapOf, objectOf, text } from "./validators";

export interface ProviderOptions {
    /**
     * AWS region, such as `us-east-1`. The state keeps the resolved region, so that a change of `aws:region` moves
     * nothing. Default: `aws:region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's region, in this order. A change
     * replaces the resource.
     */
    region?: string;
    /**
     * The identity to use instead of the configured one: a profile, or a chain of roles. Default: the configured
     * identity. A change updates the state alone, and is refused if the account is another one.
     */
    credentials?: Credentials;
}

export const roleArn = text("the ARN of a role", /^arn:[\w-]+:iam::\d{12}:role\/.+$/);

const role = objectOf({
    roleArn: { validate: roleArn, required: true },
    externalId: { validate: text() },
    sessionName: { validate: text() },
    duration: { validate: text('such as "1h" or "30m"', /^(\d+[hms])+$/) },
    policy: { validate: text() },
    policyArns: { validate: listOf(text()) },
    tags: { validate: mapOf(text()) },
    transitiveTagKeys: { validate: listOf(text()) },
    sourceIdentity: { validate: text() },
});

const credentialsObject = objectOf({
    profile: { validate: text("the name of a profile", /./) },
    assumeRoles: { validate: listOf(role, { atLeast: 1 }) },
});

const credentials = allOf(credentialsObject, (value, property) => {
    const given = Object.values(value as object).filter((entry) => entry !== undefined && entry !== null);
    return given.length === 1
        ? []
        : [{ property, reason: "specify exactly one of profile and assumeRoles." }];
});

export const regionRule = {
    validate: text('a region such as "us-east-1"', /^[a-z]{2,}(-[a-z]+)+-\d+$/),
    onChange: "replace",
} as const;

export const providerOptionRules = {
    region: regionRule,
    credentials: { validate: credentials, onChange: "update" },
} satisfies Rules<ProviderOptions>;
