/**
 * Finds snapshots in the Recycle Bin and restores them: a snapshot that is deleted under a retention rule of the
 * account can be restored for some time.
 * https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-working-with-snaps.html
 *
 * @module
 */
import type { SnapshotRecycleBinInfo } from "@aws-sdk/client-ec2";
import { applyOnce } from "../aws/apply-once";
import { batched } from "../aws/batch";
import { perObject } from "../aws/cache";
import type { Ec2 } from "../aws/ec2";
import { Ec2Error, type ErrorKind } from "../aws/errors";
import { createKeyedQueue } from "../aws/keyed-queue";
import type { ResourceContext } from "../lifecycle/resource-context";

/** A run looks up its deleted snapshots with at most this number of calls for each region and identity. */
const maxReportCalls = 4;

/**
 * This lookup is only informative, so that it ends with the first failure, and if the bin contains none of the
 * snapshots.
 */
const reports = perObject((ec2: Ec2) => {
    const queue = createKeyedQueue();
    let calls = 0;
    let isOver = false;
    const lookUp = async (ids: string[]) => {
        if (isOver) return new Map<string, SnapshotRecycleBinInfo>();
        calls++;
        const found = await list(ec2, ids, { deadline: ec2.clock.now() }).catch(() => []);
        isOver = found.length === 0 || calls === maxReportCalls;
        return new Map(found.map((info) => [info.SnapshotId ?? "", info]));
    };
    return {
        find: batched((ids) => queue("", () => lookUp(ids)), ec2.clock),
        isOver: () => isOver,
    };
});

/** Reports whether a snapshot that was just deleted is in the bin. */
export async function reportRecycled(ctx: ResourceContext, id: string): Promise<void> {
    const report = reports(ctx.ec2);
    const info = await report.find(id);
    if (info === undefined) return;
    const location = `the Recycle Bin until ${formatExitTime(info)}. To restore it, set \`adopt\` to its id.`;
    const hint = report.isOver()
        ? " Snapshots that are deleted from here on may be there too: aws ec2 list-snapshots-in-recycle-bin."
        : "";
    ctx.info(`deleted snapshot ${id} is in ${location}${hint}`);
}

/**
 * EC2 returns these errors if the snapshot is not in the bin, if the caller may not list it, and if there is no bin.
 */
const notInBin: ErrorKind[] = ["notFound", "forbidden", "rejected"];

export async function findInRecycleBin(
    { ec2 }: ResourceContext,
    id: string,
): Promise<SnapshotRecycleBinInfo | undefined> {
    try {
        const found = await list(ec2, [id]);
        return found.find(({ SnapshotId }) => SnapshotId === id);
    } catch (error) {
        if (error instanceof Ec2Error && notInBin.includes(error.kind)) return undefined;
        throw error;
    }
}

/** Lists snapshots by id, so that a full bin costs no more calls than an empty one. */
async function list(
    ec2: Ec2,
    SnapshotIds: string[],
    options: { deadline?: number } = {},
): Promise<SnapshotRecycleBinInfo[]> {
    const requires = "Snapshots";
    const { Snapshots = [] } = await ec2.send(
        "ListSnapshotsInRecycleBin",
        { SnapshotIds },
        { ...options, requires },
    );
    return Snapshots;
}

export function formatExitTime({ RecycleBinExitTime }: SnapshotRecycleBinInfo): string {
    return RecycleBinExitTime?.toISOString() ?? "a time that EC2 does not report";
}

export async function restore({ ec2 }: ResourceContext, id: string): Promise<void> {
    const isDone = async () => (await ec2.snapshots.read(id)) !== undefined;
    await applyOnce(ec2, "RestoreSnapshotFromRecycleBin", { input: { SnapshotId: id }, isDone });
}
