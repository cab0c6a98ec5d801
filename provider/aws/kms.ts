/**
 * Compares KMS keys by any of their names: id, ARN, alias, ARN of an alias; it names the one that EBS uses by default.
 *
 * @module
 */
import type { Ec2 } from "./ec2";
import { isSameKeyName, shortName } from "../../schema/kms-key";

/** The key that AWS manages for EBS: snapshots under it cannot be shared. */
export const defaultKeyAlias = "alias/aws/ebs";

/** Reports whether two names refer to the same key; it resolves aliases through KMS. */
export async function isSameKey(ec2: Ec2, before: unknown, after: unknown): Promise<boolean> {
    const [one, other] = await Promise.all(
        [before, after].map((key) => (isAlias(key) ? ec2.keyArn(key) : key)),
    );
    return isSameKeyName(one, other);
}

function isAlias(key: unknown): key is string {
    return typeof key === "string" && shortName(key).startsWith("alias/");
}
