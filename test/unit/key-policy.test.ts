import { expect, test } from "vitest";
import { keptFrom, neededOfKey } from "../../provider/ec2/key-policy";
import { sharingPolicyDocuments } from "../../sdk/sharing/documents";

const account = "111122223333";
const root = `arn:aws:iam::${account}:root`;
const owner = {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::123456789012:root" },
    Action: "kms:*",
    Resource: "*",
};

function kept(...statements: object[]): string[] {
    return keptFrom(account, JSON.stringify({ Version: "2012-10-17", Statement: statements }), "eu-west-1");
}

const allow = (more: object) => ({ Effect: "Allow", Action: "kms:*", Resource: "*", ...more });
const deny = (more: object) => ({ Effect: "Deny", Action: "kms:*", Resource: "*", ...more });

test("a key whose policy names its own account alone is closed to others", () => {
    expect(kept(owner)).toEqual(neededOfKey);
    expect(keptFrom(account, JSON.stringify({ Statement: owner }), "eu-west-1")).toEqual(neededOfKey);
    expect(keptFrom(account, "{}", "eu-west-1")).toEqual(neededOfKey);
});

test("what sharingPolicyDocuments gives for keys opens them to the listed accounts, and to no other", () => {
    const { Statement } = sharingPolicyDocuments({ accounts: [account], privateSharers: {} }).kms;
    expect(kept(owner, ...Statement)).toEqual([]);
    const others = sharingPolicyDocuments({ accounts: ["444455556666"], privateSharers: {} }).kms;
    expect(kept(owner, ...others.Statement)).toEqual(neededOfKey);
});

test.each<[string, object]>([
    ["its id", { Principal: { AWS: account } }],
    ["its root, among others", { Principal: { AWS: ["arn:aws:iam::444455556666:root", root] } }],
    ["one of its roles", { Principal: { AWS: `arn:aws:iam::${account}:role/reader` } }],
    ["everybody", { Principal: "*" }],
    ["every account", { Principal: { AWS: "*" } }],
    ["everybody but another", { NotPrincipal: { AWS: "arn:aws:iam::444455556666:root" } }],
    [
        "everybody of this account",
        { Principal: "*", Condition: { StringEquals: { "kms:CallerAccount": account } } },
    ],
    [
        "everybody of an organization",
        { Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
    ],
    [
        "it through EC2",
        { Principal: { AWS: root }, Condition: { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com" } } },
    ],
    [
        "it, with other letters",
        { Principal: { AWS: root }, Action: ["KMS:create*", "kms:De*", "kms:ReEncrypt????"] },
    ],
    [
        "it, all but the end of the key",
        { Principal: { AWS: root }, Action: undefined, NotAction: "kms:Schedule*" },
    ],
])("a policy that allows %s keeps nothing", (_who, statement) => {
    expect(kept(owner, allow(statement))).toEqual([]);
});

test.each<[string, object, string[]]>([
    ["another account", { Principal: { AWS: "arn:aws:iam::444455556666:root" } }, neededOfKey],
    ["a service", { Principal: { Service: "ec2.amazonaws.com" } }, neededOfKey],
    [
        "everybody of another account",
        { Principal: "*", Condition: { StringEquals: { "kms:CallerAccount": ["444455556666"] } } },
        neededOfKey,
    ],
    [
        "it through another service",
        {
            Principal: { AWS: root },
            Condition: { StringEquals: { "kms:ViaService": "rds.eu-west-1.amazonaws.com" } },
        },
        neededOfKey,
    ],
    [
        "it to read alone",
        { Principal: { AWS: root }, Action: ["kms:Decrypt", "kms:DescribeKey"] },
        ["kms:CreateGrant", "kms:ReEncryptFrom"],
    ],
])("a policy that allows %s keeps what is missing", (_who, statement, missing) => {
    expect(kept(owner, allow(statement))).toEqual(missing);
});

test("a deny without a condition holds; one that may not be met, or that names a part of the account, does not", () => {
    const open = allow({ Principal: { AWS: root } });
    expect(kept(open, deny({ Principal: "*", Action: "kms:CreateGrant" }))).toEqual(["kms:CreateGrant"]);
    expect(kept(open, deny({ Principal: { AWS: root } }))).toEqual(neededOfKey);
    expect(kept(open, deny({ Principal: { AWS: account } }))).toEqual(neededOfKey);
    const elsewhere = { Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } };
    expect(kept(open, deny(elsewhere))).toEqual([]);
    expect(kept(open, deny({ Principal: { AWS: `arn:aws:iam::${account}:role/reader` } }))).toEqual([]);
});
