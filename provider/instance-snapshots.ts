/**
 * `InstanceSnapshots`: one crash-consistent set of snapshots of all volumes of an instance.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { EC2Client, Snapshot as Ec2Snapshot, Tag } from "@aws-sdk/client-ec2";
import { allCompleted, failuresOf } from "./completion";
import { deleteSnapshot } from "./deletion";
import { deadlineOf } from "./duration";
import { defined } from "./ec2/config";
import { unlessGone } from "./ec2/errors";
import { syncTags, toTags } from "./ec2/tagging";
import {
    checkStandard,
    claimTag,
    copyTagsRule,
    declaredTags,
    observedTags,
    ownPrefix,
    tagOf,
    visibleTags,
    type StandardOutputs,
} from "./ec2/tags";
import { WaitError } from "./ec2/watch";
import { isReleased, release, replacedWarning, staysAs, unlessKept } from "./replaced";
import type { Resource } from "./resource";
import { flag, listOf, resourceId, sameSet, type Properties, type Rules } from "./rules";
import { makingRules, pendingJob, startedAt, type MakingOptions } from "./snapshots";

export interface InstanceSnapshotsInputs extends MakingOptions {
    /**
     * Id of the instance whose volumes the snapshots are of. A volume that is attached later is not in the set, and is no
     * difference. A change replaces the set; the old one, the last copy of the other instance, stays in the account unless
     * `keepReplaced` is `false`.
     */
    instanceId: string;
    /** Whether the root volume is left out. Default: `false`. A change replaces the set. */
    excludeBootVolume?: boolean;
    /**
     * Ids of volumes that are left out, the root volume aside. Order does not count. Default: none. A change replaces the
     * set.
     */
    excludeDataVolumeIds?: string[];
    /**
     * Whether the tags of each volume are copied to its snapshot when that is made. Default: `false`. A change does
     * nothing to a set that exists.
     */
    copyTagsFromVolume?: boolean;
}

/** A member of the set. */
export interface InstanceSnapshot {
    /** Id of the snapshot. */
    snapshotId: string;
    /** Id of the volume that it is of. */
    volumeId: string;
    /** Size of the volume, GiB. */
    volumeSize: number;
    /** `pending`, `completed` or `error`, as EC2 showed it last. */
    state: string;
}

export interface InstanceSnapshotsOutputs extends StandardOutputs {
    /** One entry a volume, in the order of the volumes' ids. */
    snapshots: InstanceSnapshot[];
    /** Ids of members that were deleted outside; empty as long as the set is whole. */
    missingSnapshotIds: string[];
    /** `error` if any member is, else `pending` if any is, else `completed`. */
    state: string;
    /** When the set was begun: ISO 8601, UTC. */
    startTime: string;
    /** Id of the account that owns the set, 12 digits. */
    ownerId: string;
}

export const instanceSnapshotsRules = {
    ...makingRules,
    instanceId: { accepts: resourceId("i"), required: true, onChange: "replace" },
    excludeBootVolume: { accepts: flag, onChange: "replace" },
    excludeDataVolumeIds: { accepts: listOf(resourceId("vol")), onChange: "replace", same: sameIds },
    copyTagsFromVolume: copyTagsRule,
} satisfies Rules<InstanceSnapshotsInputs>;

/** The set that a snapshot is a member of. */
const setTag = `${ownPrefix}set`;

interface Seen {
    members: Ec2Snapshot[];
    missing: string[];
}

