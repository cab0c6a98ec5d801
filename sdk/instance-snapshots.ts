import type * as pulumi from "@pulumi/pulumi";
import type { InstanceSnapshotsInputs, InstanceSnapshotsOutputs } from "../schema/instance-snapshots";
import type { ProviderOptions } from "../schema/placement";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link InstanceSnapshots}. */
export type InstanceSnapshotsArgs = Args<InstanceSnapshotsInputs & ProviderOptions>;

/** All properties in the state of an {@link InstanceSnapshots}. */
export type InstanceSnapshotsState = InstanceSnapshotsInputs & ProviderOptions & InstanceSnapshotsOutputs;

/**
 * Crash-consistent multi-volume snapshots of an instance.
 *
 * @example
 * ```ts
 * import { InstanceSnapshots } from "pulumi-ebs-snapshots";
 *
 * new InstanceSnapshots("before-migration", {
 *     instanceId: "i-0123456789abcdef0",
 *     excludeBootVolume: true,
 *     triggers: { release: "2.4.0" }, // a new value creates new snapshots
 * });
 * ```
 * @see [CreateSnapshots](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class InstanceSnapshots extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): InstanceSnapshots {
        return new InstanceSnapshots(name, {} as InstanceSnapshotsArgs, { ...opts, id });
    }

    constructor(name: string, args: InstanceSnapshotsArgs, opts?: ResourceOptions) {
        super("InstanceSnapshots", name, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface InstanceSnapshots extends Outputs<InstanceSnapshotsState> {}
