import type { Placement } from "../provider/placement";
import type { VolumeFromSnapshotInputs, VolumeFromSnapshotOutputs } from "../provider/volume-from-snapshot";
import { standardKeys } from "./keys";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link VolumeFromSnapshot}. */
export type VolumeFromSnapshotArgs = Args<VolumeFromSnapshotInputs & Placement>;

/** Everything that the state of a {@link VolumeFromSnapshot} holds. */
export type VolumeFromSnapshotState = VolumeFromSnapshotInputs & Placement & VolumeFromSnapshotOutputs;

const keys: Keys<VolumeFromSnapshotState> = {
    ...standardKeys,
    snapshotId: undefined,
    onSnapshotChange: undefined,
    availabilityZone: undefined,
    availabilityZoneId: undefined,
    size: undefined,
    allowShrinkByReplacement: undefined,
    volumeType: undefined,
    iops: undefined,
    throughput: undefined,
    multiAttachEnabled: undefined,
    encrypted: undefined,
    kmsKeyId: undefined,
    outpostArn: undefined,
    volumeInitializationRate: undefined,
    waitForInitialization: undefined,
    timeout: undefined,
    finalSnapshot: undefined,
    adopt: undefined,
    volumeId: undefined,
    arn: undefined,
    ownerId: undefined,
    snapshotSize: undefined,
    state: undefined,
    createTime: undefined,
    filesystemNeedsGrowing: undefined,
    tagsAll: undefined,
};

/**
 * A volume made from a snapshot, ready to be attached.
 *
 * @example
 * ```ts
 * import { VolumeFromSnapshot } from "pulumi-ebs-snapshots";
 *
 * const volume = new VolumeFromSnapshot("recovered", {
 *     snapshotId: "snap-0123456789abcdef0",
 *     availabilityZone: "us-east-1a",
 *     size: 200, // GiB
 *     group: "payments",
 * });
 *
 * export const volumeId = volume.volumeId;
 * ```
 * @see [Create a volume from a snapshot](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html)
 * @see [CreateVolume](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html)
 * @see [ModifyVolume](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class VolumeFromSnapshot extends EbsResource {
    constructor(name: string, args: VolumeFromSnapshotArgs, opts?: ResourceOptions) {
        super("VolumeFromSnapshot", name, keys, args, opts);
        this.idAs("volumeId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface VolumeFromSnapshot extends Outputs<VolumeFromSnapshotState> {}
