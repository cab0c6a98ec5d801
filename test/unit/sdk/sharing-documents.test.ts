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
    modify,
    publish,
} from "./sharing-requests";

describe("what is allowed", () => {
    test.each<["private" | "public", boolean, string, Omit<IamRequest, "principal">]>([
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
        ["private", false, "change grants without condition keys", { action: modify }],
        ["public", false, "change grants without condition keys", { action: modify }],
        ["private", false, "reset all grants", { action: "ec2:ResetSnapshotAttribute" }],
        ["private", false, "share an AMI", { action: "ec2:ModifyImageAttribute", on: image }],
        ["private", false, "delete", { action: "ec2:DeleteSnapshot" }],
        ["public", true, "make public", { action: modify, context: publish }],
        ["public", true, "make private again", { action: modify, context: { "ec2:Remove/group": "all" } }],
        ["public", false, "share with a listed account", { action: modify, context: add(listed) }],
        ["public", false, "both at once", { action: modify, context: { ...add(foreign), ...publish } }],
        ["public", false, "unblock", { action: "ec2:DisableSnapshotBlockPublicAccess", on: "*" }],
    ])("%s sharers: %s to %s", async (kind, expected, _, request) => {
        const attached = { identityPolicies: named(documents.allow[kind]) };
        expect(await allows(attached, { principal: alice, ...request })).toBe(expected);
    });

    test("with a group, only its snapshots can be shared, and any share can be revoked", async () => {
        const { allow } = sharingPolicyDocuments({ accounts: [listed], group: "payments" });
        const attached = { identityPolicies: named(allow.private) };
        const isAllowed = (group: string, context: Record<string, string | string[]>) =>
            allows(attached, {
                principal: alice,
                action: modify,
                context: { "aws:ResourceTag/Group": group, ...context },
            });
        expect(await isAllowed("payments", add(listed))).toBe(true);
        expect(await isAllowed("billing", add(listed))).toBe(false);
        expect(await isAllowed("billing", { "ec2:Remove/userId": listed })).toBe(true);
        expect(
            await allows(
                { identityPolicies: named(allow.public) },
                {
                    principal: alice,
                    action: modify,
                    context: { "aws:ResourceTag/Group": "billing", ...publish },
                },
            ),
        ).toBe(false);
    });
});

describe("the key", () => {
    const key = `arn:aws:kms:us-east-1:${own}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const through = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
    const grant = { ...through, "kms:GrantIsForAWSResource": "true" };
    const user = (account: string) => `arn:aws:iam::${account}:role/restore`;
    test.each<[boolean, string, IamRequest]>([
        [
            true,
            "a listed account decrypts through EC2",
            { principal: user(listed), action: "kms:Decrypt", context: through },
        ],
        [
            false,
            "a listed account does not decrypt directly",
            { principal: user(listed), action: "kms:Decrypt" },
        ],
        [
            true,
            "a listed account lets EC2 use the key",
            { principal: user(listed), action: "kms:CreateGrant", context: grant },
        ],
        [
            false,
            "a listed account lets no other principal use the key",
            {
                principal: user(listed),
                action: "kms:CreateGrant",
                context: { ...through, "kms:GrantIsForAWSResource": "false" },
            },
        ],
        [
            false,
            "another account does not decrypt",
            { principal: user(foreign), action: "kms:Decrypt", context: through },
        ],
        [
            false,
            "no account deletes the key",
            { principal: user(listed), action: "kms:ScheduleKeyDeletion", context: through },
        ],
    ])("%s: %s", async (expected, _, request) => {
        const attached = { identityPolicies: named(everything), resourcePolicy: documents.kms };
        expect(await allows(attached, { ...request, on: key })).toBe(expected);
    });
});

test("an invalid account id is rejected with its value", () => {
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
])("a principal with a wildcard or without a name is rejected: %o", (privateSharers, message) => {
    expect(() => sharingPolicyDocuments({ accounts: [listed], privateSharers })).toThrow(message);
});

test("names with a path, and ARNs of roles in any account, are accepted", () => {
    const roles = [
        "team/publisher",
        "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_1a",
    ];
    expect(() => sharingPolicyDocuments({ accounts: [], privateSharers: { roles } })).not.toThrow();
});
