/**
 * `CompletedSnapshots` is a barrier that is ready when all of its snapshots are `completed`. Snapshots with
 * `waitForCompletion: false` then run in parallel, however few operations the engine runs in parallel.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { rejectUnusable } from "./usable";
import { waitForSnapshots } from "./wait";
import { deadlineOf } from "../aws/clock";
import { formatPlace } from "../aws/place";
import { defined, formatCount, textsIn, UNKNOWN } from "../../schema/values";
import { WaitError } from "../aws/poll";
import type { Resource } from "../lifecycle/resource";
import type {
    CompletedSnapshot,
    CompletedSnapshotsInputs,
    CompletedSnapshotsOutputs,
} from "../../schema/completed-snapshots";

type Observed = CompletedSnapshot[];

export const completedSnapshots: Resource<CompletedSnapshotsInputs, CompletedSnapshotsOutputs, Observed> = {
    describe: ({ snapshotIds: ids }) =>
        Array.isArray(ids) ? `barrier of ${formatCount(ids.length, "snapshot")}` : "barrier",
    type: "CompletedSnapshots",

    pending: ({ state: { snapshots } }) =>
        Array.isArray(snapshots) && (snapshots as Observed).some(({ state }) => state !== "completed")
            ? { effect: "update", why: "not all snapshots are completed; the update will wait for them" }
            : undefined,

    async validateRemote({ ctx, inputs, olds }) {
        const notRead = [UNKNOWN, ...textsIn(olds["snapshotIds"])];
        const failures = textsIn(inputs["snapshotIds"]).map(async (id, index) => {
            if (notRead.includes(id) || ctx.ec2.isNew(id)) return [];
            const observed = await ctx.ec2.snapshots.readCached(id, ctx.stack);
            return rejectUnusable(ctx.ec2, `snapshotIds[${String(index)}]`, { id, snapshot: observed });
        });
        return (await Promise.all(failures)).flat();
    },

    create: () => Promise.resolve({ id: randomUUID(), observed: [] }),
    // The barrier exists in the state only, so that it always exists; its snapshots may not.
    read: ({ ctx, state: { snapshotIds } }) =>
        Promise.all(
            (snapshotIds as string[]).map(async (id) => entryOf(id, await ctx.ec2.snapshots.read(id))),
        ),
    update: ({ observed }) => Promise.resolve(observed),
    importId: {
        expected: 'ids of snapshots, such as "snap-0123456789abcdef0", separated by commas',
        pattern: /^snap-[0-9a-f]+(\s*,\s*snap-[0-9a-f]+)*$/,
    },
    // The same ids are the same barrier, because `get` reads it in each run.
    async findImported({ ctx, id }) {
        const snapshotIds = id.split(/\s*,\s*/);
        const observed = await Promise.all(snapshotIds.map((one) => ctx.ec2.snapshots.read(one)));
        const missing = snapshotIds.filter((_, index) => observed[index] === undefined);
        if (missing.length > 0)
            throw new Error(
                `${missing.join(", ")} ${missing.length === 1 ? "was" : "were"} not found in ${await formatPlace(ctx.ec2)}`,
            );
        return { id, inputs: { snapshotIds } };
    },
    delete: () => Promise.resolve("done"),
    owner: () => undefined,

    async waitUntilReady({ ctx, inputs: { snapshotIds, ...inputs } }) {
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        const { observed: last, failure } = await waitForSnapshots(ctx, snapshotIds, deadline);
        const observed = last.map((one, index) => entryOf(snapshotIds[index] ?? "", one));
        if (failure !== undefined) throw new WaitError(failure, "failed", { observed });
        return observed;
    },

    outputs({ observed }) {
        const times = observed.map(({ completionTime }) => completionTime ?? "");
        const done = observed.length > 0 && observed.every(({ state }) => state === "completed");
        const last = times.sort().at(-1);
        return Promise.resolve({ snapshots: observed, ...defined({ completedAt: done ? last : undefined }) });
    },
};

function entryOf(snapshotId: string, observed: Ec2Snapshot | undefined): CompletedSnapshot {
    return {
        snapshotId,
        state: observed?.State ?? "notFound",
        ...defined({ completionTime: observed?.CompletionTime?.toISOString() }),
    };
}
