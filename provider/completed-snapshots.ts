/**
 * `CompletedSnapshots`: a barrier that is done when every one of its snapshots is `completed`. Snapshots declared with
 * `waitForCompletion: false` then run all at once, however few operations the engine runs side by side.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { judgeSnapshot } from "./completion";
import { deadlineOf, duration, sameDuration, type Duration } from "./duration";
import { defined } from "./ec2/config";
import { WaitError } from "./ec2/watch";
import type { Act, Resource } from "./resource";
import { listOf, resourceId, type Rules } from "./rules";

export interface CompletedSnapshotsInputs {
    /** The snapshots to wait for. A change updates: those that are new are waited for. */
    snapshotIds: string[];
    /**
     * Patience for all of them, from each `up` on. When it runs out, the next `up` goes on waiting. Default:
     * `"24 hours"`. A change updates.
     */
    timeout?: Duration;
}

export interface CompletedSnapshot {
    snapshotId: string;
    state: string;
    /** ISO 8601, UTC. */
    completionTime?: string;
}

export interface CompletedSnapshotsOutputs {
    /** One entry a snapshot, in the order of `snapshotIds`. */
    snapshots: CompletedSnapshot[];
    /** When the last of them was completed: ISO 8601, UTC; absent as long as one is not. */
    completedAt?: string;
}

export const completedSnapshotsRules = {
    snapshotIds: { accepts: listOf(resourceId("snap"), { atLeast: 1 }), required: true, onChange: "update" },
    timeout: { accepts: duration, onChange: "update", same: sameDuration },
} satisfies Rules<CompletedSnapshotsInputs>;

type Seen = CompletedSnapshot[];

export const completedSnapshots: Resource<CompletedSnapshotsInputs, CompletedSnapshotsOutputs, Seen> = {
    describe: ({ snapshotIds }) => `barrier of ${String(snapshotIds.length)} snapshots`,
    rules: completedSnapshotsRules,

    pending: ({ snapshots }) =>
        Array.isArray(snapshots) && (snapshots as Seen).some(({ state }) => state !== "completed")
            ? "update"
            : undefined,

    make: () => Promise.resolve({ id: randomUUID(), seen: [] }),
    // The barrier itself exists in the state alone and is never gone; what it waited for may be.
    look: (act, _id, { snapshotIds }) =>
        Promise.all(
            (snapshotIds as string[]).map(async (id) => entryOf(id, await act.cloud.snapshots.read(id))),
        ),
    change: (_act, _id, seen) => Promise.resolve(seen),
    remove: () => Promise.resolve("done"),
    owner: () => undefined,

    async finish(act, _id, _seen, { snapshotIds, ...patience }) {
        const deadline = deadlineOf(act.cloud.clock, patience);
        const report = jointProgress(act, snapshotIds);
        const waits = snapshotIds.map(async (key): Promise<CompletedSnapshot> => {
            const progress = (text: string) => {
                report(key, text);
            };
            const seen = await act.cloud.snapshots.wait({ key, deadline, judge: judgeSnapshot, progress });
            report(key, "100%");
            return entryOf(key, seen);
        });
        const results = await Promise.allSettled(waits);
        const seen = results.map((result, index) => {
            const id = snapshotIds[index] ?? "";
            if (result.status === "fulfilled") return result.value;
            return entryOf(id, (result.reason as { seen?: Ec2Snapshot }).seen);
        });
        const failures = results.flatMap((result, index) => {
            if (result.status === "fulfilled") return [];
            const reason: unknown = result.reason;
            return [
                `${snapshotIds[index] ?? ""}: ${reason instanceof Error ? reason.message : String(reason)}`,
            ];
        });
        if (failures.length > 0) {
            const count = `${String(failures.length)} of ${String(snapshotIds.length)} are not completed`;
            throw new WaitError(`${count}: ${failures.join("; ")}`, "failed", seen);
        }
        return seen;
    },

    outputs(_act, _id, seen) {
        const times = seen.map(({ completionTime }) => completionTime ?? "");
        const done = seen.length > 0 && seen.every(({ state }) => state === "completed");
        const last = times.sort().at(-1);
        return Promise.resolve({ snapshots: seen, ...defined({ completedAt: done ? last : undefined }) });
    },
};

function entryOf(snapshotId: string, seen: Ec2Snapshot | undefined): CompletedSnapshot {
    return {
        snapshotId,
        state: seen?.State ?? "gone",
        ...defined({ completionTime: seen?.CompletionTime?.toISOString() }),
    };
}

/** `37 of 100 snapshots completed, 61% in all`, said whenever that changes. */
function jointProgress(act: Act, ids: string[]): (id: string, text: string) => void {
    const percent = new Map(ids.map((id) => [id, 0]));
    let said = "";
    return (id, text) => {
        percent.set(id, Number.parseInt(text, 10) || 0);
        const values = [...percent.values()];
        const done = values.filter((value) => value === 100).length;
        const average = Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
        const line = `${String(done)} of ${String(percent.size)} snapshots completed, ${String(average)}% in all`;
        if (line !== said) act.status((said = line));
    };
}
