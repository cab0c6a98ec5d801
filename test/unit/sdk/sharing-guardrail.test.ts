import { describe, expect, test } from "vitest";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import { allows, named, own, type Asked } from "../iam";
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

/** Principals that may do everything else, so that the guardrail alone limits them. */
const table: [boolean, string, Asked][] = [
    [
        true,
        "a private sharer shares with a listed account",
        { who: sharer, action: modify, context: add(listed) },
    ],
    [true, "so does one of that name under a path", { who: elsewhere, action: modify, context: add(listed) }],
    [true, "so does a user", { who: alice, action: modify, context: add(listed) }],
    [
        false,
        "a private sharer shares with another account",
        { who: sharer, action: modify, context: add(foreign) },
    ],
    [false, "a private sharer makes public", { who: sharer, action: modify, context: publish }],
    [true, "a public sharer makes public", { who: publisher, action: modify, context: publish }],
    [false, "one of that name in another account does", { who: impostor, action: modify, context: publish }],
    [
        false,
        "a public sharer shares with a listed account",
        { who: publisher, action: modify, context: add(listed) },
    ],
    [
        false,
        "anyone else shares with a listed account",
        { who: mallory, action: modify, context: add(listed) },
    ],
    [false, "anyone else makes public", { who: mallory, action: modify, context: publish }],
    [true, "anyone revokes", { who: mallory, action: modify, context: { "ec2:Remove/userId": foreign } }],
    [true, "anyone makes private", { who: mallory, action: modify, context: { "ec2:Remove/group": "all" } }],
    [false, "anyone else resets all grants", { who: mallory, action: "ec2:ResetSnapshotAttribute" }],
    [true, "a sharer resets all grants", { who: sharer, action: "ec2:ResetSnapshotAttribute" }],
    [false, "anyone else shares an image", { who: mallory, action: "ec2:ModifyImageAttribute", on: image }],
    [
        false,
        "a private sharer does, which EC2 cannot limit",
        { who: sharer, action: "ec2:ModifyImageAttribute", on: image },
    ],
    [
        false,
        "anyone else unblocks public access",
        { who: mallory, action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        false,
        "anyone else blocks less of it",
        { who: mallory, action: "ec2:EnableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        true,
        "a public sharer unblocks it",
        { who: publisher, action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" },
    ],
    [
        false,
        "anyone else passes a role to DLM",
        { who: mallory, action: "iam:PassRole", on: role, context: toDlm },
    ],
    [
        true,
        "anyone passes a role to something else",
        {
            who: mallory,
            action: "iam:PassRole",
            on: role,
            context: { "iam:PassedToService": "ec2.amazonaws.com" },
        },
    ],
    [
        true,
        "a private sharer passes a role to DLM",
        { who: sharer, action: "iam:PassRole", on: role, context: toDlm },
    ],
    [
        false,
        "anyone else changes a lifecycle policy",
        {
            who: mallory,
            action: "dlm:UpdateLifecyclePolicy",
            on: `arn:aws:dlm:us-east-1:${own}:policy/policy-0123456789abcdef0`,
        },
    ],
    [
        false,
        "a private sharer shares with a listed and another account",
        { who: sharer, action: modify, context: add(listed, foreign) },
    ],
    [false, "a private sharer changes grants that EC2 does not pass to IAM", { who: sharer, action: modify }],
    [false, "anyone else changes grants that EC2 does not pass to IAM", { who: mallory, action: modify }],
    [
        false,
        "anyone else stores an image in a bucket",
        { who: mallory, action: "ec2:CreateStoreImageTask", on: image },
    ],
    [false, "anyone else exports an image", { who: mallory, action: "ec2:ExportImage", on: image }],
    [
        false,
        "anyone else exports an instance",
        {
            who: mallory,
            action: "ec2:CreateInstanceExportTask",
            on: `arn:aws:ec2:us-east-1:${own}:instance/i-0123456789abcdef0`,
        },
    ],
    ...["ec2:CreateTags", "ec2:DeleteTags"].flatMap((action): [boolean, string, Asked][] => [
        [
            false,
            `anyone else calls ${action} with a key of this package on a volume`,
            { who: mallory, action, on: volume, context: tagged("pulumi-ebs-snapshots:recovery") },
        ],
        [
            false,
            `anyone else calls ${action} with a key of this package on a snapshot`,
            { who: mallory, action, context: tagged("pulumi-ebs-snapshots:schedule") },
        ],
        [
            true,
            `anyone calls ${action} with other keys`,
            { who: mallory, action, on: volume, context: tagged("Owner") },
        ],
        ...[deployer, sharer, scheduled].map((who): [boolean, string, Asked] => [
            true,
            `${who} calls ${action} with a key of this package`,
            { who, action, on: volume, context: tagged("pulumi-ebs-snapshots:recovery") },
        ]),
    ]),
    ...["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy"].flatMap(
        (action): [boolean, string, Asked][] => [
            [
                false,
                `anyone else calls ${action} on a role of a schedule`,
                { who: mallory, action, on: scheduled },
            ],
            [
                true,
                `a deployer calls ${action} on a role of a schedule`,
                { who: deployer, action, on: scheduled },
            ],
            [true, `anyone calls ${action} on another role`, { who: mallory, action, on: role }],
        ],
    ),
    [true, "anyone does what is no sharing", { who: mallory, action: "ec2:DeleteSnapshot" }],
];

describe("the guardrail, as a service control policy", () => {
    const attached = {
        identityPolicies: named(everything),
        serviceControlPolicies: [{ orgIdentifier: "ou-1", policies: named(documents.guardrail) }],
    };
    test.each(table)("%s: %s", async (expected, _, asked) => {
        expect(await allows(attached, asked)).toBe(expected);
    });
});

describe("the guardrail, as a permissions boundary", () => {
    const attached = {
        identityPolicies: named(everything),
        permissionBoundaryPolicies: named(documents.guardrail),
    };
    test.each(table)("%s: %s", async (expected, _, asked) => {
        expect(await allows(attached, asked)).toBe(expected);
    });
});

test("without accounts and sharers, nobody can share, and everybody can revoke", async () => {
    const attached = {
        identityPolicies: named(everything),
        serviceControlPolicies: [
            { orgIdentifier: "ou-1", policies: named(sharingPolicyDocuments({ accounts: [] }).guardrail) },
        ],
    };
    for (const context of [add(listed), publish]) {
        expect(await allows(attached, { who: sharer, action: modify, context })).toBe(false);
    }
    const revoking = { who: mallory, action: modify, context: { "ec2:Remove/userId": listed } };
    expect(await allows(attached, revoking)).toBe(true);
});
