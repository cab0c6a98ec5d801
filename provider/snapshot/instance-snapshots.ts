/**
 * `InstanceSnapshots` creates crash-consistent multi-volume snapshots of all volumes of an instance.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { waitForSnapshots, failuresOf } from "./wait";
import { deleteSnapshot } from "./delete";
import { deadlineOf } from "../aws/clock";
import { defined, formatCount, hasUnknown, union, without } from "../../schema/values";
import { ignoreNotFound, joinSentences } from "../aws/errors";
import { toTags } from "../aws/write-tags";
import { creationTags } from "../lifecycle/tags/creation";
import { inputsFromTags } from "../lifecycle/tags/options";
import { visibleTags } from "../aws/tags";
import { checkStandard, setTag } from "../../schema/tags";
import { WaitError } from "../aws/poll";
import { markRetained, replacementWarning, withRetentionContext } from "./retain-replaced";
import { redactProperties } from "../../schema/failure";
import { originOf, retentionByOrigin } from "../../schema/retention";
import type { Resource } from "../lifecycle/resource";
import { isUnfinished, pendingJob, startedAt } from "./operations";
import { reportDelay } from "./report-delay";
import { findClaimedSets, findImportedSet, findMembers, findOwnedSets } from "./find-sets";
import {
    readMembers,
    memberIds,
    missingIds,
    failedIds,
    stateOfOthers,
    entryOf,
    idOf,
    stateOf,
    startOf,
    commonTags,
    type Observed,
} from "./set-members";
import { attachedVolumes, withVolumeTags } from "./set-volumes";
import type { InstanceSnapshotsInputs, InstanceSnapshotsOutputs } from "../../schema/instance-snapshots";

const origin = (inputs: object) => originOf.InstanceSnapshots({ ...inputs });
const isRetained = retentionByOrigin(origin);

/** A member has this number of internal tags: stack, claim, owner and set. */
const internalTags = 4;

export const instanceSnapshots: Resource<
    InstanceSnapshotsInputs,
    Partial<InstanceSnapshotsOutputs>,
    Observed
