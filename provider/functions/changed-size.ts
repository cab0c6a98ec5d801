/**
 * `changedSize` counts the blocks that a snapshot holds beyond an earlier one, by the EBS direct APIs. Programs and
 * scripts call it in their own process.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import type { ReadKey } from "../../schema/configuration-values";
import type { Ec2 } from "../aws/ec2";
import { withErrorContext } from "../aws/errors";
import { listAll } from "../aws/list-all";
import { eachPage } from "../aws/paginate";
import { text } from "../../schema/validators";
import { callOptions, requireValid, type ArgumentsOf } from "./arguments";
import { formatPlace } from "../aws/place";
import { noVolume } from "../snapshot/usable";
import { connect, type CallContext, type CallOptions } from "./connect";

/** Arguments of `changedSize`: either `snapshotId`, or `from` and `to`. */
export interface ChangedSizeArgs extends CallOptions {
    /**
     * Id of a snapshot, which is compared with the one before it of the same volume, the newest that is left and not
     * archived. If there is none, all of its blocks count. Default: none.
     */
    snapshotId?: string;
    /** Id of the earlier snapshot; with `to`. Default: none. */
    from?: string;
    /** Id of the later snapshot, of the same volume as `from`, or a copy as `from` is. Default: none. */
    to?: string;
}

const snapshotId = { validate: text("the id of a snapshot (snap-...)", /^snap-[0-9a-f]+$/) };
const sizeArguments = {
    ...callOptions,
    snapshotId,
    from: snapshotId,
    to: snapshotId,
} satisfies ArgumentsOf<ChangedSizeArgs>;

/** The size of the blocks that a snapshot adds to an earlier one. */
export interface ChangedSize {
    /** Size of these blocks in bytes: `blocks` times `blockSize`. */
    changedBytes: number;
    /** Number of blocks of the later snapshot that the earlier one has with other content, or has not. */
    blocks: number;
    /** Size of a block in bytes: 524,288 today. */
    blockSize: number;
    /** Id of the later snapshot. */
    to: string;
    /** Id of the earlier snapshot. Absent if the volume has none: then all blocks of the later one count. */
    from?: string;
}

/** The progress of a comparison. */
export interface ChangedSizeProgress {
    /** Part of the volume that is compared, from 0 to 1. */
    compared: number;
    /** Changed blocks so far. */
    blocks: number;
    /** Id of the later snapshot. */
    to: string;
    /** Id of the earlier snapshot. Absent if the volume has none. */
    from?: string;
}

/** Options to observe and to cancel a comparison. */
export interface ChangedSizeOptions {
    /** Cancels the comparison: the promise is rejected with the signal's reason. Default: none. */
    signal?: AbortSignal;
    /** Is called after each page of blocks. Default: none. */
    onProgress?(progress: ChangedSizeProgress): void;
}

export async function changedSize(
    read: ReadKey,
    given: ChangedSizeArgs,
    options: ChangedSizeOptions & CallContext = {},
): Promise<ChangedSize> {
    const { signal } = options;
    const args = requireValid<ChangedSizeArgs>(sizeArguments, given, options);
    const requested = pairIn(args);
    const { ec2 } = await connect(read, args);
    const [to, declared] = await Promise.all([
        readableSnapshot(ec2, requested.to),
        requested.from === undefined ? undefined : readableSnapshot(ec2, requested.from),
    ]);
    const from = (declared ?? (await snapshotBefore(ec2, requested.to, to)))?.SnapshotId;
    const pair = { to: requested.to, ...(from === undefined ? {} : { from }) };
    const subject =
        from === undefined
            ? `listing the blocks of ${requested.to}`
            : `comparing ${requested.to} with ${from}`;
    const counted = await withErrorContext(
        subject,
        countBlocks(ec2, pair, {
            signal,
            onProgress: (progress) => options.onProgress?.({ ...progress, ...pair }),
        }),
    ).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
    });
    return { changedBytes: counted.blocks * counted.blockSize, ...counted, ...pair };
}

/** Returns the ids of the two snapshots, of which the earlier one may still be unknown. */
function pairIn({ snapshotId, from, to }: ChangedSizeArgs): { to: string; from?: string } {
    if (snapshotId !== undefined && from === undefined && to === undefined) return { to: snapshotId };
    if (snapshotId !== undefined || from === undefined || to === undefined)
        throw new Error("specify either snapshotId, or from and to");
    if (from === to) throw new Error(`from and to are both ${to}, but must be two snapshots`);
    return { from, to };
}

