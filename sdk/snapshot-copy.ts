import type { Placement } from "../provider/placement";
import type { SnapshotCopyInputs } from "../provider/snapshot-copy";
import type { SnapshotOutputs } from "../provider/snapshots";
import { snapshotKeys } from "./keys";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link SnapshotCopy}. */
export type SnapshotCopyArgs = Args<SnapshotCopyInputs & Placement>;

/** Everything that the state of a {@link SnapshotCopy} holds. */
export type SnapshotCopyState = SnapshotCopyInputs & Placement & SnapshotOutputs;

const keys: Keys<SnapshotCopyState> = {
    ...snapshotKeys,
    sourceSnapshotId: undefined,
    sourceRegion: undefined,
    completionDurationMinutes: undefined,
    destinationOutpostArn: undefined,
};

/**
 * A snapshot of one's own, copied from one in another region, or from one that another account shares.
 *
 * @example
 * ```ts
 * import { SnapshotCopy } from "pulumi-ebs-snapshots";
 *
 * new SnapshotCopy("own", {
 *     sourceSnapshotId: "snap-0123456789abcdef0",
 *     sourceRegion: "us-east-1", // where it is; the copy is made in `region`
 *     kmsKeyId: "alias/backup",
 * });
 * ```
 * @see [Copy an EBS snapshot](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html)
 * @see [CopySnapshot](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class SnapshotCopy extends EbsResource {
    constructor(name: string, args: SnapshotCopyArgs, opts?: ResourceOptions) {
        super("SnapshotCopy", name, keys, args, opts);
        this.idAs("snapshotId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface SnapshotCopy extends Outputs<SnapshotCopyState> {}
