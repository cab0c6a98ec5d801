/**
 * What all snapshots have in common, whether taken of a volume or copied from another snapshot: options, outputs, and
 * every act but the making.
 *
 * @module
 */
import { adoptRule, type Adoptable } from "./adopt";
import { completed, visible } from "./completion";
import { deadlineOf, duration, sameDuration, type Duration } from "./duration";
import { deleteSnapshot } from "./deletion";
import { defined, type Configuration } from "./ec2/config";
import { unlessGone } from "./ec2/errors";
import { snapshotArn } from "./ec2/region";
import { syncTags } from "./ec2/tagging";
import {
    checkStandard,
    claimTag,
    observedTags,
    standardRules,
    tagOf,
    pendingTags,
    visibleTags,
    type StandardOptions,
    type StandardOutputs,
} from "./ec2/tags";
import { onTopOf } from "./ec2/watch";
import { endFastRestore } from "./fast-restore";
import {
    changeFeatures,
    checkFeatures,
    ensureFeatures,
    ensureProtection,
    featureRules,
    featureWarnings,
    observedFeatures,
    withFeatures,
    type Features,
    type Seen,
} from "./features";
import { recycled, restore, timeOf } from "./recycle-bin";
import { isReleased, release, replacedWarning, staysAs, unlessKept } from "./replaced";
import type { Act, Resource } from "./resource";
import {
    anything,
    flag,
    mapOf,
    shown,
    textUpTo,
    type CheckFailure,
    type Pending,
    type Properties,
    type Rules,
} from "./rules";

/** The options of whatever makes snapshots, one or several at once. */
export interface MakingOptions extends StandardOptions {
    /** Text of at most 255 characters. Default: none. A change replaces the snapshot: EC2 has no way to change it. */
    description?: string;
    /**
     * Anything that calls for a new snapshot when it changes, such as the version of what is about to be deployed. It is
     * not sent to AWS. Default: none. A change replaces the snapshot.
     */
    triggers?: Record<string, unknown>;
    /**
     * Whether a snapshot that has been replaced stays in the account, no longer managed, or is deleted once the new one is
     * complete. The value in the program that replaces counts. Default: `true` if what it is a copy of changed, else
     * `false`. A change updates the state alone.
     */
    keepReplaced?: boolean;
    /**
     * Whether `up` waits until the snapshot is `completed`. `false`: it goes on as soon as EC2 has begun, the outputs are
     * those of that moment, and what depends on the snapshot waits for it. Default: `true`. A change updates: to `true`,
     * the snapshot that is there is waited for.
     */
    waitForCompletion?: boolean;
    /**
     * How long one `up` waits, for completion and for refusals that pass (rate limits). When it runs out, the snapshot
     * stays in the state, and the next `up` goes on waiting. Default: `"24 hours"`. A change updates the state alone.
     */
    timeout?: Duration;
}

/** The options of every single snapshot, however it comes about. */
export interface SnapshotOptions extends MakingOptions, Adoptable, Features {}

/** A snapshot as EC2 shows it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html */
export interface SnapshotOutputs extends StandardOutputs {
    /** Id of the snapshot, the same as `id`. */
    snapshotId: string;
    /** ARN of the snapshot: partition, region and id. */
    arn: string;
    /** Id of the account that owns the snapshot, 12 digits. */
    ownerId: string;
    /** `pending`, `completed`, `error`, `recoverable` or `recovering`, as EC2 showed it last. */
    state: string;
    /** How far EC2 is, such as `43%`. */
    progress: string;
    /** When it was begun: ISO 8601, UTC. */
    startTime: string;
    /** When it was completed: ISO 8601, UTC. Absent while it is pending. */
    completionTime?: string;
    /** Size of the volume, GiB. */
    volumeSize: number;
    /** What all blocks of the snapshot take, bytes. */
    fullSnapshotSizeInBytes?: number;
    /** Whether the snapshot is encrypted. */
    encrypted: boolean;
    /** ARN of the KMS key. Absent where it is not encrypted. */
    kmsKeyId?: string;
}

export const makingRules = {
    ...standardRules,
    description: { accepts: textUpTo(255), onChange: "replace" },
    triggers: { accepts: mapOf(anything), onChange: "replace" },
    keepReplaced: { accepts: flag, onChange: "update" },
    waitForCompletion: { accepts: flag, onChange: "update" },
    timeout: { accepts: duration, onChange: "update", same: sameDuration },
} satisfies Rules<MakingOptions>;

export const snapshotOptionRules = {
    ...makingRules,
    adopt: adoptRule("snap"),
    ...featureRules,
} satisfies Rules<SnapshotOptions>;

export type SnapshotResource<Inputs extends object> = Resource<Inputs, Partial<SnapshotOutputs>, Seen>;

/**
 * Every act but the making; `origin` says what a snapshot with these inputs is a copy of, `fixed` which of its own inputs
 * EC2 shows.
 */