/** Reads a snapshot; fails if the EBS direct APIs cannot read it, since their errors do not say why. */
async function readableSnapshot(ec2: Ec2, id: string): Promise<Ec2Snapshot> {
    const found = await ec2.snapshots.read(id);
    if (found === undefined)
        throw new Error(
            `${id} was not found in ${await formatPlace(ec2)}. Check the id, the region and the account.`,
        );
    const { State = "", Progress = "", StorageTier } = found;
    if (State !== "completed")
        throw new Error(
            `${id} is ${State}${State === "pending" ? ` (${Progress})` : ""}, but must be completed: its blocks cannot be listed yet.`,
        );
    if (StorageTier === "archive")
        throw new Error(
            `${id} is archived, and AWS lists no blocks of archived snapshots. Restore it first, with storageTier: "standard" and temporaryRestoreDays.`,
        );
    return found;
}

/** Returns the newest earlier snapshot of the same volume and owner that can be compared. */
async function snapshotBefore(ec2: Ec2, id: string, snapshot: Ec2Snapshot): Promise<Ec2Snapshot | undefined> {
    const { VolumeId = noVolume, OwnerId = "self", StartTime } = snapshot;
    if (VolumeId === noVolume)
        throw new Error(
            `${id} is a copy, or was not created from a volume: EC2 does not show its previous snapshot. ` +
                "Specify from and to.",
        );
    const Filters = [
        { Name: "volume-id", Values: [VolumeId] },
        { Name: "status", Values: ["completed"] },
    ];
    const input = { OwnerIds: [OwnerId], Filters, MaxResults: 1_000 };
    const time = ({ StartTime: start }: Ec2Snapshot) => start?.getTime() ?? 0;
    return (await listAll(ec2, "DescribeSnapshots", { input, list: "Snapshots" }))
        .filter((other) => other.StorageTier !== "archive" && time(other) < (StartTime?.getTime() ?? 0))
        .sort((one, other) => time(other) - time(one))[0];
}

interface Counted {
    blocks: number;
    blockSize: number;
}

/** Counts the blocks page by page: those of 16 TiB are 34 million, in 3,356 pages. */
async function countBlocks(
    ec2: Ec2,
    { from, to }: { from?: string; to: string },
    {
        signal,
        onProgress,
    }: {
        signal: AbortSignal | undefined;
        onProgress: (progress: { compared: number; blocks: number }) => void;
    },
): Promise<Counted> {
    const options = signal === undefined ? {} : { signal };
    const pages =
        from === undefined
            ? eachPage("ListSnapshotBlocks", async (NextToken) => {
                  const input = { SnapshotId: to, NextToken, MaxResults: pageSize };
                  const { Blocks = [], ...page } = await ec2.send("ListSnapshotBlocks", input, {
                      ...options,
                      requires: "BlockSize",
                  });
                  return { ...page, count: Blocks.length, last: Blocks.at(-1)?.BlockIndex };
              })
            : eachPage("ListChangedBlocks", async (NextToken) => {
                  const input = {
                      FirstSnapshotId: from,
                      SecondSnapshotId: to,
                      NextToken,
                      MaxResults: pageSize,
                  };
                  const { ChangedBlocks = [], ...page } = await ec2.send("ListChangedBlocks", input, {
                      ...options,
                      requires: "BlockSize",
                  });
                  // A block that the later snapshot has no longer takes no space in it.
                  const present = ChangedBlocks.filter(
                      ({ SecondBlockToken }) => SecondBlockToken !== undefined,
                  );
                  return { ...page, count: present.length, last: ChangedBlocks.at(-1)?.BlockIndex };
              });
    let [blocks, blockSize, compared] = [0, 0, 0];
    for await (const { count, last, BlockSize = 0, VolumeSize, NextToken } of pages) {
        blocks += count;
        blockSize = BlockSize;
        const total = ((VolumeSize ?? 0) * 2 ** 30) / BlockSize;
        if (!NextToken) compared = 1;
        else if (last !== undefined && total > 0) compared = Math.min(1, (last + 1) / total);
        onProgress({ compared, blocks });
    }
    return { blocks, blockSize };
}

/** AWS returns at most this many blocks per page. */
const pageSize = 10_000;
