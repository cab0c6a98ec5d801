/**
 * Carries out the actions of `reconcile`: tags, creates and deletes volumes, and counts the failures.
 *
 * @module
 */
import type { Ec2 } from "../provider/aws/ec2";
import { ignoreNotFound, messageOf, withErrorContext } from "../provider/aws/errors";
import { writeTags } from "../provider/aws/write-tags";
import {
    isEligible,
    missedRecoveryPoints,
    reconcile,
    unknownVolumes,
    volumesToDelete,
    type ObservedVolume,
} from "./reconcile";
import { attachedTag, type RecoveryMetric } from "../schema/recovery-settings";
import type { RecoveryContext } from "./context";
import { snapshotOf, snapshotsOf, volumesOf, sourcesOf } from "./observe";
import { createVolume, waitForVolume } from "./create-volume";

/** The result of a run. */
export interface Recovered {
    created: string[];
    deleted: string[];
    /** Error messages, each with the id of its volume or snapshot. */
    failures: string[];
    metrics: Record<RecoveryMetric, number>;
}

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
    if (mark.length > 0) await writeTags(ec2, { ids: mark, tags: { [attachedTag]: now(ec2) } });
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
    const missed = missedRecoveryPoints({ snapshots, volumes }, settings, {
        sources: new Set(sources.keys()),
        now: ec2.clock.now(),
    });
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

/** Deletes the volumes that were never attached according to CloudWatch, and marks the others. */
async function deleteVolumes({ ec2, everAttached }: RecoveryContext, volumes: ObservedVolume[]) {
    const attached = await everAttached(volumes);
    if (attached.size > 0) await writeTags(ec2, { ids: [...attached], tags: { [attachedTag]: now(ec2) } });
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

function now(ec2: Ec2): string {
    return new Date(ec2.clock.now()).toISOString();
}
