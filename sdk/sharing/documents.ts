/**
 * Builds the IAM documents that control who may share snapshots, and with whom, as pure data. docs/reference/snapshot-sharing-policy.md
 * explains each statement.
 *
 * @module
 */
import { isAccountId, isShortAccountId, quoteAccountId } from "../../schema/configuration";
import { ownPrefix } from "../../schema/tags";
import { rolePath } from "../dlm/iam";

/**
 * Principals: names or ARNs. A name applies in every account that the document is attached to. `*` and `?` are refused in
 * names, because the guardrail would except other principals too.
 */
export interface Sharers {
    /**
     * Groups. IAM conditions cannot match groups, so the guardrail cannot except them. Default: none.
     */
    groups?: string[];
    /** Roles. Default: none. */
    roles?: string[];
    /** Users. Default: none. */
    users?: string[];
}

/** The principals that may share snapshots, and the accounts that they may share with. */
export interface SharingPolicyInputs {
    /**
     * Ids of the accounts, 12 digits each, that snapshots may be shared with; in `SnapshotSharingPolicy` also aliases of
     * `ebs-snapshots:accounts`. A change updates.
     */
    accounts: string[];
    /** Principals that may share with these accounts. Default: none. A change updates. */
    privateSharers?: Sharers;
    /** Principals that may make snapshots public. Default: none. A change updates. */
    publicSharers?: Sharers;
    /**
     * Further principals that run Pulumi with this package, or copy its tags as AWS Backup does. Except them, the
     * sharers and the roles that schedules create, the guardrail lets nobody write tags that begin with
     * `pulumi-ebs-snapshots:`. Default: none. A change updates.
     */
    deployers?: Sharers;
    /** Only snapshots whose tag `Group` has this value may be shared. Default: all. A change updates. */
    group?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html */
export interface PolicyStatement {
    /** Name of the statement. */
    Sid: string;
    /** Allows or denies the actions. */
    Effect: "Allow" | "Deny";
    /** Actions, such as `ec2:ModifySnapshotAttribute`. */
    Action: string[];
    /** ARNs of the resources. */
    Resource: string[];
    /** Accounts, in the policy of a key. */
    Principal?: { AWS: string[] };
    /** Conditions: values by key by operator. */
    Condition?: Record<string, Record<string, string | string[]>>;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyDocument {
    /** Version of the policy language. */
    Version: "2012-10-17";
    /** The statements. */
    Statement: PolicyStatement[];
}

/** The documents; docs/reference/snapshot-sharing-policy.md explains each statement. */
export interface SharingPolicyDocuments {
    /** Permissions of the sharers. They are separate, so that private sharers cannot make snapshots public. */
    allow: { private: PolicyDocument; public: PolicyDocument };
    /** Denies all other principals and accounts: a service control policy or a permissions boundary. */
    guardrail: PolicyDocument;
    /** Statements for the policy of a KMS key, which let the accounts use snapshots that are encrypted under it. */
    kms: PolicyDocument;
}

/**
 * Returns IAM documents that control who may share snapshots, and with whom. It throws on an account id that does not
 * have 12 digits, and on a principal that is neither a name nor an ARN of its kind.
 *
 * @example
 * ```ts
 * import * as aws from "@pulumi/aws";
 * import { sharingPolicyDocuments } from "pulumi-ebs-snapshots";
 *
 * const { guardrail } = sharingPolicyDocuments({
 *     accounts: ["111122223333"],
 *     privateSharers: { roles: ["arn:aws:iam::123456789012:role/deployer"] },
 * });
 * new aws.organizations.Policy("sharing", {
 *     type: "SERVICE_CONTROL_POLICY",
 *     content: JSON.stringify(guardrail),
 * });
 * ```
 */
export function sharingPolicyDocuments(inputs: SharingPolicyInputs): SharingPolicyDocuments {
    const accounts = validateAccounts(inputs.accounts);
    for (const kind of ["privateSharers", "publicSharers", "deployers"] as const)
        checkPrincipals(kind, inputs[kind]);
    return {
        allow: {
            private: document(
                shareStatement({ ...inputs, accounts }),
                ...revokeStatements,
                readStatement,
                removeTagsStatement,
            ),
            public: document(
                publishStatement(inputs),
                ...revokeStatements,
                readStatement,
                removeTagsStatement,
            ),
        },
        guardrail: document(...guardrail(accounts, inputs)),
        kms: document(...keyStatements(accounts)),
    };
}

const snapshots = "arn:*:ec2:*::snapshot/*";
/** The roles that schedules create. */
const scheduleRoles = `arn:*:iam::*:role${rolePath}*`;
const addsAccount = { "ec2:Add/userId": "false" };
const addsGroup = { "ec2:Add/group": "false" };
const addsNoAccount = { "ec2:Add/userId": "true" };
const addsNoGroup = { "ec2:Add/group": "true" };

function document(...statements: PolicyStatement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}

function allow(
    Sid: string,
    Action: string[],
    Resource: string[],
    Condition: NonNullable<PolicyStatement["Condition"]>,
): PolicyStatement {
    return { Sid, Effect: "Allow", Action, Resource, Condition };
}

function groupCondition(group: string | undefined) {
    return group === undefined ? {} : { StringEquals: { "aws:ResourceTag/Group": group } };
}

function shareStatement({ accounts, group }: SharingPolicyInputs): PolicyStatement {
    return allow("ShareWithListedAccounts", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        // The condition also matches requests without accounts, so that `Null` requires one.
        "ForAllValues:StringEquals": { "ec2:Add/userId": accounts },
        Null: { ...addsAccount, ...addsNoGroup },
        ...groupCondition(group),
    });
}

function publishStatement({ group }: SharingPolicyInputs): PolicyStatement {
    return allow("MakePublic", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        Null: { ...addsGroup, ...addsNoAccount },
        ...groupCondition(group),
    });
}

