import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import { describe, expect, test } from "vitest";
import { sharingPolicyDocuments, type PolicyDocument } from "../../sdk/sharing/documents";

const own = "123456789012";
const listed = "111122223333";
const foreign = "444455556666";
const documents = sharingPolicyDocuments({
    accounts: [listed],
    privateSharers: { groups: ["operators"], roles: ["sharer"], users: ["alice"] },
    publicSharers: { roles: [`arn:aws:iam::${own}:role/team/publisher`] },
});
const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
};

const snapshot = "arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0";
const image = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";
const role = `arn:aws:iam::${own}:role/dlm`;
const alice = `arn:aws:iam::${own}:user/alice`;
const sharer = `arn:aws:iam::${own}:role/sharer`;
const elsewhere = `arn:aws:iam::${own}:role/some/path/sharer`;
const publisher = `arn:aws:iam::${own}:role/team/publisher`;
const impostor = `arn:aws:iam::${foreign}:role/team/publisher`;
const mallory = `arn:aws:iam::${own}:user/mallory`;

const modify = "ec2:ModifySnapshotAttribute";
const add = (account: string) => ({ "ec2:Add/userId": account });
const publish = { "ec2:Add/group": "all" };
const toDlm = { "iam:PassedToService": "dlm.amazonaws.com" };

interface Asked {
    who: string;
    action: string;
    on?: string;
    context?: Record<string, string | string[]>;
}

type Attached = Pick<
    Simulation,
    "identityPolicies" | "serviceControlPolicies" | "permissionBoundaryPolicies" | "resourcePolicy"
>;

async function allows(attached: Partial<Attached>, { who, action, on = snapshot, context = {} }: Asked) {
    const answer = await runSimulation(
        {
            identityPolicies: [],
            serviceControlPolicies: [],
            resourceControlPolicies: [],
            ...attached,
            request: {
                principal: who,
                action,
                resource: { resource: on, accountId: own },
                contextVariables: { "aws:PrincipalArn": who, ...context },
            },
        },
        {},
    );
    if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
    // A key that the action does not have would be left out, and the answer be about another request.
    if (answer.resultType === "single") expect(answer.result.ignoredContextKeys).toEqual([]);
    return answer.overallResult === "Allowed";
}

const named = (policy: PolicyDocument) => [{ name: "policy", policy }];

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
            "note what was granted",
            {
                action: "ec2:CreateTags",
                context: { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-0a1b2c3d"] },
            },
        ],
        [
            "private",
            false,
            "write other tags",
            {
                action: "ec2:CreateTags",
                context: { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-0a1b2c3d", "Group"] },
            },
        ],
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
        const asked = (group: string, context: Record<string, string>) =>
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

/** Who else may do everything, and is held by the guardrail alone. */
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

test("with no account and no sharers, nobody shares anything with anybody, and everybody may revoke", async () => {
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
        'accounts: "prod" is no account id of 12 digits',
    );
});
