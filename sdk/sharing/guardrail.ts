/**
 * Builds the statements that deny every way to share a snapshot to all other principals and accounts.
 *
 * @module
 */
import { ownPrefix } from "../../schema/tags";
import { rolePath } from "../dlm/iam";
import type { SharingPolicyInputs, Sharers } from "./inputs";
import {
    type PolicyStatement,
    addsAccount,
    snapshots,
    addsGroup,
    addsNoAccount,
    addsNoGroup,
} from "./policy-document";

/** The roles that schedules create. */
const scheduleRoles = `arn:*:iam::*:role${rolePath}*`;

export function guardrail(accounts: string[], inputs: SharingPolicyInputs): PolicyStatement[] {
    const exceptPrivateSharers = exceptPrincipals(inputs.privateSharers);
    const exceptPublicSharers = exceptPrincipals(inputs.publicSharers);
    const exceptSharers = exceptPrincipals(inputs.privateSharers, inputs.publicSharers);
    const { privateSharers, publicSharers, deployers } = inputs;
    const exceptDeployers = exceptPrincipals(privateSharers, publicSharers, deployers);
    const exceptDeployersAndSchedules = exceptPrincipals(privateSharers, publicSharers, deployers, {
        roles: [scheduleRoles],
    });
    const deny = (
        Sid: string,
        Action: string[],
        {
            Condition,
            Resource = ["*"],
        }: { Condition: NonNullable<PolicyStatement["Condition"]>; Resource?: string[] },
    ): PolicyStatement => ({
        Sid,
        Effect: "Deny",
        Action,
        Resource,
        ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
    });
    const sharing = ["ec2:ModifySnapshotAttribute"];
    return [
        // A permissions boundary of Deny statements alone allows nothing.
        { Sid: "AllowEverythingElse", Effect: "Allow", Action: ["*"], Resource: ["*"] },
        // `Null` excludes requests that add nothing from these three statements: a revocation is never denied.
        deny("DenyOtherSharers", sharing, {
            Condition: { Null: addsAccount, ...exceptPrivateSharers },
            Resource: [snapshots],
        }),
        deny("DenyOtherPublishers", sharing, {
            Condition: { Null: addsGroup, ...exceptPublicSharers },
            Resource: [snapshots],
        }),
        deny("DenyOtherAccounts", sharing, {
            Condition:
                accounts.length === 0
                    ? { Null: addsAccount }
                    : { "ForAnyValue:StringNotEquals": { "ec2:Add/userId": accounts } },
            Resource: [snapshots],
        }),
        // EC2 may not pass the accounts of a request to IAM, such as those of the older parameter `UserId`.
        deny("DenyUnrecognizedChanges", sharing, {
            Condition: {
                Null: {
                    ...addsNoAccount,
                    ...addsNoGroup,
                    "ec2:Remove/userId": "true",
                    "ec2:Remove/group": "true",
                },
            },
            Resource: [snapshots],
        }),
        // Sharing an AMI shares its snapshots, and EC2 passes neither accounts nor groups of that request to IAM. The
        // others write the data to a bucket, which may belong to another account.
        deny(
            "DenyImageSharing",
            [
                "ec2:ModifyImageAttribute",
                "ec2:CreateStoreImageTask",
                "ec2:ExportImage",
                "ec2:CreateInstanceExportTask",
            ],
            { Condition: exceptPublicSharers },
        ),
        // ResetSnapshotAttribute revokes all grants, including those of others.
        deny("DenyOtherResets", ["ec2:ResetSnapshotAttribute"], {
            Condition: exceptSharers,
            Resource: [snapshots],
        }),
        deny(
            "DenyPublicAccessSettings",
            [
                "ec2:DisableSnapshotBlockPublicAccess",
                "ec2:EnableSnapshotBlockPublicAccess",
                "ec2:DisableImageBlockPublicAccess",
            ],
            { Condition: exceptPublicSharers },
        ),
        // Data Lifecycle Manager shares with the permissions of its role.
        deny("DenyRolesForLifecycleManager", ["iam:PassRole"], {
            Condition: {
                StringEquals: { "iam:PassedToService": "dlm.amazonaws.com" },
                ...exceptPrivateSharers,
            },
        }),
        deny("DenyLifecyclePolicyUpdates", ["dlm:UpdateLifecyclePolicy"], {
            Condition: exceptPrivateSharers,
        }),
        // The recovery function, DLM's role and the resources of stacks recognize their own by these tags.
        deny("DenyTagsOfStacks", ["ec2:CreateTags", "ec2:DeleteTags"], {
            Condition: {
                "ForAnyValue:StringLike": { "aws:TagKeys": [`${ownPrefix}*`] },
                ...exceptDeployersAndSchedules,
            },
            Resource: ["arn:*:ec2:*:*:snapshot/*", "arn:*:ec2:*:*:volume/*"],
        }),
        // These roles may write the tags, so that no other principal may assume one of them.
        deny(
            "DenyRolesOfSchedules",
            ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy"],
            { Condition: exceptDeployers, Resource: [scheduleRoles] },
        ),
    ];
}

/** Returns a condition that matches all principals but these, or no condition if there are none. */
function exceptPrincipals(...sharers: (Sharers | undefined)[]): NonNullable<PolicyStatement["Condition"]> {
    const arns = sharers.flatMap((some) => [
        ...(some?.roles ?? []).flatMap((role) => principals("role", role)),
        ...(some?.users ?? []).flatMap((user) => principals("user", user)),
    ]);
    return arns.length === 0 ? {} : { ArnNotLike: { "aws:PrincipalArn": [...new Set(arns)].sort() } };
}

/** Returns the ARN patterns of a name, which is unique in its account whatever its path. */
export function principals(kind: "role" | "user", name: string): string[] {
    if (name.startsWith("arn:")) return [name];
    return [`arn:*:iam::*:${kind}/${name}`, `arn:*:iam::*:${kind}/*/${name}`];
}
