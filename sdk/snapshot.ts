import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../schema/placement";
import type { SnapshotInputs, SnapshotOutputs } from "../schema/snapshot";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link Snapshot}. */
export type SnapshotArgs = Args<SnapshotInputs & ProviderOptions>;

/** All properties in the state of a {@link Snapshot}. */
export type SnapshotState = SnapshotInputs & ProviderOptions & SnapshotOutputs;

/**
 * A snapshot of an EBS volume. `pulumi up` creates it, shows its progress and waits for its completion.
 *
 * @example
 * ```ts
 * import { Snapshot } from "pulumi-ebs-snapshots";
 *
 * const snapshot = new Snapshot("before-migration", {
 *     volumeId: "vol-0123456789abcdef0",
 *     group: "payments",
 *     billingCode: "CC-1042",
 *     triggers: { release: "2.4.0" }, // a new value creates a new snapshot
 * });
 *
 * export const snapshotId = snapshot.snapshotId;
 * ```
 * @see [Create EBS snapshots](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html)
 * @see [CreateSnapshot](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class Snapshot extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): Snapshot {
        return new Snapshot(name, {} as SnapshotArgs, { ...opts, id });
    }

    constructor(name: string, args: SnapshotArgs, opts?: ResourceOptions) {
        super("Snapshot", name, args, opts);
        this.idAs("snapshotId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface Snapshot extends Outputs<SnapshotState> {}
