// Evaluates the policies of the role that copies shared snapshots: each row is a request.

import { output } from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import type { PolicyDocument } from "../../../sdk/dlm/iam";
import { copyRights, expiryRights } from "../../../sdk/shared-snapshot-copies/role";
import { allows, keyPolicy, named, own, type IamRequest } from "../iam";
import { valueOf } from "../pulumi-mocks";

const place = { partition: "aws", region: "us-east-1", account: own };
const sharer = "111122223333";
const stranger = "777788889999";
const keyArn = (region: string, account: string, id = "1234abcd") =>
    `arn:aws:kms:${region}:${account}:key/${id}`;
const snapshotArn = (region: string) => `arn:aws:ec2:${region}::snapshot/snap-0123456789abcdef0`;
const copyTo = [
    { region: "eu-west-1", kmsKeyId: keyArn("eu-west-1", own, "backup") },
    { region: "eu-north-1" },
];

const principal = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/copies-1a2b3c4`;
const tag = (key: string, value: string) => ({ [`aws:ResourceTag/${key}`]: value });
const copied = tag("aws:dlm:lifecycle-policy-id", "policy-1");
const via = (region: string) => ({ "kms:ViaService": `ec2.${region}.amazonaws.com` });
const forService = { "kms:GrantIsForAWSResource": "true" };

/** Resolves the document as IAM receives it. */
const resolve = (policy: PolicyDocument): Promise<unknown> => valueOf(output(policy));

let policies: unknown[];
beforeAll(async () => {
    const copies = copyRights([output(sharer)], copyTo, place);
    policies = await Promise.all([resolve(copies), resolve(expiryRights(copyTo, place, "policy-1"))]);
});

type Row = [boolean, string, Omit<IamRequest, "principal">];
const copy = "ec2:CopySnapshot";
const rule = (name: string, region = "us-east-1") => `arn:aws:events:${region}:${own}:rule/${name}`;

test.each<Row>([
    [true, "lists snapshots", { action: "ec2:DescribeSnapshots", on: "*" }],
    [true, "copies a shared snapshot", { action: copy, context: { "ec2:Owner": sharer } }],
    [true, "creates the copy in a region of the rule", { action: copy, on: snapshotArn("eu-west-1") }],
    [true, "owns the copy", { action: copy, on: snapshotArn("eu-west-1"), context: { "ec2:Owner": own } }],
    [false, "copies a snapshot of an unlisted account", { action: copy, context: { "ec2:Owner": stranger } }],
    [false, "copies to an unlisted region", { action: copy, on: snapshotArn("sa-east-1") }],
    [true, "tags a copy", { action: "ec2:CreateTags", on: snapshotArn("eu-west-1") }],
    [
        false,
        "tags a snapshot of a schedule",
        {
            action: "ec2:CreateTags",
            on: snapshotArn("eu-west-1"),
            context: tag("pulumi-ebs-snapshots:schedule", "organization/project/test/nightly"),
        },
    ],
    [false, "tags snapshots of its own region", { action: "ec2:CreateTags" }],
    [
        true,
        "deletes a copy of its policy",
        { action: "ec2:DeleteSnapshot", on: snapshotArn("eu-west-1"), context: copied },
    ],
    [
        false,
        "deletes a snapshot of another policy",
        {
            action: "ec2:DeleteSnapshot",
            on: snapshotArn("eu-west-1"),
            context: tag("aws:dlm:lifecycle-policy-id", "policy-2"),
        },
    ],
    [false, "deletes any other snapshot", { action: "ec2:DeleteSnapshot", on: snapshotArn("eu-west-1") }],
    [false, "deletes snapshots of its own region", { action: "ec2:DeleteSnapshot", context: copied }],
    [false, "creates snapshots", { action: "ec2:CreateSnapshot" }],
    [
        false,
        "shares its copies",
        {
            action: "ec2:ModifySnapshotAttribute",
            on: snapshotArn("eu-west-1"),
            context: { ...copied, "ec2:Add/userId": stranger },
        },
    ],
    [
        true,
        "creates DLM's event rule",
        { action: "events:PutRule", on: rule("AwsDataLifecycleRule.managed-cwe.1a2b") },
    ],
    [
        true,
        "sets its target",
        { action: "events:PutTargets", on: rule("AwsDataLifecycleRule.managed-cwe.1a2b") },
    ],
    [false, "changes any other event rule", { action: "events:PutRule", on: rule("alarms") }],
    [
        false,
        "creates event rules in another region",
        { action: "events:PutRule", on: rule("AwsDataLifecycleRule.managed-cwe.1a2b", "eu-west-1") },
    ],
    [
        true,
        "decrypts with a key of the sharing account, through EC2",
        { action: "kms:Decrypt", on: keyArn("us-east-1", sharer), owner: sharer, context: via("eu-west-1") },
    ],
    [
        false,
        "decrypts with that key directly",
        { action: "kms:Decrypt", on: keyArn("us-east-1", sharer), owner: sharer, context: via("s3") },
    ],
    [
        true,
        "lets EBS use the key of the sharing account",
        {
            action: "kms:CreateGrant",
            on: keyArn("us-east-1", sharer),
            owner: sharer,
            context: { ...via("us-east-1"), ...forService },
        },
    ],
    [
        false,
        "creates other grants on that key",
        {
            action: "kms:CreateGrant",
            on: keyArn("us-east-1", sharer),
            owner: sharer,
            context: { ...via("us-east-1"), "kms:GrantIsForAWSResource": "false" },
        },
    ],
    [
        false,
        "encrypts with a key of the sharing account",
        {
            action: "kms:GenerateDataKeyWithoutPlaintext",
            on: keyArn("us-east-1", sharer),
            owner: sharer,
            context: via("us-east-1"),
        },
    ],
    [
        false,
        "uses a key of another account",
        {
            action: "kms:Decrypt",
            on: keyArn("us-east-1", stranger),
            owner: stranger,
            context: via("us-east-1"),
        },
    ],
    [
        false,
        "decrypts with its own keys in the region of the shared snapshots",
        { action: "kms:Decrypt", on: keyArn("us-east-1", own), context: via("us-east-1") },
    ],
    [
        true,
        "encrypts with the key of a copy",
        {
            action: "kms:GenerateDataKeyWithoutPlaintext",
            on: keyArn("eu-west-1", own, "backup"),
            context: via("eu-west-1"),
        },
    ],
    [
        false,
        "encrypts with another key in that region",
        {
            action: "kms:GenerateDataKeyWithoutPlaintext",
            on: keyArn("eu-west-1", own),
            context: via("eu-west-1"),
        },
    ],
    [
        true,
        "encrypts with any of its own keys if none is given, because the default key is unknown",
        {
            action: "kms:ReEncryptTo",
            on: keyArn("eu-north-1", own),
            context: via("eu-north-1"),
        },
    ],
])("%s: it %s", async (expected, _, request) => {
    const identityPolicies = policies.flatMap((policy) => named(policy));
    // Key policies delegate to IAM of this account, as the policy of a shared key must.
    const resourcePolicy = request.action.startsWith("kms:") ? keyPolicy : undefined;
    expect(await allows({ identityPolicies, resourcePolicy }, { principal, ...request })).toBe(expected);
});
