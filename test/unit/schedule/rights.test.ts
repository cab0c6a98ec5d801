import { describe, expect, test } from "vitest";
import { everything, nightly } from "./schedules";
import { inputsOf } from "../pulumi-mocks";
import { allowed, registerSchedule } from "./register-schedule";

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

describe("the permissions of DLM", () => {
    test("are limited to the targets and to resources with the schedule's tag", async () => {
        await registerSchedule("r", { targets: { anyTag: { Backup: ["a", "b"] } }, rules: [nightly] });
        const { actions, of } = allowed(inputsOf(rolePolicy, "r-dlm"));
        expect([...new Set(actions)].sort()).toEqual([
            "ec2:CreateSnapshot",
            "ec2:CreateTags",
            "ec2:DeleteSnapshot",
            "ec2:DescribeInstances",
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncrypt*",
        ]);
        expect(of("ec2:CreateSnapshot")[0]).toMatchObject({
            Resource: "arn:aws:ec2:us-east-1:123456789012:volume/*",
            Condition: { StringEquals: { "aws:ResourceTag/Backup": ["a", "b"] } },
        });
        expect(of("ec2:DeleteSnapshot")).toEqual([
            {
                Effect: "Allow",
                Action: ["ec2:DeleteSnapshot"],
                Resource: ["arn:aws:ec2:us-east-1::snapshot/*"],
                Condition: {
                    StringEquals: {
                        "aws:ResourceTag/pulumi-ebs-snapshots:schedule": "organization/project/test/r",
                    },
                    StringLike: { "aws:ResourceTag/aws:dlm:lifecycle-policy-id": "policy-*" },
                },
            },
        ]);
    });

    test("are extended only for declared features", async () => {
        await registerSchedule("f", everything);
        const { actions, of } = allowed(inputsOf(rolePolicy, "f-dlm"));
        for (const action of ["CopySnapshot", "ModifySnapshotAttribute", "ModifySnapshotTier"])
            expect(actions).toContain(`ec2:${action}`);
        expect(actions).toContain("ec2:EnableFastSnapshotRestores");
        expect(of("ec2:DeleteSnapshot")[0]!.Resource).toEqual([
            "arn:aws:ec2:eu-west-1::snapshot/*",
            "arn:aws:ec2:us-east-1::snapshot/*",
        ]);
        expect(of("ec2:ModifySnapshotAttribute")[0]!.Condition!["ForAllValues:StringEquals"]).toEqual({
            "ec2:Add/userId": ["111122223333", "444455556666"],
        });
        expect(of("kms:CreateGrant")[0]!.Condition).toMatchObject({
            Bool: { "kms:GrantIsForAWSResource": "true" },
        });
        expect(actions.filter((action) => action.startsWith("ssm:"))).toEqual([]);
    });

    test("to create and delete volumes are limited to the schedule's own", async () => {
        await registerSchedule("v", everything);
        const { of } = allowed(inputsOf(rolePolicy, "v-recovery"));
        const id = "organization/project/test/v";
        expect(of("ec2:CreateVolume").map(({ Condition }) => Condition)).toEqual([
            {
                StringEquals: {
                    "aws:ResourceTag/aws:dlm:lifecycle-policy-id": ["v-nightly-id", "v-critical-id"],
                },
            },
            { StringEquals: { "aws:RequestTag/pulumi-ebs-snapshots:recovery": id } },
        ]);
        expect(of("ec2:DeleteVolume").map(({ Condition }) => Condition)).toEqual([
            { StringEquals: { "aws:ResourceTag/pulumi-ebs-snapshots:recovery": id } },
        ]);
        expect(of("ec2:CreateTags").map(({ Condition }) => Condition)).toEqual([
            { StringEquals: { "ec2:CreateAction": "CreateVolume" } },
            {
                StringEquals: { "aws:ResourceTag/pulumi-ebs-snapshots:recovery": id },
                "ForAllValues:StringEquals": { "aws:TagKeys": ["pulumi-ebs-snapshots:attached"] },
                Null: { "aws:TagKeys": "false" },
            },
        ]);
    });
});
