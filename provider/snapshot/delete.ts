/**
 * Deletes a snapshot, and explains EC2's rejection.
 *
 * @module
 */
import type { Image } from "@aws-sdk/client-ec2";
import { Ec2Error } from "../aws/errors";
import { listAll } from "../aws/list-all";
import type { ResourceContext } from "../lifecycle/resource-context";
import { enabledZones } from "./fast-restore";
import { isLocked, formatLock } from "./lock";
import { reportRecycled } from "./recycle-bin";

/** EC2 releases a snapshot within this time after FSR was disabled, or after its AMI was deregistered. */
const releaseTimeoutsMs = { fastRestore: 10 * 60_000, image: 60_000 };

export interface SnapshotDeletion {
    deadline: number;
    /** Reports whether fast snapshot restore (FSR) was disabled just before. */
    wasFastRestored: boolean;
}

export async function deleteSnapshot(
    ctx: ResourceContext,
    id: string,
    { deadline, wasFastRestored }: SnapshotDeletion,
): Promise<void> {
    const until = ctx.ec2.clock.now() + releaseTimeoutsMs[wasFastRestored ? "fastRestore" : "image"];
    let reasons: string[] | undefined;
    const isRetryable = async ({ code }: Ec2Error) => {
        if (code !== inUse || ctx.ec2.clock.now() > until) return false;
        reasons ??= await reasonsOf(ctx, id, code).catch(() => []);
        // If EC2 shows no use of the snapshot, the use has just ended, and the call can be retried.
        return reasons.length === 0;
    };
    const onRetry = ({ code, awsMessage }: Ec2Error) => {
        ctx.status(`waiting until EC2 releases the snapshot: ${code}: ${awsMessage}`);
    };
    try {
        await ctx.ec2.send("DeleteSnapshot", { SnapshotId: id }, { deadline, isRetryable, onRetry });
        await reportRecycled(ctx, id);
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.kind !== "rejected") throw error;
        reasons ??= await reasonsOf(ctx, id, error.code).catch(() => []);
        throw new Error([error.message, ...reasons].join("; "), { cause: error });
    }
}

const inUse = "InvalidSnapshot.InUse";

/** Returns the reasons that EC2's own message does not contain. */
async function reasonsOf(ctx: ResourceContext, id: string, code: string): Promise<string[]> {
    const lock = await ctx.ec2.locks.read(id);
    if (isLocked(lock)) {
        // The program cannot lift the lock of a replaced snapshot, or one that it does not declare.
        const remedy = `Unlock it first: aws ec2 unlock-snapshot --region ${ctx.ec2.region} --snapshot-id ${id}`;
        return [lock.LockState === "compliance" ? formatLock(lock) : `${formatLock(lock)}. ${remedy}`];
    }
    if (code !== inUse) return [];
    const images = await imagesOf(ctx, id);
    const zones = enabledZones(await ctx.ec2.fastRestores.read(id), { byId: false });
    return [
        ...images.map(
            ({ ImageId = "", Name = "" }) => `AMI ${ImageId} (${Name}) uses it; deregister the AMI first`,
        ),
        ...(zones.length > 0
            ? [`fast snapshot restore is enabled in ${zones.join(", ")}; disable it first`]
            : []),
    ];
}

function imagesOf({ ec2 }: ResourceContext, id: string): Promise<Image[]> {
    const Filters = [{ Name: "block-device-mapping.snapshot-id", Values: [id] }];
    return listAll(ec2, "DescribeImages", { input: { Owners: ["self"], Filters }, list: "Images" });
}
