/**
 * The Recycle Bin: what is deleted under a retention rule of the account can be restored for a while.
 * https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-working-with-snaps.html
 *
 * @module
 */
import type { SnapshotRecycleBinInfo } from "@aws-sdk/client-ec2";
import { Ec2Error } from "./ec2/errors";
import { once } from "./ec2/once";
import type { Act } from "./resource";

/** Tells of a snapshot that was just deleted, if it went into the bin. */
export async function tellRecycled(act: Act, id: string): Promise<void> {
    const there = await recycled(act, id).catch(() => undefined);
    if (there === undefined) return;
    const where = `the Recycle Bin until ${timeOf(there)}; \`adopt\` restores it`;
    act.info(`snapshot ${id} is deleted and lies in ${where}`);
}

/** What lies in the bin; nobody who may not look has anything there. */
export async function recycled(act: Act, id: string): Promise<SnapshotRecycleBinInfo | undefined> {
    try {
        return await act.cloud.recycled.read(id);
    } catch (error) {
        if (error instanceof Ec2Error && error.nature === "forbidden") return undefined;
        throw error;
    }
}

export function timeOf({ RecycleBinExitTime }: SnapshotRecycleBinInfo): string {
    return RecycleBinExitTime?.toISOString() ?? "a time that EC2 does not tell";
}

export async function restore({ cloud }: Act, id: string): Promise<void> {
    const { RestoreSnapshotFromRecycleBinCommand } = await import("@aws-sdk/client-ec2");
    const command = new RestoreSnapshotFromRecycleBinCommand({ SnapshotId: id });
    const done = async () => (await cloud.snapshots.read(id)) !== undefined;
    await once(cloud, "RestoreSnapshotFromRecycleBin", (ec2) => ec2.send(command), done);
}
