/**
 * Warns of volumes whose snapshots a policy could not share: EC2 shares no snapshot under the key that AWS manages.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
 *
 * @module
 */
import type { LifecyclePolicyInputs } from "../../schema/lifecycle-policy";
import { textOf } from "../../schema/failure";
import { hasUnknown, textsIn, UNKNOWN, without, type Properties } from "../../schema/values";
import { defaultKeyAlias } from "../aws/kms";
import type { ResourceContext } from "../lifecycle/resource-context";

export async function warnOfUnshareableVolumes(ctx: ResourceContext, inputs: Properties): Promise<void> {
    if (!sharesSnapshots(inputs)) return;
    const ids = without(textsIn(inputs["targetVolumeIds"]), [UNKNOWN]);
    const volumes = await Promise.all(ids.map((id) => ctx.ec2.volumes.read(id)));
    const encrypted = volumes.filter((volume) => volume?.Encrypted === true);
    if (encrypted.length === 0) return;
    const key = await ctx.ec2.keyArn(defaultKeyAlias);
    const managed = encrypted.flatMap((volume) => (volume?.KmsKeyId === key ? (volume.VolumeId ?? []) : []));
    if (managed.length === 0) return;
    const named = { property: "targetVolumeIds", value: managed.join(", ") };
    ctx.warn(
        textOf`DLM cannot share the snapshots of ${named}, because they are under the key aws/ebs, which no other account can use. Recreate the volumes under a key of your own (VolumeFromSnapshot with kmsKeyId), or remove shareRules`,
    );
}

function sharesSnapshots({ policyDetails }: Partial<LifecyclePolicyInputs>): boolean {
    if (policyDetails === undefined || hasUnknown(policyDetails.schedules)) return false;
    return policyDetails.schedules?.some(({ shareRules = [] }) => shareRules.length > 0) === true;
}
