/**
 * Builds the statements of a KMS key that let other accounts use snapshots encrypted under it.
 *
 * @module
 */
import { viaAnyEc2 } from "../../schema/via-ec2";
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
    const throughEc2 = { StringLike: { "kms:ViaService": viaAnyEc2 } };
    return [
        statement("ReadSharedSnapshots", ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"], throughEc2),
        statement("CreateVolumesFromSharedSnapshots", ["kms:CreateGrant"], {
            ...throughEc2,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
    ];
}
