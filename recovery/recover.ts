/**
 * Carries out the actions of `reconcile`: reads the state, tags, creates, waits and deletes.
 *
 * @module
 */
import type { Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";
import { createHash } from "node:crypto";
import type { Ec2 } from "../provider/aws/ec2";
import { ignoreNotFound, messageOf, withErrorContext } from "../provider/aws/errors";
import { toTags, writeTags } from "../provider/aws/write-tags";
import type { PollResult } from "../provider/aws/poll";
import type { EverAttached } from "./ever-attached";
import {
    isEligible,
    missedRecoveryPoints,
    reconcile,
    unknownVolumes,
    volumesToDelete,
    type ObservedSnapshot,
    type ObservedVolume,
    type Tags,
    type VolumeToCreate,
} from "./reconcile";
import {
    attachedTag,
    recoveryTag,
    policyTag,
    sourceTag,
    takenTag,
    type RecoveryMetric,
    type RecoverySettings,
} from "../schema/recovery-settings";

export interface RecoveryContext {
    ec2: Ec2;
    settings: RecoverySettings;
    everAttached: EverAttached;
}

/** The result of a run. */
export interface Recovered {
    created: string[];
    deleted: string[];
    /** Error messages, each with the id of its volume or snapshot. */
    failures: string[];
    metrics: Record<RecoveryMetric, number>;
}

/** Volumes become available within seconds; the next run checks one that takes longer. */
const volumeTimeout = 120_000;
/** Number of parallel calls that EC2 does not throttle. */
const maxParallelCalls = 10;

/** Checks whether an event concerns this schedule, because EventBridge sends events of all snapshots of the account. */
export async function isRelevant({ ec2, settings }: RecoveryContext, ids: string[]): Promise<boolean> {
    const found = await Promise.all(ids.map((id) => ec2.snapshots.read(id)));
    return found.some((observed) => observed !== undefined && isEligible(snapshotOf(observed), settings));
}

export async function recover(context: RecoveryContext): Promise<Recovered> {
    const { ec2, settings } = context;
    const [snapshots, volumes] = await Promise.all([snapshotsOf(context), volumesOf(context)]);
    const sources = await sourcesOf(ec2, snapshots);
    const { mark, create, beyondMaximum } = reconcile({ snapshots, volumes }, settings);
    if (mark.length > 0) await writeTags(ec2, mark, { [attachedTag]: now(ec2) });
    const started = await inParallel(create, (one) => createVolume(context, one, sources));
    // All waits run in parallel, because one DescribeVolumes call serves all of them.
    const completed = await inParallel(
        started.results,
        (one) => waitForVolume(ec2, one),
        started.results.length,
    );
    // The new volumes may make older ones superfluous.
    const volumesAfter = create.length === 0 ? volumes : await volumesOf(context);
    const { remove } = reconcile({ snapshots, volumes: volumesAfter }, settings);
    const deleted = await deleteVolumes(
        context,
        volumesAfter.filter(({ id }) => remove.includes(id)),
    );
    const failures = [...started.failures, ...completed.failures, ...deleted.failures];
    const missed = missedRecoveryPoints(
        { snapshots, volumes },
        settings,
        new Set(sources.keys()),
        ec2.clock.now(),
    );
    return {
        created: completed.results,
        deleted: deleted.results,
        failures,
        metrics: {
            VolumesFailed: failures.length,
            VolumesBeyondMaximum: beyondMaximum.length,
            VolumesUnknown: unknownVolumes({ snapshots, volumes: volumesAfter }, settings).length,
            MissedRecoveryPoints: missed.length,
        },
    };
}

/** Ends the recovery when the schedule is destroyed: keeps or deletes its volumes (onDestroy). */
export async function endRecovery(context: RecoveryContext): Promise<Recovered> {
    const noMetrics = {
        VolumesFailed: 0,
        VolumesBeyondMaximum: 0,
        VolumesUnknown: 0,
        MissedRecoveryPoints: 0,
    };
    if (context.settings.onDestroy === "keep")
        return { created: [], deleted: [], failures: [], metrics: noMetrics };
    const [snapshots, volumes] = await Promise.all([snapshotsOf(context), volumesOf(context)]);
    const toDelete = volumesToDelete({ snapshots, volumes }, context.settings);
    const { results, failures } = await deleteVolumes(
        context,
        volumes.filter(({ id }) => toDelete.includes(id)),
    );
    return {
        created: [],
        deleted: results,
        failures,
        metrics: { ...noMetrics, VolumesFailed: failures.length },
    };
}

async function snapshotsOf({ ec2, settings }: RecoveryContext): Promise<ObservedSnapshot[]> {
    const found = await ec2.snapshots.tagged({ [policyTag]: settings.policies });
    return [...found.values()].map(snapshotOf);
}

async function volumesOf({ ec2, settings }: RecoveryContext): Promise<ObservedVolume[]> {
    const found = await ec2.volumes.tagged({ [recoveryTag]: [settings.schedule] });
    return [...found.values()].map(volumeOf);
}

/** Returns the tags of the source volumes that still exist, by id. */
async function sourcesOf(ec2: Ec2, snapshots: ObservedSnapshot[]): Promise<Map<string, Tags>> {
    const ids = [...new Set(snapshots.map(({ volumeId }) => volumeId))];
    const found = await Promise.all(ids.map((id) => ec2.volumes.read(id)));
    return new Map(
        ids.flatMap((id, index) => {
            const volume = found[index];
            return volume === undefined ? [] : [[id, tagsOf(volume.Tags)] as const];
        }),
    );
}

interface StartedVolume {
    id: string;
    snapshotId: string;
}

async function createVolume(
    { ec2, settings }: RecoveryContext,
    { snapshot, zone }: VolumeToCreate,
    sources: Map<string, Tags>,
): Promise<StartedVolume> {
    const tags = {
        ...settings.tags,
        ...copiedTags(snapshot.tags, settings),
        ...copiedTags(sources.get(snapshot.volumeId) ?? {}, settings),
        [recoveryTag]: settings.schedule,
        [sourceTag]: snapshot.volumeId,
        [takenTag]: new Date(snapshot.startTime).toISOString(),
    };
    const { VolumeId: id = "" } = await ec2.send(
        "CreateVolume",
        {
            SnapshotId: snapshot.id,
            AvailabilityZone: zone,
            VolumeType: settings.volumeType as NonNullable<Volume["VolumeType"]>,
            ClientToken: tokenOf(settings, snapshot, zone, ec2.clock.now()),
            TagSpecifications: [{ ResourceType: "volume", Tags: toTags(tags) }],
        },
        { mayBeNew: true, requires: "VolumeId" },
    );
    return { id, snapshotId: snapshot.id };
}

async function waitForVolume(ec2: Ec2, { id, snapshotId }: StartedVolume): Promise<string> {
    const deadline = ec2.clock.now() + volumeTimeout;
    const completion = ec2.volumes.wait({
        key: id,
        subject: "volume creation",
        deadline,
        evaluate: evaluateVolume,
    });
    await withErrorContext(`${id} of ${snapshotId}`, completion);
    return id;
}

/**
 * Returns a client token that is equal in consecutive runs, which may not see each other's volumes yet. It changes every
 * hour, because EC2 returns the same volume for a token for hours, even if that volume has failed.
 */
function tokenOf(
    { schedule }: RecoverySettings,
    { id }: ObservedSnapshot,
    zone: string,
    time: number,
): string {
    const hour = Math.floor(time / 3_600_000);
    return createHash("sha256").update([schedule, id, zone, hour].join("\n")).digest("hex");
}

function evaluateVolume(observed: Volume | undefined): PollResult {
    switch (observed?.State) {
        case "available":
        case "in-use":
            return "done";
        case "creating":
            return { pending: "creating" };
        case undefined:
            return {
                failed:
                    "disappeared while it was created, usually because its KMS key was not accessible. Allow the role " +
                    "of the function kms:CreateGrant, kms:Decrypt, kms:DescribeKey, " +
                    "kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt* in the policy of the key",
            };
        default:
            return { failed: `is ${observed?.State ?? "unknown"}` };
    }
}

/** Deletes the volumes that were never attached according to CloudWatch, and marks the others. */
async function deleteVolumes({ ec2, everAttached }: RecoveryContext, volumes: ObservedVolume[]) {
    const attached = await everAttached(volumes);
    if (attached.size > 0) await writeTags(ec2, [...attached], { [attachedTag]: now(ec2) });
    const toDelete = volumes.filter(({ id }) => !attached.has(id));
    return inParallel(toDelete, async ({ id }) => {
        await withErrorContext(id, ignoreNotFound(ec2.send("DeleteVolume", { VolumeId: id })));
        return id;
    });
}

/** Runs the work with limited parallelism; a failed item does not stop the others. */
async function inParallel<Item, Result>(
    items: Item[],
    work: (item: Item) => Promise<Result>,
    workers = maxParallelCalls,
) {
    const results: Result[] = [];
    const failures: string[] = [];
    const queue = items.values();
    const worker = async () => {
        for (const item of queue) {
            try {
                results.push(await work(item));
            } catch (error) {
                failures.push(messageOf(error));
            }
        }
    };
    await Promise.all(Array.from({ length: workers }, worker));
    return { results, failures };
}

function copiedTags(tags: Tags, { carriedTags }: RecoverySettings): Tags {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => carriedTags.includes(key)));
}

function snapshotOf(observed: Snapshot): ObservedSnapshot {
    return {
        id: observed.SnapshotId ?? "",
        volumeId: observed.VolumeId ?? "",
        startTime: observed.StartTime?.getTime() ?? 0,
        state: observed.State ?? "",
        tier: observed.StorageTier ?? "standard",
        tags: tagsOf(observed.Tags),
    };
}

function volumeOf(observed: Volume): ObservedVolume {
    return {
        id: observed.VolumeId ?? "",
        snapshotId: observed.SnapshotId ?? "",
        zone: observed.AvailabilityZone ?? "",
        state: observed.State ?? "",
        createTime: observed.CreateTime?.getTime() ?? 0,
        attached: observed.State === "in-use" || (observed.Attachments ?? []).length > 0,
        tags: tagsOf(observed.Tags),
    };
}

function tagsOf(tags: Tag[] | undefined): Tags {
    return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

function now(ec2: Ec2): string {
    return new Date(ec2.clock.now()).toISOString();
}
