/**
 * Waiting until a snapshot is completed.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import type { Verdict } from "./ec2/watch";
import type { Act } from "./resource";

/** Where the snapshot is, and a voice to tell of it. */
type Sight = Pick<Act, "cloud" | "status">;

/** Waits until the snapshot is completed, showing its percentage. */
export async function completed(
    { cloud, status }: Sight,
    id: string,
    deadline: number,
): Promise<Ec2Snapshot> {
    const seen = await cloud.snapshots.wait({
        key: id,
        deadline,
        judge: judgeSnapshot,
        progress: (text) => {
            status(`snapshot ${text}`);
        },
    });
    status("snapshot completed");
    return seen;
}

/** Waits until EC2 shows the snapshot. */
export function visible({ cloud }: Sight, id: string, deadline: number): Promise<Ec2Snapshot> {
    const judge = (seen: Ec2Snapshot | undefined) => (seen === undefined ? judgeSnapshot(seen) : "done");
    return cloud.snapshots.wait({ key: id, deadline, judge });
}

export function judgeSnapshot(seen: Ec2Snapshot | undefined): Verdict {
    if (seen === undefined) return { failed: "it does not exist any more" };
    switch (seen.State) {
        case "completed":
            return "done";
        case "pending":
            return { again: seen.Progress || "0%" };
        case "error":
            return { failed: `error: ${seen.StateMessage ?? "EC2 gives no reason"}` };
        case undefined:
            return { again: "state not told yet" };
        default:
            return { failed: `is ${seen.State}, which is neither pending nor completed` };
    }
}
