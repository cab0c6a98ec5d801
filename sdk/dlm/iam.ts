/**
 * Builds parts of IAM policies for the roles that components create.
 *
 * @module
 */
import { viaEc2 } from "../../schema/via-ec2";
import { interpolate, type Input } from "@pulumi/pulumi";

/**
 * Path of the roles that components create. The guardrail of sharing recognizes them by it: a role keeps its path, and
 * the guardrail denies other principals to create or change roles under it.
 */
export const rolePath = "/pulumi-ebs-snapshots/";

/** Partition, region and account of a component. */
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

/** Returns a trust policy: the service may assume the role, on behalf of this account only. */
export function trustOf(service: "dlm" | "lambda", { account }: Place) {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: `${service}.amazonaws.com` },
                Action: "sts:AssumeRole",
                // Lambda does not send the account.
                ...(service === "dlm"
                    ? { Condition: { StringEquals: { "aws:SourceAccount": account } } }
                    : {}),
            },
        ],
    };
}

/** Returns the bound of the permissions of created roles, if the component has one. */
export function boundaryOf({ permissionsBoundary }: { permissionsBoundary?: Input<string> }) {
    return permissionsBoundary === undefined ? {} : { permissionsBoundary };
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

export const onlyTagged = (key: string, value: Input<string> | Input<string>[]) => ({
    StringEquals: { [`aws:ResourceTag/${key}`]: value },
});

/** Returns the ARN pattern of snapshots, in which EC2 leaves the account empty. */
export const snapshotsIn = ({ partition }: Place, region: string) =>
    `arn:${partition}:ec2:${region}::snapshot/*`;

export const resourcesIn = ({ partition, region, account }: Place, kind: "volume" | "instance") =>
    `arn:${partition}:ec2:${region}:${account}:${kind}/*`;

/**
 * Allows the use of the account's keys through EC2 only; the keys of the volumes are unknown here. To snapshot, copy,
 * archive or restore what is encrypted requires it.
 * https://docs.aws.amazon.com/ebs/latest/userguide/dlm-prerequisites.html
 */
export function useOfKeys(place: Place, others: string[]): Statement[] {
    const regions = [...new Set([place.region, ...others])].sort();
    const keys = regions.map((region) => keysIn(place, region));
    return throughEc2(regions, keys, keyActions.encrypt);
}

/** Returns the ARN pattern of the keys of an account, by default the component's own. */
export const keysIn = ({ partition, account }: Place, region: string, owner: Input<string> = account) =>
    typeof owner === "string"
        ? `arn:${partition}:kms:${region}:${owner}:key/*`
        : interpolate`arn:${partition}:kms:${region}:${owner}:key/*`;

/** The actions on keys that EC2 needs to copy snapshots. */
export const keyActions = {
    encrypt: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
    decrypt: ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"],
};

/** Allows actions on keys that EC2 in these regions calls, and grants to AWS services. */
export function throughEc2(regions: string[], keys: Input<string>[], actions: string[]): Statement[] {
    const viaService = { "kms:ViaService": regions.flatMap(viaEc2) };
    return [
        allow(["kms:CreateGrant"], keys, {
            StringEquals: viaService,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
        allow(actions, keys, { StringEquals: viaService }),
    ];
}
