/**
 * Builds the statements of a KMS key that let other accounts use snapshots encrypted under it.
 *
 * @module
 */
import type { PolicyStatement } from "./policy-document";

export function keyStatements(accounts: string[]): PolicyStatement[] {
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
