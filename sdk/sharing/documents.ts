/**
 * Who may share snapshots, and with whom, as IAM documents: pure data, no cloud. docs/sharing-policy.md explains them
 * statement by statement.
 *
 * @module
 */

/** Who shares: names or ARNs; a name stands for that name in every account that the document is attached to. */
export interface Sharers {
    /**
     * Groups. No condition of IAM knows groups: docs/sharing-policy.md says what the guardrail does. Default: none.
     */
    groups?: string[];
    /** Roles. Default: none. */
    roles?: string[];
    /** Users. Default: none. */
    users?: string[];
}

/** Who may share snapshots, and with whom. */
export interface SharingPolicyInputs {
    /**
     * Ids of the accounts, 12 digits each, that snapshots may be shared with; in `SnapshotSharingPolicy` also aliases of
     * `ebs-snapshots:accounts`. A change updates.
     */
    accounts: string[];
    /** Who may share with these accounts. Default: nobody. A change updates. */
    privateSharers?: Sharers;
    /** Who may make snapshots public. Default: nobody. A change updates. */
    publicSharers?: Sharers;
    /** Only snapshots whose tag `Group` has this value may be shared. Default: all. A change updates. */
    group?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html */
export interface PolicyStatement {
    /** Name of the statement. */
    Sid: string;
    /** Whether it allows or denies. */
    Effect: "Allow" | "Deny";
    /** Actions, such as `ec2:ModifySnapshotAttribute`. */
    Action: string[];
    /** ARNs that it is about. */
    Resource: string[];
    /** Accounts that it is about, in the policy of a key. */
    Principal?: { AWS: string[] };
    /** When it holds: values by key by operator. */
    Condition?: Record<string, Record<string, string | string[]>>;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyDocument {
    /** Version of the language. */
    Version: "2012-10-17";
    /** What it allows and denies. */
    Statement: PolicyStatement[];
}

/** The documents; docs/sharing-policy.md explains them statement by statement. */
export interface SharingPolicyDocuments {
    /** What the sharers need, one document each: one for both would let those who share privately go public. */
    allow: { private: PolicyDocument; public: PolicyDocument };
    /** Denies everybody else, and every account not listed: a service control policy or a permissions boundary. */
    guardrail: PolicyDocument;
    /** For the policy of a KMS key: lets the accounts use snapshots that are encrypted under it. */
    kms: PolicyDocument;
}

/**
 * Who may share snapshots, and with whom, as IAM documents: data, for any tool that attaches them. It throws on an account
 * id that does not have 12 digits.
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
    const accounts = checked(inputs.accounts);
    return {
        allow: {
            private: document(share({ ...inputs, accounts }), revoke, look, note),
            public: document(publish(inputs), revoke, look, note),
        },
        guardrail: document(...guardrail(accounts, inputs)),
        kms: document(...keyUse(accounts)),
    };
}

const snapshots = "arn:*:ec2:*::snapshot/*";
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

function ofGroup(group: string | undefined) {
    return group === undefined ? {} : { StringEquals: { "aws:ResourceTag/Group": group } };
}

function share({ accounts, group }: SharingPolicyInputs): PolicyStatement {
    return allow("ShareWithListedAccounts", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        // True also of a request without accounts; `Null` asks for one.
        "ForAllValues:StringEquals": { "ec2:Add/userId": accounts },
        Null: { ...addsAccount, ...addsNoGroup },
        ...ofGroup(group),
    });
}

function publish({ group }: SharingPolicyInputs): PolicyStatement {
    return allow("MakePublic", ["ec2:ModifySnapshotAttribute"], [snapshots], {
        Null: { ...addsGroup, ...addsNoAccount },
        ...ofGroup(group),
    });
}

const revoke = allow("Revoke", ["ec2:ModifySnapshotAttribute"], [snapshots], {
    Null: { ...addsNoAccount, ...addsNoGroup },
});

const look: PolicyStatement = {
    Sid: "Look",
    Effect: "Allow",
    Action: [
        "ec2:DescribeSnapshots",
        "ec2:DescribeSnapshotAttribute",
        "ec2:GetSnapshotBlockPublicAccessState",
    ],
    // DescribeSnapshots takes no resource.
    Resource: ["*"],
};

/** `SnapshotShare` notes on a snapshot what it has granted, so that an interrupted run or a rename revokes nothing of others. */
const note = allow("NoteGrants", ["ec2:CreateTags", "ec2:DeleteTags"], [snapshots], {
    // True also of a request without tags; `Null` asks for one.
    "ForAllValues:StringLike": { "aws:TagKeys": ["pulumi-ebs-snapshots:granted-*"] },
    Null: { "aws:TagKeys": "false" },
});

function guardrail(accounts: string[], inputs: SharingPolicyInputs): PolicyStatement[] {
    const privately = others(inputs.privateSharers);
    const publicly = others(inputs.publicSharers);
    const either = others(inputs.privateSharers, inputs.publicSharers);
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
        // A boundary of denials alone would allow nothing.
        { Sid: "EverythingElse", Effect: "Allow", Action: ["*"], Resource: ["*"] },
        // `Null` keeps these three from requests that add nothing: a revocation is never denied.
        deny("OthersDoNotShare", sharing, { Null: addsAccount, ...privately }, [snapshots]),
        deny("OthersDoNotPublish", sharing, { Null: addsGroup, ...publicly }, [snapshots]),
        deny(
            "ListedAccountsOnly",
            sharing,
            accounts.length === 0
                ? { Null: addsAccount }
                : { "ForAnyValue:StringNotEquals": { "ec2:Add/userId": accounts } },
            [snapshots],
        ),
        // EC2 tells IAM neither accounts nor groups that an image is shared with, and its snapshots with it.
        deny("ImagesAreNoWayAround", ["ec2:ModifyImageAttribute"], publicly, ["arn:*:ec2:*::image/*"]),
        // It takes every grant away, those of others too.
        deny("OthersDoNotReset", ["ec2:ResetSnapshotAttribute"], either, [snapshots]),
        deny(
            "PublicAccessStaysBlocked",
            [
                "ec2:DisableSnapshotBlockPublicAccess",
                "ec2:EnableSnapshotBlockPublicAccess",
                "ec2:DisableImageBlockPublicAccess",
            ],
            publicly,
        ),
        // Data Lifecycle Manager shares with the rights of the role that it is given.
        deny("OthersGiveNoRoleToLifecycleManager", ["iam:PassRole"], {
            StringEquals: { "iam:PassedToService": "dlm.amazonaws.com" },
            ...privately,
        }),
        deny("OthersChangeNoLifecyclePolicy", ["dlm:UpdateLifecyclePolicy"], privately),
    ];
}

/** Everybody but these; where there is nobody to except, everybody. */
function others(...sharers: (Sharers | undefined)[]): NonNullable<PolicyStatement["Condition"]> {
    const arns = sharers.flatMap((some) => [
        ...(some?.roles ?? []).flatMap((role) => principals("role", role)),
        ...(some?.users ?? []).flatMap((user) => principals("user", user)),
    ]);
    return arns.length === 0 ? {} : { ArnNotLike: { "aws:PrincipalArn": [...new Set(arns)].sort() } };
}

/** A name is one in its account, whatever path it has. */
function principals(kind: "role" | "user", name: string): string[] {
    if (name.startsWith("arn:")) return [name];
    return [`arn:*:iam::*:${kind}/${name}`, `arn:*:iam::*:${kind}/*/${name}`];
}

function keyUse(accounts: string[]): PolicyStatement[] {
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
        // In the policy of a key, the key itself.
        Resource: ["*"],
        Condition,
    });
    const throughEc2 = { StringLike: { "kms:ViaService": "ec2.*.amazonaws.com*" } };
    return [
        statement("ReadSharedSnapshots", ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"], throughEc2),
        statement("MakeVolumesOfThem", ["kms:CreateGrant"], {
            ...throughEc2,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
    ];
}

function checked(accounts: string[]): string[] {
    const wrong = accounts.find((id) => !/^\d{12}$/.test(id));
    if (wrong !== undefined) throw new Error(`accounts: "${wrong}" is no account id of 12 digits`);
    return [...new Set(accounts)].sort();
}
