import * as pulumi from "@pulumi/pulumi";
import type { ListedSnapshot, ListSnapshotsArgs } from "../provider/functions/list-snapshots";

/**
 * Lists snapshots, newest first: those of the account, those that other accounts share, or public ones. In a program it
 * uses the configuration of the stack, in a script that of the environment.
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
    const { listSnapshots: list } = await import("../provider/functions/list-snapshots.js");
    return list((key) => config[key], args);
}