export function snapshotActs<Inputs extends SnapshotOptions>(
    origin: (inputs: Partial<Inputs>) => string,
    fixed: (seen: Seen) => Properties,
): Omit<SnapshotResource<Inputs>, "describe" | "rules" | "make"> {
    return {
        check: checkSnapshot,
        lookUp: (act, inputs, olds) => Promise.resolve(warnOfFeatures(act, inputs, olds)),
        secretWithTags: ["tagsAll"],

        pending: pendingJob,
        startedAt,

        async made(act, stack, fresh) {
            const found = await act.cloud.snapshots.claimed(stack, fresh);
            return [...found].map(([id, seen]) => ({
                id,
                seen,
                claim: tagOf(seen, claimTag),
                startedAt: seen.StartTime?.getTime() ?? 0,
            }));
        },

        async look(act, id, state) {
            const seen = await act.cloud.snapshots.read(id);
            return seen && withFeatures(act, state, seen);
        },
        async lookAhead(act, id, stack, state) {
            const seen = await act.cloud.snapshots.readAhead(id, stack);
            return seen && withFeatures(act, state, seen, true);
        },

        async change(act, id, seen, inputs, state, own) {
            const carrying = [{ id, tags: seen.Tags }];
            const [tags] = await syncTags(act.cloud, act.configuration, carrying, inputs, state, own);
            await changeFeatures(act, id, inputs, state, seen);
            return { ...seen, Tags: tags };
        },

        async finish(act, id, seen, inputs) {
            await ensureProtection(act, id, inputs, seen);
            const deadline = deadlineOf(act.cloud.clock, inputs);
            const done = await awaited(act, id, seen, inputs, deadline);
            if (done.State === "completed")
                await onTopOf(done, ensureFeatures(act, id, inputs, seen, deadline));
            return done;
        },

        replacing: {
            stays: staysAs(origin),

            warning: (id, state, inputs) =>
                replacedWarning(
                    `snapshot ${id}`,
                    [
                        `of ${origin(state)}`,
                        ...(state.startTime === undefined ? [] : [`taken ${state.startTime}`]),
                        ...(state.volumeSize === undefined ? [] : [`${String(state.volumeSize)} GiB`]),
                    ],
                    staysAs(origin)(state, inputs),
                ),

            release: (act, id) => release(act, [id]),
            released: async (act, id) => isReleased(await act.cloud.snapshots.readAhead(id, act.stack)),

            async succeeded(act, { id, inputs }) {
                const deadline = deadlineOf(act.cloud.clock, inputs);
                await unlessKept(id, completed(act, id, deadline));
            },
        },

        async remove(act, id, state) {
            const deadline = deadlineOf(act.cloud.clock, state);
            const restores = state.fastRestore !== undefined;
            if (restores) await unlessGone(endFastRestore(act, id, deadline));
            return unlessGone(deleteSnapshot(act, id, deadline, restores));
        },

        async recycled(act, id) {
            const there = await recycled(act, id);
            if (there === undefined) return undefined;
            const { Description, VolumeId } = there;
            const seen = defined({ SnapshotId: id, Description, VolumeId });
            const bring = async () => {
                await restore(act, id);
                return visible(act, id, deadlineOf(act.cloud.clock, {}));
            };
            return { seen, until: timeOf(there), restore: bring };
        },

        owner: (seen) => seen.OwnerId,
        fixed: (seen) => ({
            description: seen.Description || undefined,
            // The Recycle Bin does not show all of what lies in it.
            ...(seen.State === undefined ? defined(fixed(seen)) : fixed(seen)),
        }),

        outputs: async (act, id, seen) => ({
            ...(await factsOf(act.cloud.region, id, seen)),
            tagsAll: visibleTags(seen.Tags, act.configuration),
        }),

        observe: (act, inputs, seen) => ({
            ...observedTags(inputs, visibleTags(seen.Tags, act.configuration), act.configuration),
            ...observedFeatures(inputs, seen),
        }),
    };
}

/** A job that is not done, one that has failed, tags that are missing. */
export function pendingJob(
    state: Properties,
    inputs: Properties,
    configuration: Configuration,
): Pending | undefined {
    const job = state["state"];
    if (job === "error") return { effect: "replace", why: "it has failed, and is taken anew" };
    const awaited = inputs["waitForCompletion"] !== false;
    if (awaited && job !== undefined && job !== "completed")
        return { effect: "update", why: `it is ${shown(job)}, and is waited for` };
    return pendingTags(inputs, state, configuration);
}

export function startedAt({ startTime }: Properties): number {
    return typeof startTime === "string" ? Date.parse(startTime) : 0;
}

export function checkSnapshot(inputs: Properties, configuration: Configuration): CheckFailure[] {
    return [...checkStandard(inputs, configuration), ...checkFeatures(inputs)];
}

/** Refuses nothing. */
export function warnOfFeatures(act: Act, inputs: Properties, olds: Properties): CheckFailure[] {
    for (const line of featureWarnings(olds, inputs)) act.warn(line);
    return [];
}

/** The snapshot, once it is as far as its inputs want to wait for. */
async function awaited(
    act: Act,
    id: string,
    seen: Seen,
    { waitForCompletion }: SnapshotOptions,
    deadline: number,
): Promise<Seen> {
    if (seen.State === "completed") return seen;
    // CopySnapshot answers with the id and the tags alone.
    if (waitForCompletion === false && seen.StartTime !== undefined) return seen;
    const wait = waitForCompletion === false ? visible : completed;
    // Tags are written before the wait; a Describe right after may not show them yet.
    return { ...(await wait(act, id, deadline)), Tags: seen.Tags };
}

/** What EC2 shows of a snapshot, its tags apart. */
export async function factsOf(region: string, id: string, seen: Seen) {
    return {
        ...defined({
            ownerId: seen.OwnerId,
            state: seen.State,
            progress: seen.Progress || undefined,
            startTime: seen.StartTime?.toISOString(),
            completionTime: seen.CompletionTime?.toISOString(),
            volumeSize: seen.VolumeSize,
            fullSnapshotSizeInBytes: seen.FullSnapshotSizeInBytes,
            encrypted: seen.Encrypted,
            kmsKeyId: seen.KmsKeyId,
        }),
        snapshotId: id,
        arn: await snapshotArn(region, id),
    };
}
