import type { Placement } from "../provider/placement";
import type { SnapshotShareInputs, SnapshotShareOutputs } from "../provider/snapshot-share";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link SnapshotShare}. */
export type SnapshotShareArgs = Args<SnapshotShareInputs & Placement>;

/** Everything that the state of a {@link SnapshotShare} holds. */
export type SnapshotShareState = SnapshotShareInputs & Placement & SnapshotShareOutputs;

const keys: Keys<SnapshotShareState> = {
    snapshotId: undefined,
    accounts: undefined,
    public: undefined,
    exclusive: undefined,
    region: undefined,
    credentials: undefined,
    accountIds: undefined,
    isPublic: undefined,
    granted: undefined,
    grants: undefined,
    ownerId: undefined,
};

/**
 * Who besides its owner may use a snapshot. Deleting it revokes what it granted.
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
    constructor(name: string, args: SnapshotShareArgs, opts?: ResourceOptions) {
        super("SnapshotShare", name, keys, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface SnapshotShare extends Outputs<SnapshotShareState> {}
