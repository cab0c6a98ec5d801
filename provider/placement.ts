/**
 * Where a resource is and who acts: the two inputs that every resource takes.
 *
 * @module
 */
import type { Credentials } from "./ec2/config";
import { isMap, listOf, mapOf, objectOf, text, type Accepts, type Rules } from "./rules";

export interface Placement {
    /**
     * AWS region, such as `us-east-1`. What it was resolved to is kept in the state and used for everything later, so
     * that a changed `aws:region` moves nothing. Default: `aws:region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the
     * profile's region, in this order. A change replaces the resource.
     */
    region?: string;
    /**
     * Who acts, where it is not the configured identity: a profile, or roles assumed one after another. Default: the
     * configured identity. A change updates the state alone, and is refused if the account is another one.
     */
    credentials?: Credentials;
}

const role = objectOf({
    roleArn: { accepts: text("the ARN of a role", /^arn:[\w-]+:iam::\d{12}:role\/.+$/), required: true },
    externalId: { accepts: text() },
    sessionName: { accepts: text() },
    duration: { accepts: text('such as "1h" or "30m"', /^(\d+[hms])+$/) },
    policy: { accepts: text() },
    policyArns: { accepts: listOf(text()) },
    tags: { accepts: mapOf(text()) },
    transitiveTagKeys: { accepts: listOf(text()) },
    sourceIdentity: { accepts: text() },
});

const shape = objectOf({
    profile: { accepts: text("the name of a profile", /./) },
    assumeRoles: { accepts: listOf(role, { atLeast: 1 }) },
});

const credentials: Accepts = (value, path) => {
    const failures = shape(value, path);
    if (failures.length > 0 || !isMap(value)) return failures;
    const given = Object.values(value).filter((entry) => entry !== undefined && entry !== null);
    return given.length === 1
        ? []
        : [{ property: path, reason: "takes exactly one of profile and assumeRoles" }];
};

export const regionRule = {
    accepts: text('a region such as "us-east-1"', /^[a-z]{2,}(-[a-z]+)+-\d+$/),
    onChange: "replace",
} as const;

export const placementRules = {
    region: regionRule,
    credentials: { accepts: credentials, onChange: "update" },
} satisfies Rules<Placement>;
