import * as pulumi from "@pulumi/pulumi";
import type { ListedSnapshot, ListSnapshotsArgs } from "../provider/list-snapshots";

/**
 * Which snapshots there are, the newest first: one's own, those that other accounts share, or public ones. In a program
 * it asks with the stack's configuration, in a script with the environment's.
 *
 * @example
 * ```ts
 * import { listSnapshots, VolumeFromSnapshot } from "pulumi-ebs-snapshots";
 *
 * const newest = listSnapshots({ group: "payments", state: "completed" }).then(([first]) => {
 *     if (first === undefined) throw new Error("payments has no snapshot yet");
 *     return first.snapshotId;
 * });
 * new VolumeFromSnapshot("recovered", { snapshotId: newest, availabilityZone: "us-east-1a" });
 * ```
 * @see [DescribeSnapshots](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html)
 */
export async function listSnapshots(args: ListSnapshotsArgs = {}): Promise<ListedSnapshot[]> {
    const config = pulumi.runtime.allConfig();
    const { listSnapshots: list } = await import("../provider/list-snapshots.js");
    return list((key) => config[key], args);
}
