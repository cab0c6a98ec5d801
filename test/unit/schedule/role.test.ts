// Evaluates the policies of the schedule's roles: each row is a request.

import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import type { SnapshotScheduleArgs } from "../../../sdk";
import { policiesOf } from "../../../sdk/schedule/policy";
import type { PolicyDocument } from "../../../sdk/dlm/iam";
import { executionRights, recoveryRights } from "../../../sdk/schedule/role";
import { allows, named, own, type IamRequest } from "../iam";
import { valueOf } from "../pulumi-mocks";

const identity = {
    name: "nightly",
    id: "organization/project/test/nightly",
    accounts: {},
    tagKeys: { name: "Name", group: "Group", billingCode: "BillingCode" },
};
const place = { partition: "aws", region: "us-east-1", account: own };
const args: SnapshotScheduleArgs = {
    targets: { instances: { anyTag: { Backup: ["nightly"] } } },
    rules: [
        {
            name: "nightly",
            every: "12 hours",
            keep: 14,
            copyTo: [{ region: "eu-west-1", keep: "90 days" }],
            shareWith: { accounts: ["111122223333", "444455556666"] },
            scripts: { document: "freeze" },
        },
        { name: "vss", every: "24 hours", keep: 2, scripts: { document: "AWS_VSS_BACKUP" } },
    ],
};