> = {
    describe: (inputs) => `snapshots of ${origin(inputs)}`,
    type: "InstanceSnapshots",
    check: ({ inputs, configuration }) => checkStandard(inputs, configuration, internalTags),
    // A failed member causes a warning and no replacement, because the other members may be the only copies.
    pending: ({ state, inputs }) => pendingJob({ state: { state: stateOfOthers(state) }, inputs }),
    isUnfinished: (state) => isUnfinished({ state: stateOfOthers(state) }),

    findOwned: ({ ctx }) => findOwnedSets(ctx),

    async isFullyVisible({ ctx, inputs, observed: { members } }) {
        const volumes = await attachedVolumes(ctx, inputs);
        const setStart = startOf(members)?.getTime() ?? 0;
        const missing = volumes.filter(
            ({ VolumeId = "", Attachments = [] }) =>
                !members.some((member) => member.VolumeId === VolumeId) &&
                // Volumes that were attached later are not part of the set.
                Attachments.some(({ AttachTime }) => (AttachTime?.getTime() ?? 0) <= setStart),
        );
        return missing.length <= (inputs.excludeBootVolume === true ? 1 : 0);
    },
    startedAt,

    tagSources: {
        count: internalTags,
        async read({ ctx, inputs }) {
            if (hasUnknown([inputs.instanceId, inputs.excludeDataVolumeIds])) return [];
            const volumes = await attachedVolumes(ctx, inputs);
            return volumes.map(({ VolumeId: id = "", Tags: tags }) => ({ id, tags }));
        },
    },

    warning({ state }) {
        const [current, missing] = [memberIds(state), missingIds(state)];
        const failed = failedIds(state);
        const of = `of ${String(current.length + missing.length)} snapshots of the multi-volume set`;
        const facts = [
            ...(missing.length === 0
                ? []
                : [
                      `${String(missing.length)} ${of} were deleted outside of Pulumi (${missing.join(", ")}).`,
                  ]),
            ...(failed.length === 0 ? [] : [`${String(failed.length)} ${of} failed (${failed.join(", ")}).`]),
        ];
        if (facts.length === 0) return undefined;
        return joinSentences(facts.join(" "), completeSetHint);
    },

    async create({ ctx, inputs, ownTags }) {
        const id = `set-${randomBytes(9).toString("hex").slice(1)}`;
        const internal = { ...ownTags, [setTag]: id };
        const tags = creationTags(ctx, { ...inputs }, { source: undefined, internal });
        const { Snapshots: members = [] } = await ctx.ec2.send(
            "CreateSnapshots",
            {
                InstanceSpecification: {
                    InstanceId: inputs.instanceId,
                    ExcludeBootVolume: inputs.excludeBootVolume,
                    ExcludeDataVolumeIds: inputs.excludeDataVolumeIds,
                },
                Description: inputs.description,
                TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
            },
            {
                deadline: deadlineOf(ctx.ec2.clock, inputs),
                idempotent: false,
                mayBeNew: true,
                serializeBy: inputs.instanceId,
                requires: "Snapshots",
                onRetry: reportDelay(ctx),
            },
        );
        if (members.length === 0)
            throw new Error("CreateSnapshots returned no snapshot: every volume of the instance is excluded");
        return { id, observed: { members: await withVolumeTags(ctx, inputs, members), missing: [] } };
    },

    findClaimed: ({ ctx, stack, isFresh }) => findClaimedSets(ctx, { stack, isFresh }),
    importId: {
        expected: 'the value of the tag "pulumi-ebs-snapshots:set" of its snapshots, or <id>,<instance id>',
        pattern: /./,
    },
    findImported: ({ ctx, id }) => findImportedSet(ctx, id),

    read: ({ ctx, state }) => readMembers(state, (id) => ctx.ec2.snapshots.read(id)),
    readCached: ({ ctx, state }) => readMembers(state, (id) => ctx.ec2.snapshots.readCached(id, ctx.stack)),

    tagged: {
        internalTags,
        carriers: (_id, { members }) => members.map(({ SnapshotId: id = "", Tags: tags }) => ({ id, tags })),
        withTags: ({ members, missing }, tags) => ({
            members: members.map((member, index) => ({ ...member, Tags: tags[index] })),
            missing,
        }),
    },
    async update({ ctx, observed, inputs, state }) {
        // An interrupted run, which left no state, may not have copied the tags. Otherwise, copied tags are left
        // unchanged.
        if (Object.keys(state).length > 0) return { ...observed, reported: failedIds(state) };
        return { ...observed, members: await withVolumeTags(ctx, inputs, observed.members) };
    },

    async waitUntilReady({ ctx, observed: { members, missing, reported = [] }, inputs }) {
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        // A failure that an earlier run has reported fails no later update; previews warn of it.
        const awaited = members.filter((member) => !reported.includes(idOf(member)));
        const done = awaited.every(({ State }) => State === "completed");
        if (inputs.waitForCompletion === false || done) return { members, missing };
        const { observed, failure } = await waitForSnapshots(ctx, awaited.map(idOf), deadline);
        // The tags were written before the wait; a Describe immediately afterwards may not show them yet.
        const last = members.map((member) => ({
            ...member,
            ...observed[awaited.indexOf(member)],
            Tags: member.Tags,
        }));
        if (failure !== undefined)
            throw new WaitError(failure, "failed", { observed: { members: last, missing } });
        return { members: last, missing };
    },

    replacing: {
        isRetained,

        warning: ({ ctx: { secrets }, id, state, inputs }) => {
            const count = formatCount(state.snapshots?.length ?? 0, "snapshot");
            const missing = missingIds({ ...state });
            const restored =
                missing.length === 0
                    ? ""
                    : `, and ${missing.join(", ")} if ${missing.length === 1 ? "it was" : "they were"} restored`;
            return replacementWarning({
                resource: `set ${id}`,
                contents: `${count} of ${origin(redactProperties({ ...state }, secrets))}${restored}`,
                state,
                isRetained: isRetained({ state, inputs }),
            });
        },

        isComplete: ({ outputs: { state } }) => state === "completed",
        carrierIds: ({ state }) => memberIds(state),
        async findSuccessor({ ctx, id }) {
            const members = await findMembers(ctx, id);
            return members.length === 0
                ? undefined
                : { id, inputs: {}, outputs: { snapshots: members.map(entryOf) } };
        },
        markRetained: ({ ctx, state }) => markRetained(ctx, memberIds(state)),

        async waitForReplacement({ ctx, replacement: { id, inputs, outputs } }) {
            const completion = waitForSnapshots(ctx, memberIds(outputs), deadlineOf(ctx.ec2.clock, inputs));
            await withRetentionContext(
                id,
                completion.then(({ failure }) => {
                    if (failure !== undefined) throw new Error(joinSentences(failure, completeSetHint));
                }),
            );
        },
    },

    async delete({ ctx, state, observed, shared }) {
        // A member that the state lists as missing may exist again.
        const existing = observed?.members.map(idOf) ?? [];
        const ids = without(union(memberIds({ ...state }), existing), shared);
        const deadline = deadlineOf(ctx.ec2.clock, state);
        const results = await Promise.allSettled(
            ids.map((id) => ignoreNotFound(deleteSnapshot(ctx, id, { deadline, wasFastRestored: false }))),
        );
        const remaining = failuresOf(ids, results);
        if (remaining.length > 0) {
            const count = `${String(remaining.length)} of ${String(ids.length)} snapshots were not deleted`;
            throw new Error(`${count}: ${remaining.join("; ")}`);
        }
        return results.every((result) => result.status === "fulfilled" && result.value === "notFound")
            ? "notFound"
            : "done";
    },

    owner: ({ members: [first] }) => first?.OwnerId,

    outputs: ({ ctx, observed: { members, missing } }) =>
        Promise.resolve({
            snapshots: members.map(entryOf).sort((a, b) => (a.volumeId < b.volumeId ? -1 : 1)),
            missingSnapshotIds: missing,
            state: stateOf(members),
            ...defined({
                startTime: startOf(members)?.toISOString(),
                ownerId: members[0]?.OwnerId,
            }),
            tagsAll: visibleTags(commonTags(members), ctx.configuration),
        }),

    inputsFrom: ({ ctx, observed: { members }, declared = {} }) =>
        inputsFromTags(declared, visibleTags(commonTags(members), ctx.configuration), ctx.configuration),
};

const completeSetHint = "To create a complete set, change a value in `triggers`.";
