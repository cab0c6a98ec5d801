/**
 * Defines the form of IAM documents, and the condition keys by which IAM recognizes a request that shares a snapshot.
 *
 * @module
 */

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html */
export interface PolicyStatement {
    /** Name of the statement. */
    Sid: string;
    /** Allows or denies the actions. */
    Effect: "Allow" | "Deny";
    /** Actions, such as `ec2:ModifySnapshotAttribute`. */
    Action: string[];
    /** ARNs of the resources. */
    Resource: string[];
    /** Accounts, in the policy of a key. */
    Principal?: { AWS: string[] };
    /** Conditions: values by key by operator. */
    Condition?: Record<string, Record<string, string | string[]>>;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyDocument {
    /** Version of the policy language. */
    Version: "2012-10-17";
    /** The statements. */
    Statement: PolicyStatement[];
}

/** ARN of all snapshots. */
export const snapshots = "arn:*:ec2:*::snapshot/*";

// Members of the condition `Null`: `"false"` matches requests that have the key, and `"true"` those without it.
export const addsAccount = { "ec2:Add/userId": "false" };
export const addsGroup = { "ec2:Add/group": "false" };
export const addsNoAccount = { "ec2:Add/userId": "true" };
export const addsNoGroup = { "ec2:Add/group": "true" };

export function document(...statements: PolicyStatement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}
