/**
 * Implements the operations that `Snapshot` and `SnapshotCopy` share, which are all except create.
 *
 * @module
 */
import { waitForSnapshot, waitUntilVisible } from "./wait";
import { deadlineOf } from "../aws/clock";
import { deleteSnapshot } from "./delete";
import { defined, type Properties, formatValue } from "../../schema/values";
import { ignoreNotFound } from "../aws/errors";
import { snapshotArn } from "../aws/region";
import { inputsFromTags, optionsFromTags } from "../lifecycle/tags/options";
import { tagOf, visibleTags } from "../aws/tags";
import { checkStandard, claimTag, setTag } from "../../schema/tags";
import { withLastObserved } from "../aws/poll";
import { disableFastRestore } from "./fast-restore";
import {
    updateFeatures,
    ensureFeatures,
    ensureProtection,
    featureWarnings,
    inputsFromFeatures,
    withFeatures,
    type Observed,
} from "./features";
import { checkFeatures } from "../../schema/snapshot-features";
import { findInRecycleBin, formatExitTime, restore } from "./recycle-bin";
import { markRetained, replacementWarning, withRetentionContext } from "./retain-replaced";
import { retentionByOrigin } from "../../schema/retention";
import { importIdOf, type ChangeArgs, type RemoteCheckArgs, type Resource } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import { redactProperties, type CheckFailure } from "../../schema/failure";
import type { Pending } from "../../schema/property";
import type { SnapshotOutputs, SnapshotOptions } from "../../schema/snapshot";

export type SnapshotResource<Inputs extends object> = Resource<Inputs, Partial<SnapshotOutputs>, Observed>;

/**
 * Returns all operations except create. `origin` names the source of a snapshot with these inputs; `ownInputs` returns
 * the inputs of the resource itself as EC2 shows them.
 */
export function snapshotOperations<Inputs extends SnapshotOptions>(
    origin: (inputs: object) => string,
    ownInputs: (observed: Observed) => Properties,
): Omit<SnapshotResource<Inputs>, "describe" | "type" | "create"> {
    return {
        check: checkSnapshot,
        validateRemote: (args) => Promise.resolve(warnOfFeatures(args)),
        pending: pendingJob,
        ...claims,
        ...lifetime,
        replacing: replacingBy(origin),
        ...adoptionOf(ownInputs),
    };
}

/** Snapshots of every kind have these hooks. */
type Hooks = Partial<SnapshotResource<SnapshotOptions>>;

/** Finds the snapshots that this stack has created, by their tags. */
const claims = {
    isUnfinished,
    startedAt,

    async findClaimed({ ctx, stack, isFresh }) {
        const found = await ctx.ec2.snapshots.findClaimed(stack, { isFresh });
        const single = [...found].filter(([, observed]) => tagOf(observed, setTag) === undefined);
        return single.map(([id, observed]) => ({
            id,
            observed,
            claim: tagOf(observed, claimTag),
            startedAt: observed.StartTime?.getTime() ?? 0,
        }));
    },

    async findOwned({ ctx }) {
        const found = [...(await ctx.ec2.snapshots.findOwned(ctx.stack))];
        return found.map(([id, observed]) => ({ id, observed }));
    },
} satisfies Hooks;

/** Reads, updates and deletes a snapshot, with its features. */
const lifetime = {
    async read({ ctx, id, state }) {
        const observed = await ctx.ec2.snapshots.read(id);
        return observed && withFeatures(ctx, { declared: state, observed, isCached: false });
    },
    async readCached({ ctx, id, state }) {
        const observed = await ctx.ec2.snapshots.readCached(id, ctx.stack);
        return observed && withFeatures(ctx, { declared: state, observed, isCached: true });
    },

    tagged: {
        carriers: (id, observed) => [{ id: observed.SnapshotId ?? id, tags: observed.Tags }],
        withTags: (observed, [tags]) => ({ ...observed, Tags: tags }),
    },
    update: ({ ctx, id, observed, inputs, state }) => updateFeatures(ctx, id, { inputs, state, observed }),

    async waitUntilReady({ ctx, id, observed, inputs }) {
        await ensureProtection(ctx, id, { inputs, observed });
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        const done = await waitIfDeclared(ctx, id, { observed, inputs, deadline });
        if (done.State === "completed")
            await withLastObserved(done, ensureFeatures(ctx, id, { inputs, observed, deadline }));
        return done;
    },

    async delete({ ctx, id, state }) {
        const deadline = deadlineOf(ctx.ec2.clock, state);
        const wasFastRestored = state.fastRestore !== undefined;
        if (wasFastRestored) await ignoreNotFound(disableFastRestore(ctx, id, deadline));
        return ignoreNotFound(deleteSnapshot(ctx, id, { deadline, wasFastRestored }));
    },

    owner: (observed) => observed.OwnerId,
    outputs: async ({ ctx, id, observed }) => ({
        ...(await outputsFrom(ctx.ec2.region, id, observed)),
        tagsAll: visibleTags(observed.Tags, ctx.configuration),
    }),
} satisfies Hooks;

