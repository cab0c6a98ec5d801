import { output } from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeFailure } from "../../../schema/failure";
import {
    checkSharedSnapshotCopies,
    type SharedSnapshotCopiesInputs,
} from "../../../schema/shared-snapshot-copies";
import { copyPolicyDetails } from "../../../sdk/shared-snapshot-copies/policy";

const accounts = { production: "111122223333" };
const role = "arn:aws:iam::123456789012:role/copies";
const key = "arn:aws:kms:eu-west-1:123456789012:key/1";
const ireland = { region: "eu-west-1", keep: "30 days" };
const args = { fromAccounts: ["production"], copyTo: [ireland] };

/** Returns the failures of arguments as text. */
const failuresOf = (given: unknown) =>
    checkSharedSnapshotCopies(given as SharedSnapshotCopiesInputs, accounts).map((failure) =>
        describeFailure(failure),
    );

test.each<[string, object]>([
    ["the smallest arguments", args],
    [
        "all arguments",
        {
            fromAccounts: ["production", "444455556666"],
            copyTo: [
                { ...ireland, encrypted: true, kmsKeyId: key },
                { region: "us-gov-west-1", keep: "36500 days", encrypted: false },
                { region: "eu-north-1", keep: "1 day", encrypted: true },
            ],
            descriptionMatches: ".*production.*",
            permissionsBoundary: "arn:aws:iam::123456789012:policy/bound",
            credentials: { profile: "backup" },
            description: "copies of production",
            enabled: false,
        },
    ],
    ["unknown values", { ...args, fromAccounts: [output("1")], role: output("a") }],
    ["an unknown key", { ...args, copyTo: [{ ...ireland, encrypted: true, kmsKeyId: output("k") }] }],
    ["a flag", { ...args, descriptionMatches: "(?i).*production.*" }],
    ["a group with flags, an atomic group", { ...args, descriptionMatches: "(?i:prod)(?>uction).*" }],
    ["a possessive quantifier", { ...args, descriptionMatches: "[a-z]++ \\++.*" }],
])("accepts %s", (_, given) => {
    expect(failuresOf(given)).toEqual([]);
});

const anId = 'an id of 12 digits or an alias of ebs-snapshots:accounts ("production")';
const aRegularExpression = 'a regular expression of 1 to 1,000 characters such as ".*production.*"';

test.each<[string, object]>([
    ["fromAccounts is required", { copyTo: [ireland] }],
    ["copyTo is required", { fromAccounts: ["production"] }],
    ["fromAccounts is [], but must be a list of at least 1", { ...args, fromAccounts: [] }],
    [
        "fromAccounts has 51 entries, but the maximum is 50",
        { ...args, fromAccounts: Array(51).fill("production") },
    ],
    [
        `fromAccounts[0] is "prodution", but must be ${anId}. Did you mean "production"?`,
        { ...args, fromAccounts: ["prodution"] },
    ],
    [
        'fromAccounts[1] is "111122223333", which another entry names too',
        { ...args, fromAccounts: ["production", "111122223333"] },
    ],
    ["copyTo is [], but must be a list of at least 1", { ...args, copyTo: [] }],
    [
        "copyTo has 4 entries, but the maximum is 3",
        { ...args, copyTo: ["a", "b", "c", "d"].map((zone) => ({ ...ireland, region: `eu-${zone}-1` })) },
    ],
    ['copyTo[1].region is "eu-west-1", which another copy has too', { ...args, copyTo: [ireland, ireland] }],
    ["copyTo[0].keep is required", { ...args, copyTo: [{ region: "eu-west-1" }] }],
    [
        'copyTo[0].keep is 14, but must be an age in whole days such as "30 days", at most "36500 days"',
        { ...args, copyTo: [{ ...ireland, keep: 14 }] },
    ],
    ["copyTo[0].kmsKeyId requires encrypted: true", { ...args, copyTo: [{ ...ireland, kmsKeyId: key }] }],
    [
        `copyTo[0].kmsKeyId is "${key}", but must be the ARN of a KMS key in eu-north-1`,
        { ...args, copyTo: [{ ...ireland, region: "eu-north-1", encrypted: true, kmsKeyId: key }] },
    ],
    [
        `descriptionMatches is "(prod", but must be ${aRegularExpression}: Unterminated group`,
        { ...args, descriptionMatches: "(prod" },
    ],
    [`descriptionMatches is "", but must be ${aRegularExpression}`, { ...args, descriptionMatches: "" }],
    [
        "permissionsBoundary is for the role that is created without role. Remove one of the two",
        { ...args, role, permissionsBoundary: "arn:aws:iam::aws:policy/Bound" },
    ],
    [`role is "copies", but must be the ARN of a role`, { ...args, role: "copies" }],
    ["enabled is null. Omit it instead", { ...args, enabled: null }],
])("rejects at the invalid argument: %s", (message, given) => {
    expect(failuresOf(given)).toContain(message);
});

test("an unknown argument is rejected with a suggestion", () => {
    expect(failuresOf({ ...args, fromAccount: ["production"] }).join()).toContain(
        "Did you mean `fromAccounts`?",
    );
});

test("checks handle any input with messages, and accepted inputs can be translated", () => {
    const part = fc.oneof(
        fc.constantFrom<unknown>("production", ireland, [ireland], role, ".*"),
        fc.jsonValue(),
    );
    const given = fc.record(
        {
            fromAccounts: fc.oneof(fc.constant(["production"]), part),
            copyTo: fc.oneof(fc.constant([ireland]), part),
            descriptionMatches: part,
            role: part,
            enabled: part,
        },
        { requiredKeys: [] },
    );
    fc.assert(
        fc.property(given, (one) => {
            const failures = failuresOf(one);
            for (const failure of failures) expect(failure).not.toContain("undefined");
            if (failures.length > 0) return;
            const { fromAccounts, ...rest } = one as SharedSnapshotCopiesInputs;
            expect(() => copyPolicyDetails("a", fromAccounts, rest)).not.toThrow();
        }),
        { numRuns: 500 },
    );
});
