import * as pulumi from "@pulumi/pulumi";
import type { ListedSnapshot, SnapshotFilters } from "../provider/functions/list-snapshots";

/**
 * Finds the newest completed snapshot that matches the filters of `listSnapshots`. If none matches, it fails, and the
 * error contains the filters. In a program it uses the configuration of the stack, in a script that of the environment.
 *
 * Each run searches again: a `VolumeFromSnapshot` of the result keeps its volume when a newer snapshot appears, unless
 * `onSnapshotChange` is `"replace"`.
 *
 * @example
 * ```ts
 * import { newestSnapshot, VolumeFromSnapshot } from "pulumi-ebs-snapshots";
 *
 * const newest = newestSnapshot({ group: "payments", tags: { Tier: "database" } });
 * new VolumeFromSnapshot("recovered", {
 *     snapshotId: newest.then(({ snapshotId }) => snapshotId),
 *     availabilityZone: "us-east-1a",
 *     onSnapshotChange: "keep",
 * });
 * ```
 * @see [DescribeSnapshots](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html)
 */
export async function newestSnapshot(args: SnapshotFilters = {}): Promise<ListedSnapshot> {
    const config = pulumi.runtime.allConfig();
    const { newestSnapshot: find } = await import("../provider/functions/newest-snapshot.js");
    return find((key) => config[key], args);
}
