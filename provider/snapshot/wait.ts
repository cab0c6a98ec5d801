/**
 * Waits until snapshots are completed.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { messageOf } from "../aws/errors";
import type { PollResult } from "../aws/poll";
import type { ResourceContext } from "../lifecycle/resource-context";

const subject = "snapshot";

/** The client of the snapshot's region, and the function that shows the progress. */
type WaitContext = Pick<ResourceContext, "ec2" | "status">;

/** Waits until the snapshot is completed, and shows its percentage. */
export async function waitForSnapshot(
    { ec2, status }: WaitContext,
    id: string,
    deadline: number,
): Promise<Ec2Snapshot> {
    const observed = await ec2.snapshots.wait({
        key: id,
        subject,
        deadline,
        evaluate: evaluateSnapshot,
        progress: (text) => {
            status(`snapshot ${text}`);
        },
    });
    status("snapshot completed", { isFinal: true });
    return observed;
}

/**
 * Waits until all snapshots are completed, and shows their joint progress. It returns the last observed state of each,
 * and the reasons if any did not complete.
 */
export async function waitForSnapshots(
    { ec2, status }: WaitContext,
    ids: string[],
    deadline: number,
): Promise<{ observed: (Ec2Snapshot | undefined)[]; failure?: string }> {
    const report = jointProgress(status, ids);
    const waits = ids.map(async (key) => {
        const progress = (text: string) => {
            report(key, text);
        };
        const observed = await ec2.snapshots.wait({
            key,
            subject,
            deadline,
            evaluate: evaluateSnapshot,
            progress,
        });
        report(key, "100%");
        return observed;
    });
    const results = await Promise.allSettled(waits);
    const observed = results.map((result) =>
        result.status === "fulfilled" ? result.value : (result.reason as { observed?: Ec2Snapshot }).observed,
    );
    const failures = failuresOf(ids, results);
    if (failures.length === 0) return { observed };
    const count = `${String(failures.length)} of ${String(ids.length)} snapshots did not complete`;
    return { observed, failure: `${count}: ${failures.join("; ")}` };
}

/** Returns the failures, each with the id of its snapshot. */
export function failuresOf(ids: string[], results: PromiseSettledResult<unknown>[]): string[] {
    return results.flatMap((result, index) => {
        if (result.status === "fulfilled") return [];
        return [`${ids[index] ?? ""}: ${messageOf(result.reason)}`];
    });
}

/** Reports the joint progress when it changes, such as `37 of 100 snapshots completed, 61% in all`. */
function jointProgress(status: WaitContext["status"], ids: string[]): (id: string, text: string) => void {
    const percent = new Map(ids.map((id) => [id, 0]));
    let lastLine = "";
    return (id, text) => {
        percent.set(id, Number.parseInt(text, 10) || 0);
        const values = [...percent.values()];
        const done = values.filter((value) => value === 100).length;
        const average = Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
        const line = `${String(done)} of ${String(percent.size)} snapshots completed, ${String(average)}% in all`;
        if (line !== lastLine) status((lastLine = line), { isFinal: done === ids.length });
    };
}

/** Waits until EC2 shows the snapshot. */
export function waitUntilVisible({ ec2 }: WaitContext, id: string, deadline: number): Promise<Ec2Snapshot> {
    const evaluate = (observed: Ec2Snapshot | undefined) =>
        observed === undefined ? evaluateSnapshot(observed) : "done";
    return ec2.snapshots.wait({ key: id, subject, deadline, evaluate });
}

function evaluateSnapshot(observed: Ec2Snapshot | undefined): PollResult {
    if (observed === undefined) return "notFound";
    switch (observed.State) {
        case "completed":
            return "done";
        case "pending":
            return { pending: observed.Progress || "0%" };
        case "error":
            return { failed: `error: ${observed.StateMessage ?? "EC2 gave no reason"}` };
        case "recovering":
            return { pending: "being restored from the Recycle Bin" };
        case undefined:
            return { pending: "state not reported yet" };
        default:
            return { failed: `unexpected state ${observed.State}` };
    }
}