const principal = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/nightly-1a2b3c4`;
const resource = (kind: string) => `arn:aws:ec2:us-east-1:${own}:${kind}/id-0123456789abcdef0`;
const document = (name: string) => `arn:aws:ssm:us-east-1:${own}:document/${name}`;
const tag = (key: string, value: string) => ({ [`aws:ResourceTag/${key}`]: value });
const scheduleTag = tag("pulumi-ebs-snapshots:schedule", identity.id);
const taken = { ...scheduleTag, ...tag("aws:dlm:lifecycle-policy-id", "policy-0123456789abcdef0") };
const target = tag("Backup", "nightly");
const key = `arn:aws:kms:us-east-1:${own}:key/11111111-1111-4111-8111-111111111111`;
const via = (service: string) => ({ "kms:ViaService": `${service}.us-east-1.amazonaws.com` });
const modify = "ec2:ModifySnapshotAttribute";

/** Resolves the document as IAM receives it. */
const resolve = (policy: PolicyDocument): Promise<unknown> => valueOf(pulumi.output(policy));

type Row = [boolean, string, Omit<IamRequest, "principal">];

test("in China the role of DLM uses keys through EC2, whose requests have the domain of that partition", async () => {
    const china = { partition: "aws-cn", region: "cn-north-1", account: own };
    const there: SnapshotScheduleArgs = {
        ...args,
        rules: [
            {
                name: "nightly",
                every: "12 hours",
                keep: 14,
                copyTo: [{ region: "cn-northwest-1", keep: "90 days", encrypted: true }],
            },
        ],
    };
    const policy = await resolve(
        executionRights(identity, there, { policies: policiesOf(identity, there), place: china }),
    );
    const root = { AWS: `arn:aws-cn:iam::${own}:root` };
    const resourcePolicy = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" }],
    };
    for (const region of ["cn-north-1", "cn-northwest-1"])
        expect(
            await allows(
                { identityPolicies: named(policy), resourcePolicy },
                {
                    principal: principal.replace("arn:aws:", "arn:aws-cn:"),
                    action: "kms:Decrypt",
                    on: `arn:aws-cn:kms:${region}:${own}:key/11111111-1111-4111-8111-111111111111`,
                    context: { "kms:ViaService": `ec2.${region}.amazonaws.com.cn` },
                },
            ),
        ).toBe(true);
});

describe("the role of DLM", () => {
    let policy: unknown;
    beforeAll(async () => {
        policy = await resolve(
            executionRights(identity, args, { policies: policiesOf(identity, args), place }),
        );
    });

    test.each<Row>([
        [true, "deletes a snapshot of the schedule", { action: "ec2:DeleteSnapshot", context: taken }],
        [
            false,
            "deletes a snapshot that only has the schedule's tag",
            { action: "ec2:DeleteSnapshot", context: scheduleTag },
        ],
        [false, "deletes any other snapshot", { action: "ec2:DeleteSnapshot" }],
        [true, "tags a new snapshot", { action: "ec2:CreateTags" }],
        [true, "tags a snapshot of the schedule", { action: "ec2:CreateTags", context: taken }],
        [
            false,
            "tags a snapshot of another schedule",
            { action: "ec2:CreateTags", context: tag("pulumi-ebs-snapshots:schedule", "other") },
        ],
        [false, "tags a volume", { action: "ec2:CreateTags", on: resource("volume"), context: scheduleTag }],
        [
            true,
            "shares with an account of a rule",
            { action: modify, context: { ...taken, "ec2:Add/userId": "111122223333" } },
        ],
        [
            true,
            "shares with both accounts of a rule at once",
            { action: modify, context: { ...taken, "ec2:Add/userId": ["111122223333", "444455556666"] } },
        ],
        [
            false,
            "shares with an account of a rule and another one",
            { action: modify, context: { ...taken, "ec2:Add/userId": ["111122223333", "777788889999"] } },
        ],
        [
            false,
            "shares with another account",
            { action: modify, context: { ...taken, "ec2:Add/userId": "777788889999" } },
        ],
        [
            false,
            "shares a snapshot that only has the schedule's tag",
            { action: modify, context: { ...scheduleTag, "ec2:Add/userId": "111122223333" } },
        ],
        [false, "makes a snapshot public", { action: modify, context: { ...taken, "ec2:Add/group": "all" } }],
        [
            false,
            "makes a snapshot public and shares it",
            {
                action: modify,
                context: { ...taken, "ec2:Add/group": "all", "ec2:Add/userId": "111122223333" },
            },
        ],
        [
            true,
            "revokes a share",
            { action: modify, context: { ...taken, "ec2:Remove/userId": "777788889999" } },
        ],
        [false, "changes grants without condition keys", { action: modify, context: taken }],
        [true, "runs the SSM document of a rule", { action: "ssm:SendCommand", on: document("freeze") }],
        [
            true,
            "runs the AWS-owned SSM document of a rule",
            { action: "ssm:SendCommand", on: document("AWSEC2-CreateVssSnapshot") },
        ],
        [false, "runs another SSM document", { action: "ssm:SendCommand", on: document("wipe") }],
        [
            false,
            "runs another AWS-owned SSM document",
            { action: "ssm:SendCommand", on: document("AWS-RunShellScript") },
        ],
        [
            true,
            "sends a command to a target",
            { action: "ssm:SendCommand", on: resource("instance"), context: target },
        ],
        [
            false,
            "sends a command to any other instance",
            { action: "ssm:SendCommand", on: resource("instance"), context: tag("Backup", "other") },
        ],
        [
            true,
            "uses the key of an encrypted volume through EC2",
            { action: "kms:Decrypt", on: key, context: via("ec2") },
        ],
        [false, "uses the key directly", { action: "kms:Decrypt", on: key }],
        [
            false,
            "uses the key through another service",
            { action: "kms:Decrypt", on: key, context: via("s3") },
        ],
        [
            false,
            "takes snapshots of any other instance",
            { action: "ec2:CreateSnapshots", on: resource("instance") },
        ],
    ])("%s: it %s", async (expected, _, request) => {
        expect(await allows({ identityPolicies: named(policy) }, { principal, ...request })).toBe(expected);
    });
});

describe("the role of the recovery function", () => {
    const recovery = tag("pulumi-ebs-snapshots:recovery", identity.id);
    let policy: unknown;
    beforeAll(async () => {
        const uses = {
            policies: ["policy-1"],
            logStreams: `arn:aws:logs:us-east-1:${own}:log-group:recovery:*`,
            failures: `arn:aws:sqs:us-east-1:${own}:failures`,
        };
        policy = await resolve(recoveryRights(identity, place, uses));
    });

    test.each<Row>([
        [
            true,
            "creates volumes of a snapshot of the policy",
            { action: "ec2:CreateVolume", context: tag("aws:dlm:lifecycle-policy-id", "policy-1") },
        ],
        [
            false,
            "creates volumes of a snapshot of another policy",
            {
                action: "ec2:CreateVolume",
                context: { ...scheduleTag, ...tag("aws:dlm:lifecycle-policy-id", "policy-2") },
            },
        ],
        [
            false,
            "creates volumes of a snapshot that only has the schedule's tag",
            { action: "ec2:CreateVolume", context: scheduleTag },
        ],
        [
            true,
            "deletes a recovery volume",
            { action: "ec2:DeleteVolume", on: resource("volume"), context: recovery },
        ],
        [false, "deletes any other volume", { action: "ec2:DeleteVolume", on: resource("volume") }],
        [
            true,
            "marks a recovery volume",
            {
                action: "ec2:CreateTags",
                on: resource("volume"),
                context: { ...recovery, "aws:TagKeys": ["pulumi-ebs-snapshots:attached"] },
            },
        ],
        [
            false,
            "writes another tag on a recovery volume",
            {
                action: "ec2:CreateTags",
                on: resource("volume"),
                context: { ...recovery, "aws:TagKeys": ["pulumi-ebs-snapshots:attached", "Name"] },
            },
        ],
        [
            false,
            "tags any other volume",
            {
                action: "ec2:CreateTags",
                on: resource("volume"),
                context: { "aws:TagKeys": ["pulumi-ebs-snapshots:recovery"] },
            },
        ],
        [false, "deletes snapshots", { action: "ec2:DeleteSnapshot", context: taken }],
    ])("%s: it %s", async (expected, _, request) => {
        expect(await allows({ identityPolicies: named(policy) }, { principal, ...request })).toBe(expected);
    });
});

test.each<[boolean, string]>([
    [true, "ec2.cn-north-1.amazonaws.com.cn"],
    [true, "ec2.cn-north-1.amazonaws.com"],
    [false, "rds.cn-north-1.amazonaws.com.cn"],
])("%s: the roles use keys in China through %s", async (expected, service) => {
    const china = { partition: "aws-cn", region: "cn-north-1", account: own };
    const uses = { policies: ["policy-1"], logStreams: "arn:aws-cn:logs:x:*", failures: "arn:aws-cn:sqs:x" };
    const documents = [
        executionRights(identity, args, { policies: policiesOf(identity, args), place: china }),
        recoveryRights(identity, china, uses),
    ];
    for (const document of await Promise.all(documents.map(resolve)))
        expect(
            await allows(
                { identityPolicies: named(document) },
                {
                    principal: `arn:aws-cn:iam::${own}:role/pulumi-ebs-snapshots/nightly-1a2b3c4`,
                    action: "kms:Decrypt",
                    on: `arn:aws-cn:kms:cn-north-1:${own}:key/11111111-1111-4111-8111-111111111111`,
                    context: { "kms:ViaService": service },
                },
            ),
        ).toBe(expected);
});
