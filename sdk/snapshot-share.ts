import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../schema/placement";
import type { SnapshotShareInputs, SnapshotShareOutputs } from "../schema/snapshot-share";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link SnapshotShare}. */
export type SnapshotShareArgs = Args<SnapshotShareInputs & ProviderOptions>;

/** All properties in the state of a {@link SnapshotShare}. */
export type SnapshotShareState = SnapshotShareInputs & ProviderOptions & SnapshotShareOutputs;

/**
 * Manages who besides its owner may use a snapshot. It owns the access that it declares, even if others granted it
 * first; deleting it revokes that access.
 *
 * @example
 * ```ts
 * import { Snapshot, SnapshotShare } from "pulumi-ebs-snapshots";
 *
 * const { snapshotId } = new Snapshot("nightly", { volumeId: "vol-0123456789abcdef0" });
 *
 * new SnapshotShare("for-audit", { snapshotId, accounts: ["audit", "444455556666"] });
 * ```
 * @see [Share an EBS snapshot](https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html)
 * @see [ModifySnapshotAttribute](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class SnapshotShare extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): SnapshotShare {
        return new SnapshotShare(name, {} as SnapshotShareArgs, { ...opts, id });
    }

    constructor(name: string, args: SnapshotShareArgs, opts?: ResourceOptions) {
        super("SnapshotShare", name, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface SnapshotShare extends Outputs<SnapshotShareState> {}