/** Replaces a snapshot: it is deleted when the new one is complete, or retained. */
function replacingBy(origin: (inputs: object) => string) {
    const isRetained = retentionByOrigin((inputs) => origin(inputs));
    return {
        isRetained,

        warning: ({ ctx: { secrets }, id, state, inputs }) =>
            replacementWarning({
                resource: `snapshot ${id}`,
                contents: `of ${origin(redactProperties({ ...state }, secrets))}`,
                state,
                isRetained: isRetained({ state, inputs }),
            }),

        isComplete: ({ outputs: { state } }) => state === "completed",
        carrierIds: ({ id }) => [id],
        async findSuccessor({ ctx, id }) {
            const observed = await ctx.ec2.snapshots.read(id);
            return observed && { id, inputs: {}, outputs: {} };
        },
        markRetained: ({ ctx, id }) => markRetained(ctx, [id]),

        async waitForReplacement({ ctx, replacement: { id, inputs } }) {
            const deadline = deadlineOf(ctx.ec2.clock, inputs);
            await withRetentionContext(id, waitForSnapshot(ctx, id, deadline));
        },
    } satisfies Hooks["replacing"];
}

/** Adopts, imports and refreshes an existing snapshot: its inputs as EC2 shows them. */
function adoptionOf(ownInputs: (observed: Observed) => Properties) {
    return {
        async findInRecycleBin({ ctx, id }) {
            const current = await findInRecycleBin(ctx, id);
            if (current === undefined) return undefined;
            const { Description, VolumeId } = current;
            const observed = defined({ SnapshotId: id, Description, VolumeId });
            const restoreFromBin = async () => {
                await restore(ctx, id);
                return waitUntilVisible(ctx, id, deadlineOf(ctx.ec2.clock, {}));
            };
            return { observed, until: formatExitTime(current), restore: restoreFromBin };
        },

        inputsFrom: ({ ctx, observed, declared }) =>
            declared === undefined
                ? {
                      description: observed.Description || undefined,
                      // The Recycle Bin shows only some properties of a snapshot.
                      ...(observed.State === undefined ? defined(ownInputs(observed)) : ownInputs(observed)),
                  }
                : {
                      ...inputsFromTags(
                          declared,
                          visibleTags(observed.Tags, ctx.configuration),
                          ctx.configuration,
                      ),
                      ...inputsFromFeatures(declared, observed),
                  },

        importId: importIdOf("a snapshot", "snap"),
        async findImported({ ctx, id }) {
            const observed = await ctx.ec2.snapshots.read(id);
            if (observed === undefined) return undefined;
            const tier = observed.StorageTier === "archive" ? "archive" : undefined;
            const options = optionsFromTags(visibleTags(observed.Tags, ctx.configuration), ctx.configuration);
            const description = observed.Description || undefined;
            return { id, inputs: { ...ownInputs(observed), description, storageTier: tier, ...options } };
        },
    } satisfies Hooks;
}

export function isUnfinished({ state }: Properties): boolean {
    return state === "pending" || state === "recovering";
}

/** Returns the pending work of a snapshot: a failed one is replaced, and an incomplete one is waited for. */
export function pendingJob({ state, inputs }: Pick<ChangeArgs, "state" | "inputs">): Pending | undefined {
    const job = state["state"];
    if (job === "error")
        return { effect: "replace", why: "the previous attempt failed; the snapshot will be recreated" };
    const isAwaited = inputs["waitForCompletion"] !== false;
    if (isAwaited && job !== undefined && job !== "completed")
        return { effect: "update", why: `its state is ${formatValue(job)}; the update will wait for it` };
    return undefined;
}

export function startedAt({ startTime }: Properties): number {
    return typeof startTime === "string" ? Date.parse(startTime) : 0;
}

export function checkSnapshot({
    inputs,
    configuration,
}: Pick<ChangeArgs, "inputs" | "configuration">): CheckFailure[] {
    return [...checkStandard(inputs, configuration), ...checkFeatures(inputs)];
}

/** Warns of features that cannot be undone or cost money; rejects nothing. */
export function warnOfFeatures({ ctx, inputs, olds }: RemoteCheckArgs): CheckFailure[] {
    for (const line of featureWarnings(olds, inputs)) ctx.warn(line);
    return [];
}

/** Waits as long as `waitForCompletion` requires, and returns the snapshot. */
async function waitIfDeclared(
    ctx: ResourceContext,
    id: string,
    {
        observed,
        inputs: { waitForCompletion },
        deadline,
    }: { observed: Observed; inputs: SnapshotOptions; deadline: number },
): Promise<Observed> {
    if (observed.State === "completed") return observed;
    // CopySnapshot returns only the id and the tags, so that the snapshot is read once.
    const isFailed = observed.State === "error";
    if (waitForCompletion === false && observed.StartTime !== undefined && !isFailed) return observed;
    const wait = waitForCompletion === false && !isFailed ? waitUntilVisible : waitForSnapshot;
    // The tags were written before the wait; a Describe immediately afterwards may not show them yet.
    return { ...(await wait(ctx, id, deadline)), Tags: observed.Tags };
}

/** Returns the outputs of a snapshot, except its tags. */
export async function outputsFrom(region: string, id: string, observed: Observed) {
    return {
        ...defined({
            ownerId: observed.OwnerId,
            state: observed.State,
            progress: observed.Progress || undefined,
            startTime: observed.StartTime?.toISOString(),
            completionTime: observed.CompletionTime?.toISOString(),
            volumeSize: observed.VolumeSize,
            fullSnapshotSizeInBytes: observed.FullSnapshotSizeInBytes,
            encrypted: observed.Encrypted,
            kmsKeyId: observed.KmsKeyId,
        }),
        snapshotId: id,
        arn: await snapshotArn(region, id),
    };
}
