/**
 * `Snapshot`: a point-in-time copy of a volume.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html
 *
 * @module
 */
import type { EC2Client, Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { defaultTimeout, duration, sameDuration, toMilliseconds, type Duration } from "./duration";
import type { Cloud } from "./ec2/cloud";
import { defined } from "./ec2/config";
import { Ec2Error } from "./ec2/errors";
import { snapshotArn } from "./ec2/region";
import { syncTags, toTags, writeTags } from "./ec2/tagging";
import {
    checkStandard,
    claimTag,
    copiableTags,
    copyTagsRule,
    declaredTags,
    observedTags,
    stackTag,
    standardRules,
    tagsDiffer,
    visibleTags,
    type StandardOptions,
    type StandardOutputs,
    type TagMap,
} from "./ec2/tags";
import type { Verdict } from "./ec2/watch";
import type { Act, Resource } from "./resource";
import type { Placement } from "./placement";
import { anything, flag, mapOf, resourceId, textUpTo, type Rules } from "./rules";

export interface SnapshotInputs extends StandardOptions {
    /**
     * The volume that the snapshot is of. A change replaces the snapshot; the old one, the last copy of the other
     * volume, stays in the account unless `keepReplaced` is `false`.
     */
    volumeId: string;
    /** At most 255 characters. Default: none. EC2 has no way to change it: a change replaces the snapshot. */
    description?: string;
    /**
     * Anything that calls for a new snapshot when it changes, such as the version of what is about to be deployed.
     * Default: none. A change replaces the snapshot.
     */
    triggers?: Record<string, unknown>;
    /**
     * Whether a snapshot that has been replaced stays in the account, no longer managed. Default: `true` if its volume
     * changed, else `false`. A change is noted in the state and does nothing to the snapshot.
     */
    keepReplaced?: boolean;
    /**
     * Whether the volume's tags are copied to the snapshot when it is made. Default: `false`. A change does nothing to
     * a snapshot that exists.
     */
    copyTagsFromVolume?: boolean;
    /**
     * Whether the snapshot is waited for until it is `completed`. `false`: the job goes on in the background, and what
     * depends on the snapshot waits for it. Default: `true`. A change updates.
     */
    waitForCompletion?: boolean;
    /**
     * Patience for completion, from each `up` on. When it runs out, the snapshot stays in the state, and the next `up`
     * goes on waiting. Default: `"24 hours"`. A change updates.
     */
    timeout?: Duration;
}

export interface SnapshotOutputs extends StandardOutputs {
    /** Id of the snapshot, the same as `id`. */
    snapshotId: string;
    arn: string;
    /** Account that owns the snapshot. */
    ownerId: string;
    /** `pending`, `completed`, `error`, `recoverable` or `recovering`, as EC2 showed it last. */
    state: string;
    /** Such as `43%`. */
    progress: string;
    /** When the snapshot was begun: ISO 8601, UTC. */
    startTime: string;
    /** When it was completed: ISO 8601, UTC. */
    completionTime?: string;
    /** Size of the volume in GiB. */
    volumeSize: number;
    /** What the snapshot's blocks take, in bytes. */
    fullSnapshotSizeInBytes?: number;
    encrypted: boolean;
    /** ARN of the KMS key, where encrypted. */
    kmsKeyId?: string;
}

export const snapshotRules = {
    ...standardRules,
    volumeId: { accepts: resourceId("vol"), required: true, onChange: "replace" },
    description: { accepts: textUpTo(255), onChange: "replace" },
    triggers: { accepts: mapOf(anything), onChange: "replace" },
    keepReplaced: { accepts: flag, onChange: "update" },
    copyTagsFromVolume: copyTagsRule,
    waitForCompletion: { accepts: flag, onChange: "update" },
    timeout: { accepts: duration, onChange: "update", same: sameDuration },
} satisfies Rules<SnapshotInputs>;

type State = SnapshotInputs & Placement & Partial<SnapshotOutputs>;

export const snapshot: Resource<SnapshotInputs, Partial<SnapshotOutputs>, Ec2Snapshot> = {
    describe: ({ volumeId }) => `snapshot of volume ${volumeId}`,
    rules: snapshotRules,
    check: checkStandard,
    secretWithTags: ["tagsAll"],

    pending(state, inputs, configuration) {
        if (state["state"] === "error") return "replace";
        const awaited = inputs["waitForCompletion"] !== false;
        if (awaited && state["state"] !== undefined && state["state"] !== "completed") return "update";
        return tagsDiffer(inputs, state, configuration) ? "update" : undefined;
    },

    startedAt: ({ startTime }) => (typeof startTime === "string" ? Date.parse(startTime) : 0),

    async made(act, stack, fresh) {
        const found = await claimed(act, stack, fresh);
        return [...found].map(([id, seen]) => ({
            id,
            seen,
            claim: tagOf(seen, claimTag),
            startedAt: seen.StartTime?.getTime() ?? 0,
        }));
    },

    async make(act, inputs, ownTags) {
        const { CreateSnapshotCommand } = await import("@aws-sdk/client-ec2");
        const copied = await tagsOfVolume(act, inputs);
        const tags = { ...copied, ...declaredTags(inputs, act.configuration), ...ownTags };
        const request = new CreateSnapshotCommand({
            VolumeId: inputs.volumeId,
            Description: inputs.description,
            TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
        });
        const send = async (ec2: EC2Client) => {
            await act.stillHeard();
            return ec2.send(request);
        };
        const began = act.cloud.clock.now();
        // EC2 limits what is begun and pending of one volume: one asks at a time, in the order of the program.
        const answer = await act.cloud.inLine(inputs.volumeId, () =>
            act.cloud.call("CreateSnapshot", send, {
                deadline: deadlineOf(act, inputs),
                repeatable: false,
                // A volume that is still being made cannot be copied yet; one that has failed never.
                passes: ({ code }) =>
                    code === "IncorrectState" && act.cloud.clock.now() - began < volumePatience,
                delayed: ({ code, words }) => {
                    act.status(`waiting to begin: ${code}: ${words}`);
                },
            }),
        );
        if (answer.SnapshotId === undefined) throw new Error("EC2 answered without the id of a snapshot");
        return { id: answer.SnapshotId, seen: answer };
    },

    look: (act, id) => act.cloud.snapshots.read(id),
    lookAhead: (act, id, stack) => act.cloud.snapshots.readAhead(id, stack),

    async change(act, id, seen, inputs, state, own) {
        const tags = await syncTags(act.cloud, act.configuration, id, seen.Tags, inputs, state, own);
        return { ...seen, Tags: tags };
    },

    async finish(act, id, seen, inputs) {
        if (inputs.waitForCompletion === false || seen.State === "completed") return seen;
        const tags = seen.Tags;
        const done = await completed(act, id, deadlineOf(act, inputs));
        // Tags are written before the wait; a Describe right after may not show them yet.
        return { ...done, Tags: tags };
    },

    replacing: {
        stays: keepsReplaced,

        warning(id, state, inputs) {
            const facts = [
                `of volume ${state.volumeId ?? "unknown"}`,
                ...(state.startTime === undefined ? [] : [`taken ${state.startTime}`]),
                ...(state.volumeSize === undefined ? [] : [`${String(state.volumeSize)} GiB`]),
            ];
            return keepsReplaced(state, inputs)
                ? `replacing keeps snapshot ${id} (${facts.join(", ")}) in the account, no longer managed by Pulumi`
                : `replacing deletes snapshot ${id} (${facts.join(", ")}) once the new one is complete; ` +
                      "keepReplaced: true keeps it";
        },

        async release(act, id) {
            await unlessGone(writeTags(act.cloud, [id], { [stackTag]: `${released}${act.stack}` }));
        },

        async released(act, id) {
            const seen = await act.cloud.snapshots.readAhead(id, act.stack);
            return tagOf(seen, stackTag)?.startsWith(released) === true;
        },

        async succeeded(act, { id, inputs }) {
            try {
                await completed(act, id, deadlineOf(act, inputs));
            } catch (error) {
                const reason = error instanceof Error ? error.message : String(error);
                throw new Error(`it is kept, since its successor ${id} is not complete: ${reason}`, {
                    cause: error,
                });
            }
        },
    },

    async remove(act, id, state) {
        const { DeleteSnapshotCommand } = await import("@aws-sdk/client-ec2");
        const request = new DeleteSnapshotCommand({ SnapshotId: id });
        const patience = { deadline: deadlineOf(act, state) };
        return unlessGone(act.cloud.call("DeleteSnapshot", (ec2) => ec2.send(request), patience));
    },

    owner: (seen) => seen.OwnerId,

    outputs: async (act, id, seen) => ({
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
        arn: await snapshotArn(act.cloud.region, id),
        tagsAll: visibleTags(seen.Tags, act.configuration),
    }),

    observe: (act, inputs, seen) =>
        observedTags(inputs, visibleTags(seen.Tags, act.configuration), act.configuration),
};

/** Work on one that is gone has nothing left to do. */
async function unlessGone(work: Promise<unknown>): Promise<"done" | "gone"> {
    try {
        await work;
        return "done";
    } catch (error) {
        if (error instanceof Ec2Error && error.nature === "gone") return "gone";
        throw error;
    }
}

/** How long a volume may take until a copy of it can begin. */
const volumePatience = 10 * 60_000;

/** What the tag of the stack says, before the stack's name, on one that is no longer managed. */
const released = "kept by ";

function tagOf(seen: Ec2Snapshot | undefined, key: string): string | undefined {
    return seen?.Tags?.find(({ Key }) => Key === key)?.Value;
}

/** Whether the one that is replaced stays: as its successor says, else if it is the last copy of another volume. */
function keepsReplaced(state: Partial<State>, inputs: Partial<SnapshotInputs>): boolean {
    return inputs.keepReplaced ?? state.volumeId !== inputs.volumeId;
}

function deadlineOf(act: Act, { timeout = defaultTimeout }: Pick<SnapshotInputs, "timeout">): number {
    return act.cloud.clock.now() + toMilliseconds(timeout);
}

/** What carries a claim, looked up once a process: what is made later is made by this one. */
function claimed(act: Act, stack: string, fresh: boolean): Promise<Map<string, Ec2Snapshot>> {
    const known = claimedBefore.get(act.cloud);
    if (known !== undefined && !fresh) return known;
    const found = act.cloud.snapshots.tagged({ [stackTag]: [stack], [claimTag]: [] });
    if (known === undefined) claimedBefore.set(act.cloud, found);
    return found;
}

const claimedBefore = new WeakMap<Cloud, Promise<Map<string, Ec2Snapshot>>>();

async function tagsOfVolume(act: Act, inputs: SnapshotInputs): Promise<TagMap> {
    if (inputs.copyTagsFromVolume !== true) return {};
    const volume = await act.cloud.volumes.read(inputs.volumeId);
    if (volume === undefined)
        throw new Error(`volume ${inputs.volumeId} does not exist in ${act.cloud.region}`);
    return copiableTags(volume.Tags, act.configuration);
}

/** Waits until the snapshot is completed, showing its percentage. */
export async function completed(act: Act, id: string, deadline: number): Promise<Ec2Snapshot> {
    const seen = await act.cloud.snapshots.wait({
        key: id,
        deadline,
        judge: judgeSnapshot,
        progress: (text) => {
            act.status(`snapshot ${text}`);
        },
    });
    act.status("snapshot completed");
    return seen;
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
