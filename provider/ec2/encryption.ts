/**
 * What is encrypted whether one wants it or not.
 *
 * @module
 */
import type { CheckFailure } from "../rules";
import type { Cloud } from "./cloud";

/** What stands against `encrypted: false` of something made from a snapshot. */
export async function mustEncrypt(
    cloud: Cloud,
    snapshotId: string,
    snapshotEncrypted: boolean,
): Promise<CheckFailure[]> {
    const reason = snapshotEncrypted
        ? `snapshot ${snapshotId} is encrypted, and so is everything made from it`
        : (await encryptsByDefault(cloud))
          ? `the account encrypts everything new in ${cloud.region}`
          : undefined;
    return reason === undefined
        ? []
        : [{ property: "encrypted", reason: `is false, but ${reason}; leave it out` }];
}

const asked = new WeakMap<Cloud, Promise<boolean>>();

/** Whether the account encrypts every new volume and copy of the region; asked once. */
function encryptsByDefault(cloud: Cloud): Promise<boolean> {
    const answer = asked.get(cloud) ?? ask(cloud);
    asked.set(cloud, answer);
    return answer;
}

async function ask(cloud: Cloud): Promise<boolean> {
    const { GetEbsEncryptionByDefaultCommand } = await import("@aws-sdk/client-ec2");
    const request = new GetEbsEncryptionByDefaultCommand({});
    const answer = await cloud.call("GetEbsEncryptionByDefault", (ec2) => ec2.send(request));
    return answer.EbsEncryptionByDefault === true;
}