const removesAccount = { "ec2:Remove/userId": "false" };
const removesGroup = { "ec2:Remove/group": "false" };
// The keys are required, so that a request whose change EC2 does not pass to IAM is not allowed.
const revokeStatements = [
    allow("Revoke", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        Null: { ...addsNoAccount, ...addsNoGroup, ...removesAccount },
    }),
    allow("MakePrivate", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        Null: { ...addsNoAccount, ...addsNoGroup, ...removesGroup },
    }),
];

const readStatement: PolicyStatement = {
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
const removeTagsStatement = allow("RemoveLegacyTags", ["ec2:DeleteTags"], [snapshots], {
    // The condition also matches requests without tags, so that `Null` requires one.
    "ForAllValues:StringLike": { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-*"] },
    Null: { "aws:TagKeys": "false" },
});

function guardrail(accounts: string[], inputs: SharingPolicyInputs): PolicyStatement[] {
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
        Condition: NonNullable<PolicyStatement["Condition"]>,
        Resource = ["*"],
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
        deny("DenyOtherSharers", sharing, { Null: addsAccount, ...exceptPrivateSharers }, [snapshots]),
        deny("DenyOtherPublishers", sharing, { Null: addsGroup, ...exceptPublicSharers }, [snapshots]),
        deny(
            "DenyOtherAccounts",
            sharing,
            accounts.length === 0
                ? { Null: addsAccount }
                : { "ForAnyValue:StringNotEquals": { "ec2:Add/userId": accounts } },
            [snapshots],
        ),
        // EC2 may not pass the accounts of a request to IAM, such as those of the older parameter `UserId`.
        deny(
            "DenyUnrecognizedChanges",
            sharing,
            {
                Null: {
                    ...addsNoAccount,
                    ...addsNoGroup,
                    "ec2:Remove/userId": "true",
                    "ec2:Remove/group": "true",
                },
            },
            [snapshots],
        ),
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
            exceptPublicSharers,
        ),
        // ResetSnapshotAttribute revokes all grants, including those of others.
        deny("DenyOtherResets", ["ec2:ResetSnapshotAttribute"], exceptSharers, [snapshots]),
        deny(
            "DenyPublicAccessSettings",
            [
                "ec2:DisableSnapshotBlockPublicAccess",
                "ec2:EnableSnapshotBlockPublicAccess",
                "ec2:DisableImageBlockPublicAccess",
            ],
            exceptPublicSharers,
        ),
        // Data Lifecycle Manager shares with the permissions of its role.
        deny("DenyRolesForLifecycleManager", ["iam:PassRole"], {
            StringEquals: { "iam:PassedToService": "dlm.amazonaws.com" },
            ...exceptPrivateSharers,
        }),
        deny("DenyLifecyclePolicyUpdates", ["dlm:UpdateLifecyclePolicy"], exceptPrivateSharers),
        // The recovery function, DLM's role and the resources of stacks recognize their own by these tags.
        deny(
            "DenyTagsOfStacks",
            ["ec2:CreateTags", "ec2:DeleteTags"],
            {
                "ForAnyValue:StringLike": { "aws:TagKeys": [`${ownPrefix}*`] },
                ...exceptDeployersAndSchedules,
            },
            ["arn:*:ec2:*:*:snapshot/*", "arn:*:ec2:*:*:volume/*"],
        ),
        // These roles may write the tags, so that nobody else may act as one of them.
        deny(
            "DenyRolesOfSchedules",
            ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy"],
            exceptDeployers,
            [scheduleRoles],
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
function principals(kind: "role" | "user", name: string): string[] {
    if (name.startsWith("arn:")) return [name];
    return [`arn:*:iam::*:${kind}/${name}`, `arn:*:iam::*:${kind}/*/${name}`];
}

function keyStatements(accounts: string[]): PolicyStatement[] {
    if (accounts.length === 0) return [];
    const statement = (
        Sid: string,
        Action: string[],
        Condition: Record<string, Record<string, string>>,
    ): PolicyStatement => ({
        Sid,
        Effect: "Allow",
        Principal: { AWS: accounts },
        Action,
        // In the policy of a key, `*` is the key itself.
        Resource: ["*"],
        Condition,
    });
    const viaEc2 = { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" } };
    return [
        statement("ReadSharedSnapshots", ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"], viaEc2),
        statement("CreateVolumesFromSharedSnapshots", ["kms:CreateGrant"], {
            ...viaEc2,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
    ];
}

/** Refuses wildcards in names, which would except others, and ARNs of another kind, which would except nobody. */
function checkPrincipals(property: string, principals: Sharers = {}): void {
    for (const [kind, list] of Object.entries(principals) as [keyof Sharers, string[] | undefined][]) {
        for (const principal of list ?? []) {
            const arn = new RegExp(`^arn:[^:]+:iam::[^:]*:${kind.slice(0, -1)}/(?:.*/)?[\\w+=,.@-]+$`);
            if (arn.test(principal) || /^(?:[^*?:]+\/)?[\w+=,.@-]+$/.test(principal)) continue;
            throw new Error(
                `${property}.${kind}: "${principal}" is neither the name nor the ARN of a ${kind.slice(0, -1)}; ` +
                    "wildcards are not supported in names",
            );
        }
    }
}

function validateAccounts(accounts: string[]): string[] {
    const invalid = accounts.find((id) => !isAccountId(id));
    if (invalid === undefined) return [...new Set(accounts.map(String))].sort();
    const reason = `accounts: "${invalid}" is not an account id of 12 digits`;
    throw new Error(isShortAccountId(invalid) ? `${reason}: ${quoteAccountId}` : reason);
}
