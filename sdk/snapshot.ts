import type { Placement } from "../provider/placement";
import type { SnapshotInputs } from "../provider/snapshot";
import type { SnapshotOutputs } from "../provider/snapshots";
import { snapshotKeys } from "./keys";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link Snapshot}. */
export type SnapshotArgs = Args<SnapshotInputs & Placement>;

/** Everything that the state of a {@link Snapshot} holds. */
export type SnapshotState = SnapshotInputs & Placement & SnapshotOutputs;

const keys: Keys<SnapshotState> = {
    ...snapshotKeys,
    volumeId: undefined,
    outpostArn: undefined,
    location: undefined,
    copyTagsFromVolume: undefined,
};

/**
 * A snapshot of an EBS volume. `pulumi up` takes it, shows its progress and waits until it is complete.
 *
 * @example
 * ```ts
 * import { Snapshot } from "pulumi-ebs-snapshots";
 *
 * const snapshot = new Snapshot("before-migration", {
 *     volumeId: "vol-0123456789abcdef0",
 *     group: "payments",
 *     billingCode: "CC-1042",
 *     triggers: { release: "2.4.0" }, // another value takes another snapshot
 * });
 *
 * export const snapshotId = snapshot.snapshotId;
 * ```
 * @see [Create EBS snapshots](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html)
 * @see [CreateSnapshot](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class Snapshot extends EbsResource {
    constructor(name: string, args: SnapshotArgs, opts?: ResourceOptions) {
        super("Snapshot", name, keys, args, opts);
        this.idAs("snapshotId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface Snapshot extends Outputs<SnapshotState> {}
