import { describe, expect, test } from "vitest";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import type { PolicyDocument } from "../../../sdk/sharing/policy-document";
import { allows, named, own, type Asked } from "../iam";

const listed = "111122223333";
const foreign = "444455556666";
const documents = sharingPolicyDocuments({
    accounts: [listed],
    privateSharers: { groups: ["operators"], roles: ["sharer"], users: ["alice"] },
    publicSharers: { roles: [`arn:aws:iam::${own}:role/team/publisher`] },
    deployers: { roles: ["deployer"] },
});
const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
};

const image = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";
const role = `arn:aws:iam::${own}:role/dlm`;
const alice = `arn:aws:iam::${own}:user/alice`;
const sharer = `arn:aws:iam::${own}:role/sharer`;
const elsewhere = `arn:aws:iam::${own}:role/some/path/sharer`;
const publisher = `arn:aws:iam::${own}:role/team/publisher`;
const impostor = `arn:aws:iam::${foreign}:role/team/publisher`;
const mallory = `arn:aws:iam::${own}:user/mallory`;
const deployer = `arn:aws:iam::${own}:role/deployer`;
const scheduled = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/nightly-dlm-1a2b3c4`;
const volume = `arn:aws:ec2:us-east-1:${own}:volume/vol-0123456789abcdef0`;

const modify = "ec2:ModifySnapshotAttribute";
const add = (...accounts: string[]) => ({ "ec2:Add/userId": accounts });
const tagged = (key: string) => ({ "aws:TagKeys": ["Name", key] });
const publish = { "ec2:Add/group": "all" };
const toDlm = { "iam:PassedToService": "dlm.amazonaws.com" };

describe("what is allowed", () => {
    test.each<["private" | "public", boolean, string, Omit<Asked, "who">]>([
        ["private", true, "share with a listed account", { action: modify, context: add(listed) }],
        ["private", false, "share with another account", { action: modify, context: add(foreign) }],
        ["private", false, "make public", { action: modify, context: publish }],
        [
            "private",
            false,
            "share and make public",
            { action: modify, context: { ...add(listed), ...publish } },
        ],
        [
            "private",
            true,
            "revoke any account",
            { action: modify, context: { "ec2:Remove/userId": foreign } },
        ],
        ["private", true, "make private again", { action: modify, context: { "ec2:Remove/group": "all" } }],
        ["private", true, "see the grants", { action: "ec2:DescribeSnapshotAttribute" }],
        ["private", true, "see snapshots", { action: "ec2:DescribeSnapshots", on: "*" }],
        [
            "private",
            true,
            "remove the tag of earlier versions",
            {
                action: "ec2:DeleteTags",
                context: { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-0a1b2c3d"] },
            },
        ],
        [
            "private",
            false,
            "remove other tags",
            {
                action: "ec2:DeleteTags",
                context: { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-0a1b2c3d", "Group"] },
            },
        ],
        [
            "private",
            false,
            "share with a listed and another account",
            { action: modify, context: add(listed, foreign) },
        ],
        ["private", false, "change grants that EC2 does not pass to IAM", { action: modify }],
        ["public", false, "change grants that EC2 does not pass to IAM", { action: modify }],
        ["private", false, "reset all grants", { action: "ec2:ResetSnapshotAttribute" }],
        ["private", false, "share an image", { action: "ec2:ModifyImageAttribute", on: image }],
        ["private", false, "delete", { action: "ec2:DeleteSnapshot" }],
        ["public", true, "make public", { action: modify, context: publish }],
        ["public", true, "make private again", { action: modify, context: { "ec2:Remove/group": "all" } }],
        ["public", false, "share with a listed account", { action: modify, context: add(listed) }],
        ["public", false, "both at once", { action: modify, context: { ...add(foreign), ...publish } }],
        ["public", false, "unblock", { action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" }],
    ])("%s sharers: %s to %s", async (kind, expected, _, asked) => {
        const attached = { identityPolicies: named(documents.allow[kind]) };
        expect(await allows(attached, { who: alice, ...asked })).toBe(expected);
    });

    test("with a group, only its snapshots can be shared, and any can be revoked", async () => {
        const { allow } = sharingPolicyDocuments({ accounts: [listed], group: "payments" });
        const attached = { identityPolicies: named(allow.private) };
        const asked = (group: string, context: Record<string, string | string[]>) =>
            allows(attached, {
                who: alice,
                action: modify,
                context: { "aws:ResourceTag/Group": group, ...context },
            });
        expect(await asked("payments", add(listed))).toBe(true);
        expect(await asked("billing", add(listed))).toBe(false);
        expect(await asked("billing", { "ec2:Remove/userId": listed })).toBe(true);
        expect(
            await allows(
                { identityPolicies: named(allow.public) },
                {
                    who: alice,
                    action: modify,
                    context: { "aws:ResourceTag/Group": "billing", ...publish },
                },
            ),
        ).toBe(false);
    });
});

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

describe("the key", () => {
    const key = `arn:aws:kms:us-east-1:${own}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const through = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
    const grant = { ...through, "kms:GrantIsForAWSResource": "true" };
    const user = (account: string) => `arn:aws:iam::${account}:role/restore`;
    test.each<[boolean, string, Asked]>([
        [
            true,
            "a listed account decrypts through EC2",
            { who: user(listed), action: "kms:Decrypt", context: through },
        ],
        [false, "and not by itself", { who: user(listed), action: "kms:Decrypt" }],
        [true, "it lets EC2 use the key", { who: user(listed), action: "kms:CreateGrant", context: grant }],
        [
            false,
            "and nobody else",
            {
                who: user(listed),
                action: "kms:CreateGrant",
                context: { ...through, "kms:GrantIsForAWSResource": "false" },
            },
        ],
        [
            false,
            "another account does not decrypt",
            { who: user(foreign), action: "kms:Decrypt", context: through },
        ],
        [
            false,
            "no account deletes the key",
            { who: user(listed), action: "kms:ScheduleKeyDeletion", context: through },
        ],
    ])("%s: %s", async (expected, _, asked) => {
        const attached = { identityPolicies: named(everything), resourcePolicy: documents.kms };
        expect(await allows(attached, { ...asked, on: key })).toBe(expected);
    });
});

