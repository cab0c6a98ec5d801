/**
 * Waiting until a volume can be attached, and until it is filled from its snapshot.
 *
 * @module
 */
import type { Volume, VolumeStatusItem } from "@aws-sdk/client-ec2";
import { WaitError, type Verdict } from "../ec2/watch";
import type { Act } from "../resource";

/** Waits until the volume can be attached. A failure tells what became of it, so that the next up replaces it. */
export async function available<Seen extends Volume>(
    act: Act,
    id: string,
    seen: Seen,
    deadline: number,
): Promise<Seen> {
    const progress = (text: string) => {
        act.status(`volume ${text}`);
    };
    try {
        const now = await act.cloud.volumes.wait({ key: id, deadline, judge: judgeVolume, progress });
        act.status("volume available");
        // Tags are written before the wait; a Describe right after may not show them yet.
        return { ...seen, ...now, Tags: seen.Tags };
    } catch (error) {
        if (!(error instanceof WaitError)) throw error;
        const last = (error as WaitError<Volume>).seen;
        const gone = error.reason === "failed" && last === undefined ? { State: "deleted" as const } : {};
        throw new WaitError(error.message, error.reason, { ...seen, ...last, ...gone }, { cause: error });
    }
}

const keyPermissions =
    "if it is encrypted, the caller needs on its KMS key kms:CreateGrant, kms:Decrypt, kms:DescribeKey, " +
    "kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt*, and the key must be enabled; the next up makes a new one";

export function judgeVolume(seen: Volume | undefined): Verdict {
    switch (seen?.State) {
        case "available":
        case "in-use":
            return "done";
        case "creating":
            return { again: "creating" };
        case "error":
            return { failed: `EC2 could not make it (error): ${keyPermissions}` };
        case undefined:
        case "deleting":
        case "deleted":
            return { failed: `it went while EC2 was making it: ${keyPermissions}` };
        default:
            return { failed: `is ${String(seen?.State)}, which is neither creating nor available` };
    }
}

/** Waits until every block of the snapshot is in the volume, as far as EC2 tells. */
export async function initialized(act: Act, key: string, deadline: number): Promise<void> {
    const progress = (text: string) => {
        act.status(`volume initialized ${text}`);
    };
    await act.cloud.volumeStatuses.wait({ key, deadline, judge: judgeInitialization, progress });
    act.status("volume initialized");
}

export function judgeInitialization(seen: VolumeStatusItem | undefined): Verdict {
    if (seen === undefined) return { failed: "it does not exist any more" };
    const progress = seen.InitializationStatusDetails?.Progress ?? 100;
    return progress >= 100 ? "done" : { again: `${String(progress)}%` };
}
