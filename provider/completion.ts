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

/**
 * Waits until every one of them is completed, showing how far they are together. Gives what was seen of each at last, and
 * where it did not come about, why.
 */
export async function allCompleted(
    { cloud, status }: Sight,
    ids: string[],
    deadline: number,
): Promise<{ seen: (Ec2Snapshot | undefined)[]; failure?: string }> {
    const report = jointProgress(status, ids);
    const waits = ids.map(async (key) => {
        const progress = (text: string) => {
            report(key, text);
        };
        const seen = await cloud.snapshots.wait({ key, deadline, judge: judgeSnapshot, progress });
        report(key, "100%");
        return seen;
    });
    const results = await Promise.allSettled(waits);
    const seen = results.map((result) =>
        result.status === "fulfilled" ? result.value : (result.reason as { seen?: Ec2Snapshot }).seen,
    );
    const failures = failuresOf(ids, results);
    if (failures.length === 0) return { seen };
    const count = `${String(failures.length)} of ${String(ids.length)} are not completed`;
    return { seen, failure: `${count}: ${failures.join("; ")}` };
}

/** Which ones failed, each with the reason. */
export function failuresOf(ids: string[], results: PromiseSettledResult<unknown>[]): string[] {
    return results.flatMap((result, index) => {
        if (result.status === "fulfilled") return [];
        const reason: unknown = result.reason;
        return [`${ids[index] ?? ""}: ${reason instanceof Error ? reason.message : String(reason)}`];
    });
}

/** `37 of 100 snapshots completed, 61% in all`, said whenever that changes. */
function jointProgress(status: Sight["status"], ids: string[]): (id: string, text: string) => void {
    const percent = new Map(ids.map((id) => [id, 0]));
    let said = "";
    return (id, text) => {
        percent.set(id, Number.parseInt(text, 10) || 0);
        const values = [...percent.values()];
        const done = values.filter((value) => value === 100).length;
        const average = Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
        const line = `${String(done)} of ${String(percent.size)} snapshots completed, ${String(average)}% in all`;
        if (line !== said) status((said = line));
    };
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