test("what is no account id is refused, naming it", () => {
    expect(() => sharingPolicyDocuments({ accounts: ["prod"] })).toThrow(
        'accounts: "prod" is not an account id of 12 digits',
    );
    expect(() => sharingPolicyDocuments({ accounts: ["12345678901"] })).toThrow(
        'accounts: "12345678901" is not an account id of 12 digits: write it with all 12 digits in quotation marks',
    );
});

test.each([
    [{ roles: ["*"] }, 'privateSharers.roles: "*" is neither the name nor the ARN of a role'],
    [{ roles: ["deploy*"] }, 'privateSharers.roles: "deploy*" is neither'],
    [{ users: ["?"] }, 'privateSharers.users: "?" is neither the name nor the ARN of a user'],
    [{ groups: ["*"] }, 'privateSharers.groups: "*" is neither'],
    [{ roles: [`arn:aws:iam::${own}:role/*`] }, "is neither the name nor the ARN of a role"],
    [{ roles: ["arn:*"] }, "is neither the name nor the ARN of a role"],
    [{ roles: [`arn:aws:iam::${own}:user/alice`] }, "is neither the name nor the ARN of a role"],
])("a principal that excepts others, or nobody, is refused: %o", (privateSharers, message) => {
    expect(() => sharingPolicyDocuments({ accounts: [listed], privateSharers })).toThrow(message);
});

test("names with a path, and ARNs of roles in any account, are accepted", () => {
    const roles = [
        "team/publisher",
        "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_1a",
    ];
    expect(() => sharingPolicyDocuments({ accounts: [], privateSharers: { roles } })).not.toThrow();
});
