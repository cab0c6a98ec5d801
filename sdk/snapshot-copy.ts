import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../schema/placement";
import type { SnapshotCopyInputs } from "../schema/snapshot-copy";
import type { SnapshotOutputs } from "../schema/snapshot";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link SnapshotCopy}. */
export type SnapshotCopyArgs = Args<SnapshotCopyInputs & ProviderOptions>;

/** All properties in the state of a {@link SnapshotCopy}. */
export type SnapshotCopyState = SnapshotCopyInputs & ProviderOptions & SnapshotOutputs;

/**
 * A copy of a snapshot from another region, or of a snapshot that another account shares.
 *
 * @example
 * ```ts
 * import { SnapshotCopy } from "pulumi-ebs-snapshots";
 *
 * new SnapshotCopy("own", {
 *     sourceSnapshotId: "snap-0123456789abcdef0",
 *     sourceRegion: "us-east-1", // region of the source; `region` is the destination
 *     kmsKeyId: "alias/backup",
 * });
 * ```
 * @see [Copy an EBS snapshot](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html)
 * @see [CopySnapshot](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class SnapshotCopy extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): SnapshotCopy {
        return new SnapshotCopy(name, {} as SnapshotCopyArgs, { ...opts, id });
    }

    constructor(name: string, args: SnapshotCopyArgs, opts?: ResourceOptions) {
        super("SnapshotCopy", name, args, opts);
        this.idAs("snapshotId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface SnapshotCopy extends Outputs<SnapshotCopyState> {}
