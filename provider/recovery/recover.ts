/**
 * Carries out what `reconcile` finds: looks, marks, makes, waits, deletes.
 *
 * @module
 */
import type { Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";
import { createHash } from "node:crypto";
import type { Cloud } from "../ec2/cloud";
import { Ec2Error } from "../ec2/errors";
import { toTags, writeTags } from "../ec2/tagging";
import type { Verdict } from "../ec2/watch";
import type { EverAttached } from "./attached";
import {
    counts,
    missedRecoveryPoints,
    reconcile,
    reconcileNothing,
    type ObservedSnapshot,
    type ObservedVolume,
    type Tags,
    type VolumeToMake,
} from "./reconcile";
import {
    attachedTag,
    recoveryTag,
    scheduleTag,
    sourceTag,
    takenTag,
    type RecoveryMetric,
    type RecoveryWanted,
} from "./wanted";

export interface Surroundings {
    cloud: Cloud;
    wanted: RecoveryWanted;
    everAttached: EverAttached;
}

/** What a run has done. */
export interface Recovered {
    created: string[];
    removed: string[];
    /** What went wrong, each with the id it is about. */
    failures: string[];
    metrics: Record<RecoveryMetric, number>;
}

/** Volumes are a matter of seconds; one that takes longer is looked at by the next run. */
const volumePatience = 120_000;
/** So many calls at once that EC2 does not ask to slow down. */
const atOnce = 10;

/** Whether an event is about a snapshot that counts here: EventBridge tells of every snapshot of the account. */
export async function concerns({ cloud, wanted }: Surroundings, ids: string[]): Promise<boolean> {
    const found = await Promise.all(ids.map((id) => cloud.snapshots.read(id)));
    return found.some((seen) => seen !== undefined && counts(snapshotOf(seen), wanted));
}

export async function recover(surroundings: Surroundings): Promise<Recovered> {
    const { cloud, wanted } = surroundings;
    const [snapshots, volumes] = await Promise.all([snapshotsOf(surroundings), volumesOf(surroundings)]);
    const sources = await sourcesOf(cloud, snapshots);
    const { mark, create, beyondMaximum } = reconcile({ snapshots, volumes }, wanted);
    if (mark.length > 0) await writeTags(cloud, mark, { [attachedTag]: now(cloud) });
    const begun = await inParallel(create, (one) => makeVolume(surroundings, one, sources));
    // All at once: one look serves all who wait.
    const made = await inParallel(begun.results, (one) => whole(cloud, one), begun.results.length);
    // What is available by now may make older ones superfluous.
    const after = create.length === 0 ? volumes : await volumesOf(surroundings);
    const { remove } = reconcile({ snapshots, volumes: after }, wanted);
    const gone = await removeVolumes(
        surroundings,
        after.filter(({ id }) => remove.includes(id)),
    );
    const failures = [...begun.failures, ...made.failures, ...gone.failures];
    const missed = missedRecoveryPoints(
        { snapshots, volumes },
        wanted,
        new Set(sources.keys()),
        cloud.clock.now(),
    );
    return {
        created: made.results,
        removed: gone.results,
        failures,
        metrics: {
            VolumesFailed: failures.length,
            VolumesBeyondMaximum: beyondMaximum.length,
            MissedRecoveryPoints: missed.length,
        },
    };
}

/** The schedule goes: its volumes stay or go with it. */
export async function endRecovery(surroundings: Surroundings): Promise<Recovered> {
    const none = { VolumesFailed: 0, VolumesBeyondMaximum: 0, MissedRecoveryPoints: 0 };
    if (surroundings.wanted.onDestroy === "keep")
        return { created: [], removed: [], failures: [], metrics: none };
    const volumes = await volumesOf(surroundings);
    const doomed = reconcileNothing({ snapshots: [], volumes }, surroundings.wanted);
    const { results, failures } = await removeVolumes(
        surroundings,
        volumes.filter(({ id }) => doomed.includes(id)),
    );
    return { created: [], removed: results, failures, metrics: { ...none, VolumesFailed: failures.length } };
}

async function snapshotsOf({ cloud, wanted }: Surroundings): Promise<ObservedSnapshot[]> {
    const found = await cloud.snapshots.tagged({ [scheduleTag]: [wanted.schedule] });
    return [...found.values()].map(snapshotOf);
}

async function volumesOf({ cloud, wanted }: Surroundings): Promise<ObservedVolume[]> {
    const found = await cloud.volumes.tagged({ [recoveryTag]: [wanted.schedule] });
    return [...found.values()].map(volumeOf);
}

/** The volumes that the snapshots are of, as far as they still exist. */
async function sourcesOf(cloud: Cloud, snapshots: ObservedSnapshot[]): Promise<Map<string, Tags>> {
    const ids = [...new Set(snapshots.map(({ volumeId }) => volumeId))];
    const found = await Promise.all(ids.map((id) => cloud.volumes.read(id)));
    return new Map(
        ids.flatMap((id, index) => {
            const volume = found[index];
            return volume === undefined ? [] : [[id, tagsOf(volume.Tags)] as const];
        }),
    );
}

interface Begun {
    id: string;
    snapshotId: string;
}

async function makeVolume(
    { cloud, wanted }: Surroundings,
    { snapshot, zone }: VolumeToMake,
    sources: Map<string, Tags>,
): Promise<Begun> {
    const { CreateVolumeCommand } = await import("@aws-sdk/client-ec2");
    const tags = {
        ...wanted.tags,
        ...carried(snapshot.tags, wanted),
        ...carried(sources.get(snapshot.volumeId) ?? {}, wanted),
        [recoveryTag]: wanted.schedule,
        [sourceTag]: snapshot.volumeId,
        [takenTag]: new Date(snapshot.startTime).toISOString(),
    };
    const request = new CreateVolumeCommand({
        SnapshotId: snapshot.id,
        AvailabilityZone: zone,
        VolumeType: wanted.volumeType as NonNullable<Volume["VolumeType"]>,
        ClientToken: tokenOf(wanted, snapshot, zone, cloud.clock.now()),
        TagSpecifications: [{ ResourceType: "volume", Tags: toTags(tags) }],
    });
    const { VolumeId: id } = await cloud.call("CreateVolume", (ec2) => ec2.send(request));
    if (id === undefined) throw new Error(`${snapshot.id}: EC2 answered without the id of a volume`);
    return { id, snapshotId: snapshot.id };
}

async function whole(cloud: Cloud, { id, snapshotId }: Begun): Promise<string> {
    try {
        await cloud.volumes.wait({
            key: id,
            deadline: cloud.clock.now() + volumePatience,
            judge: judgeVolume,
        });
    } catch (error) {
        throw new Error(`${id} of ${snapshotId}: ${messageOf(error)}`, { cause: error });
    }
    return id;
}

/**
 * The same for two runs in a row, which may not see yet what the other has made. EC2 answers to a token with the same
 * volume for hours even if it has failed since; so another hour tries anew.
 */
function tokenOf({ schedule }: RecoveryWanted, { id }: ObservedSnapshot, zone: string, time: number): string {
    const hour = Math.floor(time / 3_600_000);
    return createHash("sha256").update([schedule, id, zone, hour].join("\n")).digest("hex");
}

function judgeVolume(seen: Volume | undefined): Verdict {
    switch (seen?.State) {
        case "available":
        case "in-use":
            return "done";
        case "creating":
            return { again: "creating" };
        case undefined:
            return {
                failed:
                    "it vanished while it was made; as a rule its KMS key was refused: the function's role needs " +
                    "kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and " +
                    "kms:ReEncrypt* in the key's policy too",
            };
        default:
            return { failed: `is ${seen?.State ?? "unknown"}` };
    }
}

/** Deletes what was really never attached; what turns out to have been is marked. */
async function removeVolumes({ cloud, everAttached }: Surroundings, volumes: ObservedVolume[]) {
    const attached = await everAttached(volumes);
    if (attached.size > 0) await writeTags(cloud, [...attached], { [attachedTag]: now(cloud) });
    const doomed = volumes.filter(({ id }) => !attached.has(id));
    return inParallel(doomed, async ({ id }) => {
        const { DeleteVolumeCommand } = await import("@aws-sdk/client-ec2");
        try {
            await cloud.call("DeleteVolume", (ec2) => ec2.send(new DeleteVolumeCommand({ VolumeId: id })));
        } catch (error) {
            const gone = error instanceof Ec2Error && error.nature === "gone";
            if (!gone) throw new Error(`${id}: ${messageOf(error)}`, { cause: error });
        }
        return id;
    });
}

/** All of them, some at once; one that fails stops no other. */
async function inParallel<Item, Result>(
    items: Item[],
    work: (item: Item) => Promise<Result>,
    workers = atOnce,
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

function carried(tags: Tags, { carriedTags }: RecoveryWanted): Tags {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => carriedTags.includes(key)));
}

function snapshotOf(seen: Snapshot): ObservedSnapshot {
    return {
        id: seen.SnapshotId ?? "",
        volumeId: seen.VolumeId ?? "",
        startTime: seen.StartTime?.getTime() ?? 0,
        state: seen.State ?? "",
        tier: seen.StorageTier ?? "standard",
        tags: tagsOf(seen.Tags),
    };
}

function volumeOf(seen: Volume): ObservedVolume {
    return {
        id: seen.VolumeId ?? "",
        snapshotId: seen.SnapshotId ?? "",
        zone: seen.AvailabilityZone ?? "",
        state: seen.State ?? "",
        createTime: seen.CreateTime?.getTime() ?? 0,
        attached: seen.State === "in-use" || (seen.Attachments ?? []).length > 0,
        tags: tagsOf(seen.Tags),
    };
}

function tagsOf(tags: Tag[] | undefined): Tags {
    return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

function now(cloud: Cloud): string {
    return new Date(cloud.clock.now()).toISOString();
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
