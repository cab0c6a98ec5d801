import type * as pulumi from "@pulumi/pulumi";
import type {
    InstanceSnapshot,
    InstanceSnapshotsInputs,
    InstanceSnapshotsOutputs,
} from "../provider/instance-snapshots";
import type { Placement } from "../provider/placement";
import { makingKeys } from "./keys";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link InstanceSnapshots}. */
export type InstanceSnapshotsArgs = Args<InstanceSnapshotsInputs & Placement>;

/** Everything that the state of an {@link InstanceSnapshots} holds. */
export type InstanceSnapshotsState = InstanceSnapshotsInputs & Placement & InstanceSnapshotsOutputs;

const keys: Keys<InstanceSnapshotsState> = {
    ...makingKeys,
    instanceId: undefined,
    excludeBootVolume: undefined,
    excludeDataVolumeIds: undefined,
    copyTagsFromVolume: undefined,
    snapshots: undefined,
    missingSnapshotIds: undefined,
    state: undefined,
    startTime: undefined,
    ownerId: undefined,
    tagsAll: undefined,
};

/**
 * One crash-consistent set of snapshots of all volumes of an instance.
 *
 * @example
 * ```ts
 * import { InstanceSnapshots } from "pulumi-ebs-snapshots";
 *
 * new InstanceSnapshots("before-migration", {
 *     instanceId: "i-0123456789abcdef0",
 *     excludeBootVolume: true,
 *     triggers: { release: "2.4.0" }, // another value takes another set
 * });
 * ```
 * @see [CreateSnapshots](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class InstanceSnapshots extends EbsResource {
    constructor(name: string, args: InstanceSnapshotsArgs, opts?: ResourceOptions) {
        super("InstanceSnapshots", name, keys, args, opts);
    }

    protected override claimedIds(): pulumi.Output<string[]> {
        // One that was left out of the run (`--target`) has no outputs.
        return (this.snapshots as pulumi.Output<InstanceSnapshot[] | undefined>).apply((members = []) =>
            members.map(({ snapshotId }) => snapshotId),
        );
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface InstanceSnapshots extends Outputs<InstanceSnapshotsState> {}
