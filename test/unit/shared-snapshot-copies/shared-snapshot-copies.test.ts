import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SharedSnapshotCopies, type SharedSnapshotCopiesArgs } from "../../../sdk";
import { inputsOf, mockEngine, registeredNames, registrations, valueOf, waitForRPCs } from "../pulumi-mocks";

beforeEach(async () => {
    await mockEngine(({ name }) => ({ arn: `arn:${name}` }));
    pulumi.runtime.setAllConfig({ "ebs-snapshots:accounts": '{"production":111122223333}' });
});

// The mocks of the next test do not contain the registrations of this one.
afterEach(() => waitForRPCs());

async function registerCopies(args: SharedSnapshotCopiesArgs, opts?: pulumi.ComponentResourceOptions) {
    const component = new SharedSnapshotCopies("prod/copies", args, opts);
    const { policyId, roleArn, urn } = component;
    const outputs = await valueOf(pulumi.output({ policyId, roleArn, urn }));
    await waitForRPCs();
    return { outputs, names: registeredNames().sort() };
}

const args: SharedSnapshotCopiesArgs = {
    fromAccounts: ["production", pulumi.output("444455556666")],
    copyTo: [
        {
            region: "eu-west-1",
            keep: "90 days",
            encrypted: true,
            kmsKeyId: pulumi.output("arn:aws:kms:eu-west-1:123456789012:key/1"),
        },
        { region: "eu-north-1", keep: "7 days" },
    ],
};

const role = "arn:aws:iam::123456789012:role/copies";

test("with an explicit role, the only child is the policy with accounts, regions and retention", async () => {
    const { outputs, names } = await registerCopies({ ...args, role, descriptionMatches: ".*production.*" });
    expect(names).toEqual(["LifecyclePolicy prod/copies", "SharedSnapshotCopies prod/copies"]);
    expect(outputs).toMatchObject({ policyId: "prod/copies-id", roleArn: role });
    expect(outputs.urn).toContain("ebs-snapshots:index:SharedSnapshotCopies::prod/copies");
    expect(inputsOf("ebs:LifecyclePolicy", "prod/copies")).toMatchObject({
        description: "prod-copies",
        executionRoleArn: role,
        state: "ENABLED",
        policyType: "EVENT_BASED_POLICY",
        policyDetails: {
            eventSource: {
                type: "MANAGED_CWE",
                parameters: {
                    eventType: "shareSnapshot",
                    snapshotOwner: ["111122223333", "444455556666"],
                    descriptionRegex: ".*production.*",
                },
            },
            actions: [
                {
                    name: "prod-copies",
                    crossRegionCopy: [
                        {
                            target: "eu-west-1",
                            encryptionConfiguration: {
                                encrypted: true,
                                cmkArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
                            },
                            retainRule: { interval: 90, intervalUnit: "DAYS" },
                        },
                        {
                            target: "eu-north-1",
                            encryptionConfiguration: { encrypted: false },
                            retainRule: { interval: 7, intervalUnit: "DAYS" },
                        },
                    ],
                },
            ],
        },
    });
});

test("without a role, it creates one that only DLM can assume and that deletes only copies of this policy", async () => {
    const permissionsBoundary = "arn:aws:iam::123456789012:policy/bound";
    const { outputs, names } = await registerCopies({ ...args, permissionsBoundary, enabled: false });
    expect(names).toEqual([
        "LifecyclePolicy prod/copies",
        "Role prod/copies-dlm",
        "RolePolicy prod/copies-dlm",
        "RolePolicy prod/copies-dlm-expiry",
        "SharedSnapshotCopies prod/copies",
    ]);
    expect(outputs).toMatchObject({ roleArn: "arn:prod/copies-dlm" });
    const trusted = inputsOf("iam/role:Role", "prod/copies-dlm");
    expect(trusted).toMatchObject({ permissionsBoundary, path: "/pulumi-ebs-snapshots/" });
    expect(JSON.parse(trusted["assumeRolePolicy"] as string)).toMatchObject({
        Statement: [
            {
                Principal: { Service: "dlm.amazonaws.com" },
                Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
            },
        ],
    });
    const policy = inputsOf("ebs:LifecyclePolicy", "prod/copies");
    expect(policy).toMatchObject({ state: "DISABLED", executionRoleArn: "arn:prod/copies-dlm" });
    expect(policy["policyDetails"]).toMatchObject({
        eventSource: { parameters: { descriptionRegex: ".*" } },
    });
    const expiry = inputsOf("RolePolicy", "prod/copies-dlm-expiry")["policy"] as string;
    expect(JSON.parse(expiry)).toMatchObject({
        Statement: [
            {
                Action: ["ec2:DeleteSnapshot"],
                Condition: {
                    StringEquals: { "aws:ResourceTag/aws:dlm:lifecycle-policy-id": ["prod/copies-id"] },
                },
            },
        ],
    });
});

test("an explicit provider passes its region and profile to the policy", async () => {
    const provider = new aws.Provider("ireland", { region: "eu-west-1", profile: "backup" });
    await registerCopies({ ...args, role }, { providers: [provider] });
    expect(inputsOf("ebs:LifecyclePolicy", "prod/copies")).toMatchObject({
        region: "us-east-1",
        credentials: { profile: "backup" },
    });
});

describe("is rejected before anything is created", () => {
    test.each<[string, Partial<SharedSnapshotCopiesArgs>]>([
        ["fromAccounts[0] is", { fromAccounts: ["staging"] }],
        ["copyTo is", { copyTo: [] }],
    ])("%s", async (message, more) => {
        expect(() => new SharedSnapshotCopies("bad", { ...args, ...more })).toThrow(
            `ebs-snapshots:index:SharedSnapshotCopies "bad":\n${message}`,
        );
        await waitForRPCs();
        expect(registrations).toEqual([]);
    });
});
