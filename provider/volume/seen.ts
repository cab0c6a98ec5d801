/**
 * A volume as it was seen, and how the state holds that.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import { defined } from "../ec2/config";
import { volumeArn } from "../ec2/region";
import { observedTags, visibleTags } from "../ec2/tags";
import type { Act } from "../resource";
import type { Properties } from "../rules";
import type { VolumeFromSnapshotInputs as Inputs, VolumeFromSnapshotOutputs } from "../volume-from-snapshot";
import { wantedType } from "./check";
import { originOf } from "./origin";

type Outputs = Partial<VolumeFromSnapshotOutputs>;

/** A volume as EC2 shows it, and what EC2 does not show of it. */
export interface Seen extends Volume {
    snapshotSize?: number | undefined;
    ownerId?: string | undefined;
}

/** What EC2 does not show, as the state remembers it. */
export function remembering(volume: Volume | undefined, state: Properties): Seen | undefined {
    if (volume === undefined) return undefined;
    const { snapshotSize, ownerId } = state as Outputs;
    return { ...volume, snapshotSize, ownerId };
}

/** What EC2 does not show, asked for where nobody remembers. A volume that exists fails for none of it. */
export async function withOrigin(act: Act, { snapshotId }: Inputs, volume: Seen): Promise<Seen> {
    const { cloud } = act;
    const nothing = () => undefined;
    const sizeOfOrigin = async () => (await originOf(act, snapshotId).catch(nothing))?.VolumeSize;
    const account = () => (cloud.identityUnknown ? undefined : cloud.account().catch(nothing));
    return {
        ...volume,
        snapshotSize: volume.snapshotSize ?? (await sizeOfOrigin()),
        ownerId: volume.ownerId ?? (await account()),
    };
}

function needsGrowing({ Size: size, snapshotSize }: Seen): boolean {
    return size !== undefined && snapshotSize !== undefined && size > snapshotSize;
}

export function hintAtGrowing(act: Act, seen: Seen): void {
    if (!needsGrowing(seen)) return;
    act.info(
        `the volume (${String(seen.Size)} GiB) is larger than its snapshot (${String(seen.snapshotSize)} GiB): once ` +
            "attached, grow the partition with growpart, and the file system with resize2fs (ext4) or xfs_growfs " +
            "(XFS); on Windows with Resize-Partition or diskpart",
    );
}

export async function outputsOf(act: Act, id: string, seen: Seen): Promise<Outputs> {
    const { ownerId } = seen;
    return {
        ...defined({
            arn: ownerId === undefined ? undefined : await volumeArn(act.cloud.region, ownerId, id),
            ownerId,
            availabilityZone: seen.AvailabilityZone,
            availabilityZoneId: seen.AvailabilityZoneId,
            size: seen.Size,
            snapshotSize: seen.snapshotSize,
            state: seen.State,
            createTime: seen.CreateTime?.toISOString(),
            volumeType: seen.VolumeType,
            iops: seen.Iops,
            throughput: seen.Throughput,
            multiAttachEnabled: seen.MultiAttachEnabled,
            encrypted: seen.Encrypted,
            kmsKeyId: seen.KmsKeyId,
            outpostArn: seen.OutpostArn,
        }),
        volumeId: id,
        filesystemNeedsGrowing: needsGrowing(seen),
        tagsAll: visibleTags(seen.Tags, act.configuration),
    };
}

/** The declared inputs as EC2 shows them. A size that was grown outside is no difference, and stays as it was given. */
export function observed(act: Act, inputs: Properties, seen: Seen): Properties {
    const tags = observedTags(inputs, visibleTags(seen.Tags, act.configuration), act.configuration);
    const wanted = defined({
        volumeType: wantedType(inputs),
        iops: inputs["iops"],
        throughput: inputs["throughput"],
        multiAttachEnabled: inputs["multiAttachEnabled"] ?? false,
    });
    const there: Properties = {
        volumeType: seen.VolumeType,
        iops: seen.Iops,
        throughput: seen.Throughput,
        multiAttachEnabled: seen.MultiAttachEnabled ?? false,
    };
    const drifted = Object.entries(wanted).filter(([key, value]) => there[key] !== value);
    return { ...tags, ...Object.fromEntries(drifted.map(([key]) => [key, there[key]])) };
}
