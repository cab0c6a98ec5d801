/**
 * Builds the statements that allow the sharers to share, to publish and to revoke.
 *
 * @module
 */
import type { SharingPolicyInputs } from "./inputs";
import {
    type PolicyStatement,
    snapshots,
    addsAccount,
    addsNoGroup,
    addsGroup,
    addsNoAccount,
} from "./policy-document";

function allow(
    Sid: string,
    Action: string[],
    { Resource, Condition }: { Resource: string[]; Condition: NonNullable<PolicyStatement["Condition"]> },
): PolicyStatement {
    return { Sid, Effect: "Allow", Action, Resource, Condition };
}

function groupCondition(group: string | undefined) {
    return group === undefined ? {} : { StringEquals: { "aws:ResourceTag/Group": group } };
}

export function shareStatement({ accounts, group }: SharingPolicyInputs): PolicyStatement {
    return allow("ShareWithListedAccounts", ["ec2:ModifySnapshotAttribute"], {
        Resource: [snapshots],
        Condition: {
            // The condition also matches requests without accounts, so that `Null` requires one.
            "ForAllValues:StringEquals": { "ec2:Add/userId": accounts },
            Null: { ...addsAccount, ...addsNoGroup },
            ...groupCondition(group),
        },
    });
}

export function publishStatement({ group }: SharingPolicyInputs): PolicyStatement {
    return allow("MakePublic", ["ec2:ModifySnapshotAttribute"], {
        Resource: [snapshots],
        Condition: {
            Null: { ...addsGroup, ...addsNoAccount },
            ...groupCondition(group),
        },
    });
}

const removesAccount = { "ec2:Remove/userId": "false" };

const removesGroup = { "ec2:Remove/group": "false" };

// The keys are required, so that a request whose change EC2 does not pass to IAM is not allowed.
export const revokeStatements = [
    allow("Revoke", ["ec2:ModifySnapshotAttribute"], {
        Resource: [snapshots],
        Condition: {
            Null: { ...addsNoAccount, ...addsNoGroup, ...removesAccount },
        },
    }),
    allow("MakePrivate", ["ec2:ModifySnapshotAttribute"], {
        Resource: [snapshots],
        Condition: {
            Null: { ...addsNoAccount, ...addsNoGroup, ...removesGroup },
        },
    }),
];

export const readStatement: PolicyStatement = {
    Sid: "ReadSnapshots",
    Effect: "Allow",
    Action: [
        "ec2:DescribeSnapshots",
        "ec2:DescribeSnapshotAttribute",
        "ec2:GetSnapshotBlockPublicAccessState",
    ],
    // DescribeSnapshots does not support resource-level permissions.
    Resource: ["*"],
};

/** `SnapshotShare` removes the tags in which its earlier versions recorded their grants. */
export const removeTagsStatement = allow("RemoveLegacyTags", ["ec2:DeleteTags"], {
    Resource: [snapshots],
    Condition: {
        // The condition also matches requests without tags, so that `Null` requires one.
        "ForAllValues:StringLike": { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-*"] },
        Null: { "aws:TagKeys": "false" },
    },
});