export const instanceSnapshots: Resource<InstanceSnapshotsInputs, Partial<InstanceSnapshotsOutputs>, Seen> = {
    describe: (inputs) => `snapshots of ${origin(inputs)}`,
    rules: instanceSnapshotsRules,
    check: checkStandard,
    secretWithTags: ["tagsAll"],
    pending: pendingJob,
    startedAt,

    warning(state) {
        const [there, missing] = [memberIds(state), missingIds(state)];
        if (missing.length === 0) return undefined;
        return (
            `${String(missing.length)} of ${String(there.length + missing.length)} snapshots of the set were deleted ` +
            `outside of this program (${missing.join(", ")}): it is no longer whole; another value in \`triggers\` ` +
            "takes a new set"
        );
    },

    async make(act, inputs, ownTags) {
        const { CreateSnapshotsCommand } = await import("@aws-sdk/client-ec2");
        const id = `set-${randomBytes(9).toString("hex").slice(1)}`;
        const tags = { ...declaredTags(inputs, act.configuration), ...ownTags, [setTag]: id };
        const request = new CreateSnapshotsCommand({
            InstanceSpecification: {
                InstanceId: inputs.instanceId,
                ExcludeBootVolume: inputs.excludeBootVolume,
                ExcludeDataVolumeIds: inputs.excludeDataVolumeIds,
            },
            Description: inputs.description,
            CopyTagsFromSource: inputs.copyTagsFromVolume === true ? "volume" : undefined,
            TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
        });
        const send = async (ec2: EC2Client) => {
            await act.stillHeard();
            return ec2.send(request);
        };
        const answer = await act.cloud.inLine(inputs.instanceId, () =>
            act.cloud.call("CreateSnapshots", send, {
                deadline: deadlineOf(act.cloud.clock, inputs),
                repeatable: false,
                delayed: ({ code, words }) => {
                    act.status(`waiting to begin: ${code}: ${words}`);
                },
            }),
        );
        const members = answer.Snapshots ?? [];
        if (members.length === 0) throw new Error("EC2 answered without a snapshot: nothing is left to copy");
        return { id, seen: { members, missing: [] } };
    },

    async made(act, stack, fresh) {
        const found = [...(await act.cloud.snapshots.claimed(stack, fresh)).values()];
        const ids = new Set(found.flatMap((seen) => tagOf(seen, setTag) ?? []));
        return [...ids].map((id) => {
            const members = found.filter((seen) => tagOf(seen, setTag) === id);
            const [claim] = members.map((seen) => tagOf(seen, claimTag));
            return { id, seen: { members, missing: [] }, claim, startedAt: begun(members)?.getTime() ?? 0 };
        });
    },

    look: (act, _id, state) => lookAt(state, (id) => act.cloud.snapshots.read(id)),
    lookAhead: (act, _id, stack, state) => lookAt(state, (id) => act.cloud.snapshots.readAhead(id, stack)),

    async change(act, _id, { members, missing }, inputs, state, own) {
        const carrying = members.map(({ SnapshotId: id = "", Tags: tags }) => ({ id, tags }));
        const tags = await syncTags(act.cloud, act.configuration, carrying, inputs, state, own);
        return { members: members.map((member, index) => ({ ...member, Tags: tags[index] })), missing };
    },

    async finish(act, _id, { members, missing }, inputs) {
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const done = members.every(({ State }) => State === "completed");
        if (inputs.waitForCompletion === false || done) return { members, missing };
        const { seen, failure } = await allCompleted(act, members.map(idOf), deadline);
        // Tags are written before the wait; a Describe right after may not show them yet.
        const last = members.map((member, index) => ({ ...member, ...seen[index], Tags: member.Tags }));
        if (failure !== undefined) throw new WaitError(failure, "failed", { members: last, missing });
        return { members: last, missing };
    },

    replacing: {
        stays: staysAs(origin),

        warning: (id, state, inputs) =>
            replacedWarning(
                `set ${id}`,
                [
                    `${String(state.snapshots?.length ?? 0)} snapshots of ${origin(state)}`,
                    ...(state.startTime === undefined ? [] : [`taken ${state.startTime}`]),
                ],
                staysAs(origin)(state, inputs),
            ),

        release: (act, _id, state) => release(act, memberIds(state)),

        async released(act, _id, state) {
            const read = (id: string) => act.cloud.snapshots.readAhead(id, act.stack);
            const seen = await lookAt(state, read);
            return seen?.members.some(isReleased) === true;
        },

        async succeeded(act, { id, inputs, outputs }) {
            const whole = allCompleted(act, memberIds(outputs), deadlineOf(act.cloud.clock, inputs));
            await unlessKept(
                id,
                whole.then(({ failure }) => {
                    if (failure !== undefined) throw new Error(failure);
                }),
            );
        },
    },

    async remove(act, _id, state) {
        const ids = memberIds({ ...state });
        const deadline = deadlineOf(act.cloud.clock, state);
        const results = await Promise.allSettled(
            ids.map((id) => unlessGone(deleteSnapshot(act, id, deadline, false))),
        );
        const remaining = failuresOf(ids, results);
        if (remaining.length > 0) {
            const count = `${String(remaining.length)} of ${String(ids.length)} snapshots remain`;
            throw new Error(`${count}: ${remaining.join("; ")}`);
        }
        return results.every((result) => result.status === "fulfilled" && result.value === "gone")
            ? "gone"
            : "done";
    },

    owner: ({ members: [first] }) => first?.OwnerId,

    outputs: (act, _id, { members, missing }) =>
        Promise.resolve({
            snapshots: members.map(entryOf).sort((a, b) => (a.volumeId < b.volumeId ? -1 : 1)),
            missingSnapshotIds: missing,
            state: stateOf(members),
            ...defined({
                startTime: begun(members)?.toISOString(),
                ownerId: members[0]?.OwnerId,
            }),
            tagsAll: visibleTags(tagsOfEach(members), act.configuration),
        }),

    observe: (act, inputs, { members }) =>
        observedTags(inputs, visibleTags(tagsOfEach(members), act.configuration), act.configuration),
};

