/**
 * `CompletedSnapshots`: a barrier that is done when every one of its snapshots is `completed`. Snapshots declared with
 * `waitForCompletion: false` then run all at once, however few operations the engine runs side by side.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { allCompleted } from "./completion";
import { deadlineOf, duration, sameDuration, type Duration } from "./duration";
import { defined } from "./ec2/config";
import { WaitError } from "./ec2/watch";
import type { Resource } from "./resource";
import { listOf, resourceId, type Rules } from "./rules";

export interface CompletedSnapshotsInputs {
    /** Ids of the snapshots to wait for. A change updates: those that are new are waited for. */
    snapshotIds: string[];
    /**
     * How long one `up` waits for all of them. When it runs out, the next `up` goes on waiting. Default: `"24 hours"`. A
     * change updates the state alone.
     */
    timeout?: Duration;
}

/** One of the snapshots that are waited for. */
export interface CompletedSnapshot {
    /** Id of the snapshot. */
    snapshotId: string;
    /** `completed`, or as EC2 showed it last. */
    state: string;
    /** When it was completed: ISO 8601, UTC. Absent while it is pending. */
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
            ? { effect: "update", why: "not all of them are completed: they are waited for" }
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
        const { seen: last, failure } = await allCompleted(act, snapshotIds, deadline);
        const seen = last.map((one, index) => entryOf(snapshotIds[index] ?? "", one));
        if (failure !== undefined) throw new WaitError(failure, "failed", seen);
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
