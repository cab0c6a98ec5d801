import { describe, expect, test } from "vitest";
import {
    missingKeyActions,
    matches,
    requiredKeyActions,
    parseKeyPolicy,
} from "../../../provider/aws/key-policy";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";

const account = "111122223333";
const root = `arn:aws:iam::${account}:root`;
const owner = {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::123456789012:root" },
    Action: "kms:*",
    Resource: "*",
};

function kept(...statements: object[]): string[] {
    return keptBy({ Version: "2012-10-17", Statement: statements });
}

function keptBy(policy: object): string[] {
    return missingKeyActions(account, parseKeyPolicy(JSON.stringify(policy)) ?? [], "eu-west-1");
}

const allow = (more: object) => ({ Effect: "Allow", Action: "kms:*", Resource: "*", ...more });
const deny = (more: object) => ({ Effect: "Deny", Action: "kms:*", Resource: "*", ...more });

test("a key policy with its own account only denies other accounts", () => {
    expect(kept(owner)).toEqual(requiredKeyActions);
    expect(keptBy({ Statement: owner })).toEqual(requiredKeyActions);
    expect(keptBy({})).toEqual(requiredKeyActions);
});

test("the key statements of sharingPolicyDocuments allow the listed accounts and no other", () => {
    const { Statement } = sharingPolicyDocuments({ accounts: [account], privateSharers: {} }).kms;
    expect(kept(owner, ...Statement)).toEqual([]);
    const others = sharingPolicyDocuments({ accounts: ["444455556666"], privateSharers: {} }).kms;
    expect(kept(owner, ...others.Statement)).toEqual(requiredKeyActions);
});

test.each<[string, object]>([
    ["the account id", { Principal: { AWS: account } }],
    [
        "the account root and other principals",
        { Principal: { AWS: ["arn:aws:iam::444455556666:root", root] } },
    ],
    ["a role of the account", { Principal: { AWS: `arn:aws:iam::${account}:role/reader` } }],
    ["all principals", { Principal: "*" }],
    ["every account", { Principal: { AWS: "*" } }],
    ["all principals except another account", { NotPrincipal: { AWS: "arn:aws:iam::444455556666:root" } }],
    [
        "all principals of this account",
        { Principal: "*", Condition: { StringEquals: { "kms:CallerAccount": account } } },
    ],
    [
        "all principals of an organization",
        { Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
    ],
    [
        "the account through EC2",
        { Principal: { AWS: root }, Condition: { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com" } } },
    ],
    [
        "the action in another letter case",
        { Principal: { AWS: root }, Action: ["KMS:create*", "kms:De*", "kms:ReEncrypt????"] },
    ],
    [
        "NotAction with a wildcard",
        { Principal: { AWS: root }, Action: undefined, NotAction: "kms:Schedule*" },
    ],
])("a policy that allows %s lacks no required action", (_who, statement) => {
    expect(kept(owner, allow(statement))).toEqual([]);
});

test.each<[string, object, string[]]>([
    ["another account", { Principal: { AWS: "arn:aws:iam::444455556666:root" } }, requiredKeyActions],
    ["a service", { Principal: { Service: "ec2.amazonaws.com" } }, requiredKeyActions],
    [
        "all principals of another account",
        { Principal: "*", Condition: { StringEquals: { "kms:CallerAccount": ["444455556666"] } } },
        requiredKeyActions,
    ],
    [
        "the account through another service",
        {
            Principal: { AWS: root },
            Condition: { StringEquals: { "kms:ViaService": "rds.eu-west-1.amazonaws.com" } },
        },
        requiredKeyActions,
    ],
    [
        "the account to read only",
        { Principal: { AWS: root }, Action: ["kms:Decrypt", "kms:DescribeKey"] },
        ["kms:CreateGrant", "kms:ReEncryptFrom"],
    ],
])("a policy that allows %s lacks the other required actions", (_who, statement, missing) => {
    expect(kept(owner, allow(statement))).toEqual(missing);
});

test("only an unconditional deny for the complete account counts", () => {
    const open = allow({ Principal: { AWS: root } });
    expect(kept(open, deny({ Principal: "*", Action: "kms:CreateGrant" }))).toEqual(["kms:CreateGrant"]);
    expect(kept(open, deny({ Principal: { AWS: root } }))).toEqual(requiredKeyActions);
    expect(kept(open, deny({ Principal: { AWS: account } }))).toEqual(requiredKeyActions);
    const elsewhere = { Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } };
    expect(kept(open, deny(elsewhere))).toEqual([]);
    expect(kept(open, deny({ Principal: { AWS: `arn:aws:iam::${account}:role/reader` } }))).toEqual([]);
});

test.each<[string, string]>([
    ["invalid JSON", "{"],
    ["a value that is not an object", "null"],
    ["an invalid statement", '{"Statement": [null]}'],
    ["an invalid effect", '{"Statement": {"Effect": "Maybe"}}'],
    ["a principal that is a number", '{"Statement": {"Effect": "Allow", "Principal": 5}}'],
    ["a principal with a number", '{"Statement": {"Effect": "Allow", "Principal": {"AWS": [5]}}}'],
    ["an action that is an object", '{"Statement": {"Effect": "Allow", "Action": {}}}'],
    ["a condition that is a list", '{"Statement": {"Effect": "Allow", "Condition": []}}'],
    ["an operator without keys", '{"Statement": {"Effect": "Allow", "Condition": {"StringLike": null}}}'],
])("%s is rejected as a policy", (_what, text) => {
    expect(parseKeyPolicy(text)).toBeUndefined();
});

test("a condition on a key named constructor, or with a value that is not a string, is treated as met", () => {
    const condition = { StringEquals: { constructor: "x" }, Bool: { "kms:GrantIsForAWSResource": true } };
    expect(kept(allow({ Principal: { AWS: root }, Condition: condition }))).toEqual([]);
});

test.each(["StringNotEquals", "StringNotLike", "ForAnyValue:StringEquals"])(
    "a condition with %s, which is not evaluated, is treated as met",
    (operator) => {
        const condition = { [operator]: { "kms:CallerAccount": "444455556666" } };
        expect(kept(allow({ Principal: "*", Condition: condition }))).toEqual([]);
    },
);

describe("patterns of IAM", () => {
    test.each([
        ["kms:*", "kms:Decrypt", true],
        ["*", "", true],
        ["k?s:Dec*t", "kms:Decrypt", true],
        ["*crypt", "kms:Decrypt", true],
        ["*cry", "kms:Decrypt", false],
        ["kms:Decrypt?", "kms:Decrypt", false],
        ["kms:*r*p*t**", "kms:Decrypt", true],
        ["kms:[A-Z]+", "kms:Decrypt", false],
        ["KMS:DECRYPT", "kms:Decrypt", true],
    ])("%s matches %s: %s", (pattern, text, expected) => {
        expect(matches(pattern, text)).toBe(expected);
    });

    test("a policy of 32 KiB of wildcards is evaluated in less than a second", () => {
        const hostile = `${"*e".repeat(16_000)}!`;
        const started = performance.now();
        const statement = allow({
            Principal: { AWS: root },
            Action: Array.from({ length: 10 }, () => hostile),
        });
        expect(kept(statement)).toEqual(requiredKeyActions);
        expect(performance.now() - started).toBeLessThan(1_000);
    });
});
