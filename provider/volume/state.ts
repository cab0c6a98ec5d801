/**
 * Converts a volume as EC2 shows it to the inputs and outputs in the state.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import { defined, type Properties } from "../../schema/values";
import { textOf } from "../../schema/failure";
import { volumeArn } from "../aws/region";
import { visibleTags } from "../aws/tags";
import { inputsFromTags } from "../lifecycle/tags/options";
import type { ResourceContext } from "../lifecycle/resource-context";
import type { VolumeOutputs } from "../../schema/volume";

type Outputs = Partial<VolumeOutputs>;

/** A volume as EC2 shows it, with properties that EC2 does not return for a volume. */
export interface Observed extends Volume {
    snapshotSize?: number | undefined;
    ownerId?: string | undefined;
}

/** Adds the properties that EC2 does not return, from the state. */
export function withSnapshotSize(volume: Volume | undefined, state: Properties): Observed | undefined {
    if (volume === undefined) return undefined;
    const { snapshotSize, ownerId } = state as Outputs;
    return { ...volume, snapshotSize, ownerId };
}

/**
 * Adds the properties that EC2 does not return, and reads those that are missing. A failure to read them is ignored,
 * because the volume exists.
 */
export async function withSource(
    ctx: ResourceContext,
    volume: Observed,
    sizeOfSource: () => Promise<number | undefined>,
): Promise<Observed> {
    const { ec2 } = ctx;
    const nothing = () => undefined;
    const account = () => (ec2.identityUnknown ? undefined : ec2.account().catch(nothing));
    return {
        ...volume,
        snapshotSize: volume.snapshotSize ?? (await sizeOfSource().catch(nothing)),
        ownerId: volume.ownerId ?? (await account()),
    };
}

function needsGrowing({ Size: size, snapshotSize }: Observed): boolean {
    return size !== undefined && snapshotSize !== undefined && size > snapshotSize;
}

export function suggestGrowing(ctx: ResourceContext, observed: Observed): void {
    if (!needsGrowing(observed)) return;
    const source = observed.SourceVolumeId === undefined ? "snapshot" : "source";
    ctx.info(
        textOf`the volume (${{ property: "size", value: observed.Size }} GiB) is larger than its ${source} (${String(observed.snapshotSize)} GiB). Once attached, extend the partition with growpart, and the file system with resize2fs (ext4) or xfs_growfs (XFS); on Windows, use Resize-Partition or diskpart.`,
    );
}

export async function outputsOf(ctx: ResourceContext, id: string, observed: Observed): Promise<Outputs> {
    const { ownerId } = observed;
    return {
        ...defined({
            arn: ownerId === undefined ? undefined : await volumeArn(ctx.ec2.region, ownerId, id),
            ownerId,
            availabilityZone: observed.AvailabilityZone,
            availabilityZoneId: observed.AvailabilityZoneId,
            size: observed.Size,
            snapshotSize: observed.snapshotSize,
            state: observed.State,
            createTime: observed.CreateTime?.toISOString(),
            volumeType: observed.VolumeType,
            iops: observed.Iops,
            throughput: observed.Throughput,
            multiAttachEnabled: observed.MultiAttachEnabled,
            encrypted: observed.Encrypted,
            kmsKeyId: observed.KmsKeyId,
            outpostArn: observed.OutpostArn,
        }),
        volumeId: id,
        filesystemNeedsGrowing: needsGrowing(observed),
        tagsAll: visibleTags(observed.Tags, ctx.configuration),
    };
}

/** Returns the options that declare a volume as observed; defaults of its type are omitted. */
export function declarationOf(observed: Observed): Properties {
    const type = observed.VolumeType;
    return defined({
        size: observed.Size,
        volumeType: type,
        iops: ["io1", "io2", "gp3"].includes(type ?? "") ? observed.Iops : undefined,
        throughput: type === "gp3" ? observed.Throughput : undefined,
        multiAttachEnabled: observed.MultiAttachEnabled === true ? true : undefined,
        encrypted: observed.Encrypted === true ? true : undefined,
        kmsKeyId: observed.KmsKeyId,
    });
}

/**
 * Returns the inputs as EC2 shows them. A declared size stays as declared, because growth outside of Pulumi is no
 * difference.
 */
export function inputsFromVolume({
    ctx,
    observed,
    declared: inputs,
}: {
    ctx: ResourceContext;
    observed: Observed;
    declared: Properties | undefined;
}): Properties {
    if (inputs === undefined)
        return {
            availabilityZone: observed.AvailabilityZone,
            availabilityZoneId: observed.AvailabilityZoneId,
            encrypted: observed.Encrypted,
            kmsKeyId: observed.KmsKeyId,
            outpostArn: observed.OutpostArn,
            size: observed.Size,
            // The id is empty if the volume was not created from a snapshot, or from a volume.
            snapshotId: observed.SnapshotId ?? "",
            sourceVolumeId: observed.SourceVolumeId ?? "",
        };
    const tags = inputsFromTags(inputs, visibleTags(observed.Tags, ctx.configuration), ctx.configuration);
    const desired = defined({
        volumeType: inputs["volumeType"],
        iops: inputs["iops"],
        throughput: inputs["throughput"],
        multiAttachEnabled: inputs["multiAttachEnabled"],
    });
    const current: Properties = {
        volumeType: observed.VolumeType,
        iops: observed.Iops,
        throughput: observed.Throughput,
        multiAttachEnabled: observed.MultiAttachEnabled ?? false,
    };
    const drifted = Object.entries(desired).filter(([key, value]) => current[key] !== value);
    return { ...tags, ...Object.fromEntries(drifted.map(([key]) => [key, current[key]])) };
}
