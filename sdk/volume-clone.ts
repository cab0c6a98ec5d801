import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../schema/placement";
import type { VolumeOutputs } from "../schema/volume";
import type { VolumeCloneInputs } from "../schema/volume-clone";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link VolumeClone}. */
export type VolumeCloneArgs = Args<VolumeCloneInputs & ProviderOptions>;

/** All properties in the state of a {@link VolumeClone}. */
export type VolumeCloneState = VolumeCloneInputs & ProviderOptions & VolumeOutputs;

/**
 * A copy of a volume in its own zone, which is ready at once, without a snapshot.
 *
 * @example
 * ```ts
 * import { VolumeClone } from "pulumi-ebs-snapshots";
 *
 * const clone = new VolumeClone("staging", {
 *     sourceVolumeId: "vol-0123456789abcdef0",
 *     copyTagsFromVolume: { only: ["Application"] },
 * });
 *
 * export const volumeId = clone.volumeId;
 * ```
 * @see [Copy an EBS volume](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copying-volume.html)
 * @see [CopyVolumes](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyVolumes.html)
 * @see [ModifyVolume](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class VolumeClone extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): VolumeClone {
        return new VolumeClone(name, {} as VolumeCloneArgs, { ...opts, id });
    }

    constructor(name: string, args: VolumeCloneArgs, opts?: ResourceOptions) {
        super("VolumeClone", name, args, opts);
        this.idAs("volumeId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface VolumeClone extends Outputs<VolumeCloneState> {}
