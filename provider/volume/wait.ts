/**
 * Waits until a volume can be attached, and until it is initialized from its snapshot.
 *
 * @module
 */
import type { Volume, VolumeStatusItem } from "@aws-sdk/client-ec2";
import { WaitError, type PollResult } from "../aws/poll";
import type { ResourceContext } from "../lifecycle/resource-context";

/**
 * Waits until the volume can be attached. An error contains the last state of the volume, so that the next `up`
 * replaces it.
 */
export async function waitUntilAvailable<Observed extends Volume>(
    ctx: ResourceContext,
    id: string,
    { observed, deadline }: { observed: Observed; deadline: number },
): Promise<Observed> {
    const progress = (text: string) => {
        ctx.status(`volume ${text}`);
    };
    try {
        const now = await ctx.ec2.volumes.wait({
            key: id,
            subject: "volume creation",
            deadline,
            evaluate: evaluateVolume,
            progress,
        });
        ctx.status("volume available", { isFinal: true });
        // The tags were written before the wait; a Describe immediately afterwards may not show them yet.
        return { ...observed, ...now, Tags: observed.Tags };
    } catch (error) {
        if (!(error instanceof WaitError)) throw error;
        const last = (error as WaitError<Volume>).observed;
        const deleted = error.reason === "failed" && last === undefined ? { State: "deleted" as const } : {};
        throw new WaitError(error.message, error.reason, {
            observed: { ...observed, ...last, ...deleted },
            cause: error,
        });
    }
}

const keyPermissions =
    "if it is encrypted, the caller needs, on its KMS key, kms:CreateGrant, kms:Decrypt, kms:DescribeKey, " +
    "kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt*, and the key must be enabled. The next `pulumi up` recreates the volume.";

export function evaluateVolume(observed: Volume | undefined): PollResult {
    switch (observed?.State) {
        case "available":
        case "in-use":
            return "done";
        case "creating":
            return { pending: "creating" };
        case "error":
            return { failed: `EC2 could not create it (error): ${keyPermissions}` };
        case undefined:
        case "deleting":
        case "deleted":
            return { failed: `it disappeared while EC2 was creating it: ${keyPermissions}` };
        default:
            return { failed: `unexpected state ${String(observed?.State)}` };
    }
}

/** Waits until all blocks of the snapshot are in the volume, as far as EC2 shows it. */
export async function waitUntilInitialized(
    ctx: ResourceContext,
    key: string,
    deadline: number,
): Promise<void> {
    const progress = (text: string) => {
        ctx.status(`volume initialized ${text}`);
    };
    await ctx.ec2.volumeStatuses.wait({
        key,
        subject: "volume initialization",
        deadline,
        evaluate: evaluateInitialization,
        progress,
    });
    ctx.status("volume initialized", { isFinal: true });
}

export function evaluateInitialization(observed: VolumeStatusItem | undefined): PollResult {
    if (observed === undefined) return "notFound";
    const progress = observed.InitializationStatusDetails?.Progress ?? 100;
    return progress >= 100 ? "done" : { pending: `${String(progress)}%` };
}
