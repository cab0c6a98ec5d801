import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../schema/placement";
import type { VolumeOutputs } from "../schema/volume";
import type { VolumeFromSnapshotInputs } from "../schema/volume-from-snapshot";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link VolumeFromSnapshot}. */
export type VolumeFromSnapshotArgs = Args<VolumeFromSnapshotInputs & ProviderOptions>;

/** All properties in the state of a {@link VolumeFromSnapshot}. */
export type VolumeFromSnapshotState = VolumeFromSnapshotInputs & ProviderOptions & VolumeOutputs;

/**
 * A volume created from a snapshot, ready to be attached.
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
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): VolumeFromSnapshot {
        return new VolumeFromSnapshot(name, {} as VolumeFromSnapshotArgs, { ...opts, id });
    }

    constructor(name: string, args: VolumeFromSnapshotArgs, opts?: ResourceOptions) {
        super("VolumeFromSnapshot", name, args, opts);
        this.idAs("volumeId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface VolumeFromSnapshot extends Outputs<VolumeFromSnapshotState> {}
