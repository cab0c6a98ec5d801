import { describe, expect, test } from "vitest";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import { allows, named, own, type IamRequest } from "../iam";
import {
    add,
    alice,
    documents,
    everything,
    foreign,
    image,
    listed,
    mallory,
    modify,
    publish,
    sharer,
} from "./sharing-requests";

const role = `arn:aws:iam::${own}:role/dlm`;

const elsewhere = `arn:aws:iam::${own}:role/some/path/sharer`;
const publisher = `arn:aws:iam::${own}:role/team/publisher`;
const impostor = `arn:aws:iam::${foreign}:role/team/publisher`;

const deployer = `arn:aws:iam::${own}:role/deployer`;
const scheduled = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/nightly-dlm-1a2b3c4`;
const volume = `arn:aws:ec2:us-east-1:${own}:volume/vol-0123456789abcdef0`;

const tagged = (key: string) => ({ "aws:TagKeys": ["Name", key] });

const toDlm = { "iam:PassedToService": "dlm.amazonaws.com" };

/** Contains principals that may do everything else, so that only the guardrail limits them. */
const table: [boolean, string, IamRequest][] = [
    [
        true,
        "a private sharer shares with a listed account",
        { principal: sharer, action: modify, context: add(listed) },
    ],
    [
        true,
        "so does one of that name under a path",
        { principal: elsewhere, action: modify, context: add(listed) },
    ],
    [true, "so does a user", { principal: alice, action: modify, context: add(listed) }],
    [
        false,
        "a private sharer shares with another account",
        { principal: sharer, action: modify, context: add(foreign) },
    ],
    [false, "a private sharer makes public", { principal: sharer, action: modify, context: publish }],
    [true, "a public sharer makes public", { principal: publisher, action: modify, context: publish }],
    [
        false,
        "one of that name in another account does",
        { principal: impostor, action: modify, context: publish },
    ],
    [
        false,
        "a public sharer shares with a listed account",
        { principal: publisher, action: modify, context: add(listed) },
    ],
    [
        false,
        "anyone else shares with a listed account",
        { principal: mallory, action: modify, context: add(listed) },
    ],
    [false, "anyone else makes public", { principal: mallory, action: modify, context: publish }],
    [
        true,
        "anyone revokes",
        { principal: mallory, action: modify, context: { "ec2:Remove/userId": foreign } },
    ],
    [
        true,
        "anyone makes private",
        { principal: mallory, action: modify, context: { "ec2:Remove/group": "all" } },
    ],
    [false, "anyone else resets all grants", { principal: mallory, action: "ec2:ResetSnapshotAttribute" }],
    [true, "a sharer resets all grants", { principal: sharer, action: "ec2:ResetSnapshotAttribute" }],
    [
        false,
        "anyone else shares an image",
        { principal: mallory, action: "ec2:ModifyImageAttribute", on: image },
    ],
    [
        false,
        "a private sharer does, which EC2 cannot limit",
        { principal: sharer, action: "ec2:ModifyImageAttribute", on: image },
    ],
    [
        false,
        "anyone else unblocks public access",
        { principal: mallory, action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        false,
        "anyone else blocks less of it",
        { principal: mallory, action: "ec2:EnableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        true,
        "a public sharer unblocks it",
        { principal: publisher, action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        false,
        "anyone else passes a role to DLM",
        { principal: mallory, action: "iam:PassRole", on: role, context: toDlm },
    ],
    [
        true,
        "anyone passes a role to something else",
        {
            principal: mallory,
            action: "iam:PassRole",
            on: role,
            context: { "iam:PassedToService": "ec2.amazonaws.com" },
        },
    ],
    [
        true,
        "a private sharer passes a role to DLM",
        { principal: sharer, action: "iam:PassRole", on: role, context: toDlm },
    ],
    [
        false,
        "anyone else changes a lifecycle policy",
        {
            principal: mallory,
            action: "dlm:UpdateLifecyclePolicy",
            on: `arn:aws:dlm:us-east-1:${own}:policy/policy-0123456789abcdef0`,
        },
    ],
    [
        false,
        "a private sharer shares with a listed and another account",
        { principal: sharer, action: modify, context: add(listed, foreign) },
    ],
    [
        false,
        "a private sharer changes grants that EC2 does not pass to IAM",
        { principal: sharer, action: modify },
    ],
    [
        false,
        "anyone else changes grants that EC2 does not pass to IAM",
        { principal: mallory, action: modify },
    ],
    [
        false,
        "anyone else stores an image in a bucket",
        { principal: mallory, action: "ec2:CreateStoreImageTask", on: image },
    ],
    [false, "anyone else exports an image", { principal: mallory, action: "ec2:ExportImage", on: image }],
    [
        false,
        "anyone else exports an instance",
        {
            principal: mallory,
            action: "ec2:CreateInstanceExportTask",
            on: `arn:aws:ec2:us-east-1:${own}:instance/i-0123456789abcdef0`,
        },
    ],
    ...["ec2:CreateTags", "ec2:DeleteTags"].flatMap((action): [boolean, string, IamRequest][] => [
        [
            false,
            `anyone else calls ${action} with a key of this package on a volume`,
            { principal: mallory, action, on: volume, context: tagged("pulumi-ebs-snapshots:recovery") },
        ],
        [
            false,
            `anyone else calls ${action} with a key of this package on a snapshot`,
            { principal: mallory, action, context: tagged("pulumi-ebs-snapshots:schedule") },
        ],
        [
            true,
            `anyone calls ${action} with other keys`,
            { principal: mallory, action, on: volume, context: tagged("Owner") },
        ],
        ...[deployer, sharer, scheduled].map((who): [boolean, string, IamRequest] => [
            true,
            `${who} calls ${action} with a key of this package`,
            { principal: who, action, on: volume, context: tagged("pulumi-ebs-snapshots:recovery") },
        ]),
    ]),
    ...["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy"].flatMap(
        (action): [boolean, string, IamRequest][] => [
            [
                false,
                `anyone else calls ${action} on a role of a schedule`,
                { principal: mallory, action, on: scheduled },
            ],
            [
                true,
                `a deployer calls ${action} on a role of a schedule`,
                { principal: deployer, action, on: scheduled },
            ],
            [true, `anyone calls ${action} on another role`, { principal: mallory, action, on: role }],
        ],
    ),
    [true, "anyone does what is no sharing", { principal: mallory, action: "ec2:DeleteSnapshot" }],
];

describe("the guardrail, as a service control policy", () => {
    const attached = {
        identityPolicies: named(everything),
        serviceControlPolicies: [{ orgIdentifier: "ou-1", policies: named(documents.guardrail) }],
    };
    test.each(table)("%s: %s", async (expected, _, request) => {
        expect(await allows(attached, request)).toBe(expected);
    });
});

describe("the guardrail, as a permissions boundary", () => {
    const attached = {
        identityPolicies: named(everything),
        permissionBoundaryPolicies: named(documents.guardrail),
    };
    test.each(table)("%s: %s", async (expected, _, request) => {
        expect(await allows(attached, request)).toBe(expected);
    });
});

test("without accounts and sharers, no principal can share, and every principal can revoke", async () => {
    const attached = {
        identityPolicies: named(everything),
        serviceControlPolicies: [
            { orgIdentifier: "ou-1", policies: named(sharingPolicyDocuments({ accounts: [] }).guardrail) },
        ],
    };
    for (const context of [add(listed), publish]) {
        expect(await allows(attached, { principal: sharer, action: modify, context })).toBe(false);
    }
    const revoking = { principal: mallory, action: modify, context: { "ec2:Remove/userId": listed } };
    expect(await allows(attached, revoking)).toBe(true);
});
