import type { CompletedSnapshotsInputs, CompletedSnapshotsOutputs } from "../provider/completed-snapshots";
import type { Placement } from "../provider/placement";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Keys, Outputs } from "./types";

/** Arguments of {@link CompletedSnapshots}. */
export type CompletedSnapshotsArgs = Args<CompletedSnapshotsInputs & Placement>;

/** Everything that the state of a {@link CompletedSnapshots} holds. */
export type CompletedSnapshotsState = CompletedSnapshotsInputs & Placement & CompletedSnapshotsOutputs;

const keys: Keys<CompletedSnapshotsState> = {
    snapshotIds: undefined,
    timeout: undefined,
    region: undefined,
    credentials: undefined,
    snapshots: undefined,
    completedAt: undefined,
};

/**
 * A barrier: done when every one of the snapshots is `completed`. It fails naming those that are not, and why. Snapshots
 * with `waitForCompletion: false` then run all at once, however few operations the engine runs side by side. Deleting it
 * does nothing to the snapshots.
 *
 * @example
 * ```ts
 * import { CompletedSnapshots, Snapshot } from "pulumi-ebs-snapshots";
 *
 * const volumeIds = ["vol-0123456789abcdef0", "vol-0123456789abcdef1"];
 * const snapshots = volumeIds.map(
 *     (volumeId) => new Snapshot(`of-${volumeId}`, { volumeId, waitForCompletion: false }),
 * );
 * new CompletedSnapshots("all", { snapshotIds: snapshots.map(({ snapshotId }) => snapshotId) });
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class CompletedSnapshots extends EbsResource {
    constructor(name: string, args: CompletedSnapshotsArgs, opts?: ResourceOptions) {
        super("CompletedSnapshots", name, keys, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface CompletedSnapshots extends Outputs<CompletedSnapshotsState> {}