function origin({ instanceId = "unknown" }: Partial<InstanceSnapshotsInputs>): string {
    return `instance ${instanceId}`;
}

/** None and an empty list are the same. */
function sameIds(before: unknown, after: unknown): boolean {
    return sameSet(before ?? [], after ?? []);
}

function memberIds({ snapshots }: Properties): string[] {
    return Array.isArray(snapshots)
        ? (snapshots as InstanceSnapshot[]).map(({ snapshotId }) => snapshotId)
        : [];
}

function missingIds({ missingSnapshotIds }: Properties): string[] {
    return Array.isArray(missingSnapshotIds) ? missingSnapshotIds.map(String) : [];
}

/** The members that the state knows of; one that was missing may be back, restored from the Recycle Bin. */
async function lookAt(
    state: Properties,
    read: (id: string) => Promise<Ec2Snapshot | undefined>,
): Promise<Seen | undefined> {
    const ids = [...memberIds(state), ...missingIds(state)];
    const found = await Promise.all(ids.map(read));
    const members = found.flatMap((seen) => seen ?? []);
    if (members.length === 0) return undefined;
    return { members, missing: ids.filter((_, index) => found[index] === undefined) };
}

function entryOf({ SnapshotId = "", VolumeId = "", VolumeSize = 0, State = "pending" }: Ec2Snapshot) {
    return { snapshotId: SnapshotId, volumeId: VolumeId, volumeSize: VolumeSize, state: State };
}

function idOf({ SnapshotId = "" }: Ec2Snapshot): string {
    return SnapshotId;
}

function stateOf(members: Ec2Snapshot[]): string {
    const states = members.map(({ State = "pending" }): string => State);
    return ["error", "pending"].find((state) => states.includes(state)) ?? states[0] ?? "completed";
}

function begun(members: Ec2Snapshot[]): Date | undefined {
    const times = members.flatMap(({ StartTime }) => StartTime?.getTime() ?? []);
    return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** The tags that every member carries alike. */
function tagsOfEach([first, ...others]: Ec2Snapshot[]): Tag[] {
    return (first?.Tags ?? []).filter(({ Key = "", Value }) =>
        others.every((other) => tagOf(other, Key) === Value),
    );
}
