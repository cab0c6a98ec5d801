/**
 * Determines the encryption that EC2 applies regardless of the declaration.
 *
 * @module
 */
import { textOf, type CheckFailure, type Text } from "../../schema/failure";
import { createCache, perObject } from "./cache";
import type { Ec2 } from "./ec2";

/** Returns the reason why a volume or copy of this source, such as `snapshot snap-1`, cannot have `encrypted: false`. */
export async function rejectUnencrypted(
    ec2: Ec2,
    source: Text,
    { isSourceEncrypted }: { isSourceEncrypted: boolean },
): Promise<CheckFailure[]> {
    const reason = isSourceEncrypted
        ? textOf`but ${source} is encrypted, and so is everything created from it. Remove encrypted.`
        : (await encryptsByDefault(ec2))
          ? `but the account encrypts all new volumes and copies in ${ec2.region}. Remove encrypted.`
          : undefined;
    return reason === undefined ? [] : [{ property: "encrypted", value: false, reason }];
}

const defaultEncryption = perObject(() => createCache<boolean>());

/** Reports whether the account encrypts every new volume and copy of the region. */
function encryptsByDefault(ec2: Ec2): Promise<boolean> {
    return defaultEncryption(ec2)("", async () => {
        const requires = "EbsEncryptionByDefault";
        const answer = await ec2.send("GetEbsEncryptionByDefault", {}, { requires });
        return answer.EbsEncryptionByDefault === true;
    });
}
