import * as pulumi from "@pulumi/pulumi";
import type { ChangedSize, ChangedSizeArgs, ChangedSizeOptions } from "../provider/functions/changed-size";

/**
 * Measures the size of the blocks that changed between two snapshots of a volume, with the EBS direct APIs. Snapshots are
 * differential, so that this size determines the cost of the later one. Both must be completed and not archived. In a program it uses the
 * configuration of the stack, in a script that of the environment.
 *
 * It calls AWS once for every 10,000 changed blocks of 512 KiB, 5 GB, which AWS charges for; throttled calls are retried.
 *
 * @example
 * ```ts
 * import { changedSize } from "pulumi-ebs-snapshots";
 *
 * void changedSize({ snapshotId: "snap-0123456789abcdef0" }).then(({ changedBytes, from }) => {
 *     console.log(`${(changedBytes / 2 ** 30).toFixed(1)} GiB since ${from ?? "nothing: it is the first"}`);
 * });
 * ```
 * @param args The snapshots.
 * @param options Options to observe and to cancel the comparison.
 * @see [ListChangedBlocks](https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListChangedBlocks.html)
 * @see [ListSnapshotBlocks](https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html)
 */
export async function changedSize(
    args: ChangedSizeArgs,
    options: ChangedSizeOptions = {},
): Promise<ChangedSize> {
    const config = pulumi.runtime.allConfig();
    const { changedSize: measure } = await import("../provider/functions/changed-size.js");
    return measure((key) => config[key], args, options);
}
