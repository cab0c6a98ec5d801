import type * as pulumi from "@pulumi/pulumi";
import type { CompletedSnapshotsInputs, CompletedSnapshotsOutputs } from "../schema/completed-snapshots";
import type { ProviderOptions } from "../schema/placement";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link CompletedSnapshots}. */
export type CompletedSnapshotsArgs = Args<CompletedSnapshotsInputs & ProviderOptions>;

/** All properties in the state of a {@link CompletedSnapshots}. */
export type CompletedSnapshotsState = CompletedSnapshotsInputs & ProviderOptions & CompletedSnapshotsOutputs;

/**
 * Waits until all given snapshots are `completed`, and fails with the names of those that are not, and why. Snapshots
 * with `waitForCompletion: false` then run in parallel, however few operations the engine runs in parallel. Deleting this
 * resource does not affect the snapshots.
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
    /**
     * Reads the states of snapshots, by their ids with commas in between, without waiting for them. Requires the plugin: a
     * {@link Provider}.
     */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): CompletedSnapshots {
        return new CompletedSnapshots(name, {} as CompletedSnapshotsArgs, { ...opts, id });
    }

    constructor(name: string, args: CompletedSnapshotsArgs, opts?: ResourceOptions) {
        super("CompletedSnapshots", name, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface CompletedSnapshots extends Outputs<CompletedSnapshotsState> {}
