/**
 * Builds statements of IAM policies, and the ARN patterns in them.
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";

/** Partition, region and account of the schedule. */
export interface Place {
    partition: string;
    region: string;
    account: string;
}

export interface Statement {
    Effect: "Allow";
    Action: string[];
    Resource: Input<string> | Input<string>[];
    Condition?: Record<string, Record<string, Input<string> | Input<string>[]>>;
}

export interface PolicyDocument {
    Version: "2012-10-17";
    Statement: Statement[];
}

/**
 * Allows the use of keys through EC2 only; the keys of the volumes are unknown here. To snapshot, copy, archive or restore
 * what is encrypted requires it.
 * https://docs.aws.amazon.com/ebs/latest/userguide/dlm-prerequisites.html
 */
export function useOfKeys({ partition, region, account }: Place, others: string[]): Statement[] {
    const keys = [...new Set([region, ...others])].sort();
    const resource = keys.map((where) => `arn:${partition}:kms:${where}:${account}:key/*`);
    const viaEc2 = { "kms:ViaService": keys.map((where) => `ec2.${where}.amazonaws.com`) };
    return [
        allow(["kms:CreateGrant"], resource, {
            StringEquals: viaEc2,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
        allow(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
            resource,
            { StringEquals: viaEc2 },
        ),
    ];
}

export const document = (statements: Statement[]): PolicyDocument => ({
    Version: "2012-10-17",
    Statement: statements,
});

export function allow(
    actions: string[],
    resources: Input<string> | Input<string>[],
    condition?: NonNullable<Statement["Condition"]>,
): Statement {
    return {
        Effect: "Allow",
        Action: actions,
        Resource: resources,
        ...(condition === undefined ? {} : { Condition: condition }),
    };
}

export const when = (used: boolean, ...statements: Statement[]) => (used ? statements : []);

export const onlyTagged = (key: string, value: Input<string> | Input<string>[]) => ({
    StringEquals: { [`aws:ResourceTag/${key}`]: value },
});

/** Returns the ARN pattern of snapshots, in which EC2 leaves the account empty. */
export const snapshotsIn = ({ partition }: Place, region: string) =>
    `arn:${partition}:ec2:${region}::snapshot/*`;

export const resourcesIn = ({ partition, region, account }: Place, kind: "volume" | "instance") =>
    `arn:${partition}:ec2:${region}:${account}:${kind}/*`;
