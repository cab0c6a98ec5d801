/**
 * Decides which recovery volumes to create and which to delete: a pure function of the observed and the desired state.
 *
 * Every caller of CreateTags can forge each tag but DLM's. So a volume is deleted, and counts as newer, only if its
 * snapshot exists and one of the schedule's DLM policies created it; the source and the time are those of the snapshot.
 * A forged tag can only keep a volume. A volume that is deleted was never attached and its snapshot exists, so that no
 * data is lost.
 *
 * @module
 */
import { attachedTag, policyTag, recoveryTag, type RecoverySettings } from "../schema/recovery-settings";
import { ownerPrefix } from "../schema/tags";

export type Tags = Record<string, string>;

export interface ObservedSnapshot {
    id: string;
    volumeId: string;
    /** Epoch milliseconds. */
    startTime: number;
    state: string;
    tier: string;
    tags: Tags;
}

export interface ObservedVolume {
    id: string;
    snapshotId: string;
    zone: string;
    state: string;
    /** Epoch milliseconds. */
    createTime: number;
    attached: boolean;
    tags: Tags;
}

export interface Observed {
    snapshots: ObservedSnapshot[];
    volumes: ObservedVolume[];
}

export interface VolumeToCreate {
    snapshot: ObservedSnapshot;
    zone: string;
}

export interface Actions {
    /** Volumes that are observed as attached for the first time. */
    mark: string[];
    create: VolumeToCreate[];
    /** Volumes to delete, unless CloudWatch shows that they were attached. */
    remove: string[];
    /** Volumes that are not created because of `maximum`. */
    beyondMaximum: VolumeToCreate[];
}

/** A volume that was created from a snapshot of the schedule. */
interface RecoveryVolume extends ObservedVolume {
    snapshot: ObservedSnapshot;
}

export function reconcile(observed: Observed, settings: RecoverySettings): Actions {
    const volumes = recoveryVolumes(observed, settings);
    const newest = newestOf(observed.snapshots, settings);
    const missing = newest
        .flatMap(({ snapshot, rank }) =>
            settings.availabilityZones
                .filter((zone) => !volumes.some((volume) => matchesSnapshot(volume, snapshot.id, zone)))
                .map((zone) => ({ snapshot, zone, rank })),
        )
        // The newest snapshot of each volume comes first, because each volume needs at least one recovery volume.
        .sort((one, other) => one.rank - other.rank)
        .map(({ snapshot, zone }) => ({ snapshot, zone }));
    const room = Math.max(0, settings.maximum - volumes.length);
    return {
        mark: volumes.filter((volume) => volume.attached && !isMarked(volume)).map(({ id }) => id),
        create: missing.slice(0, room),
        remove: volumes
            .filter((volume) => isNeverAttached(volume) && isSuperfluous(volume, volumes, settings))
            .map(({ id }) => id),
        beyondMaximum: missing.slice(room),
    };
}

/** Returns the volumes to delete with the schedule: those that were never attached. */
export function volumesToDelete(observed: Observed, settings: RecoverySettings): string[] {
    return recoveryVolumes(observed, settings)
        .filter(isNeverAttached)
        .map(({ id }) => id);
}

/** Returns the ids of volumes that carry the schedule's tag, and whose snapshot does not show that they belong to it. */
export function unknownVolumes(observed: Observed, settings: RecoverySettings): string[] {
    const known = new Set(recoveryVolumes(observed, settings).map(({ id }) => id));
    return observed.volumes
        .filter((volume) => isTagged(volume, settings) && !known.has(volume.id))
        .map(({ id }) => id);
}

/** Returns the ids of source volumes whose newest snapshot is older than the recovery point objective. */
export function missedRecoveryPoints(
    observed: Observed,
    settings: RecoverySettings,
    { sources, now }: { sources: ReadonlySet<string>; now: number },
): string[] {
    const { recoveryPointHours: hours } = settings;
    if (hours === undefined) return [];
    return newestOf(observed.snapshots, { ...settings, keep: 1 })
        .filter(({ snapshot }) => sources.has(snapshot.volumeId))
        .filter(({ snapshot }) => now - snapshot.startTime > hours * 3_600_000)
        .map(({ snapshot }) => snapshot.volumeId);
}

/** Returns the newest snapshots of each volume; rank 0 is the newest. */
function newestOf(snapshots: ObservedSnapshot[], settings: RecoverySettings) {
    const eligible = new Map<string, ObservedSnapshot[]>();
    for (const snapshot of snapshots) {
        if (isEligible(snapshot, settings))
            eligible.set(snapshot.volumeId, [...(eligible.get(snapshot.volumeId) ?? []), snapshot]);
    }
    return [...eligible.values()].flatMap((ofVolume) =>
        ofVolume
            .sort((one, other) => other.startTime - one.startTime || (one.id < other.id ? -1 : 1))
            .slice(0, settings.keep)
            .map((snapshot, rank) => ({ snapshot, rank })),
    );
}

/** Checks whether the snapshot belongs to this schedule and volumes can be created from it. */
export function isEligible(snapshot: ObservedSnapshot, settings: RecoverySettings): boolean {
    return isOfSchedule(snapshot, settings) && snapshot.state === "completed" && snapshot.tier !== "archive";
}

function isOfSchedule({ tags }: ObservedSnapshot, { policies }: RecoverySettings): boolean {
    return policies.includes(tags[policyTag] ?? "");
}

function recoveryVolumes({ snapshots, volumes }: Observed, settings: RecoverySettings): RecoveryVolume[] {
    const eligible = new Map(
        snapshots
            .filter((snapshot) => isOfSchedule(snapshot, settings))
            .map((snapshot) => [snapshot.id, snapshot]),
    );
    return volumes.flatMap((volume) => {
        const snapshot = eligible.get(volume.snapshotId);
        return snapshot !== undefined && isTagged(volume, settings) ? [{ ...volume, snapshot }] : [];
    });
}

function isTagged({ tags }: ObservedVolume, { schedule }: RecoverySettings): boolean {
    return tags[recoveryTag] === schedule;
}

function isSuperfluous(volume: RecoveryVolume, all: RecoveryVolume[], { keep }: RecoverySettings): boolean {
    // A failed volume contains no data, and would prevent another attempt.
    if (volume.state === "error") return true;
    const alternatives = all.filter(
        (other) =>
            other.id !== volume.id &&
            other.zone === volume.zone &&
            other.snapshot.volumeId === volume.snapshot.volumeId,
    );
    // EC2 is eventually consistent, so that two consecutive runs may have created one volume each.
    const duplicates = alternatives.filter(
        ({ snapshotId, state }) =>
            snapshotId === volume.snapshotId && ["available", "in-use"].includes(state),
    );
    if (duplicates.some((duplicate) => isOlder(duplicate, volume))) return true;
    const newer = alternatives.filter(
        (other) =>
            other.snapshot.startTime > volume.snapshot.startTime &&
            other.state === "available" &&
            !isMarked(other) &&
            !isOwned(other),
    );
    return new Set(newer.map(({ snapshotId }) => snapshotId)).size >= keep;
}

function isOlder(one: ObservedVolume, other: ObservedVolume): boolean {
    return one.createTime < other.createTime || (one.createTime === other.createTime && one.id < other.id);
}

/** Checks whether the volume is not known to have been attached, and no stack has adopted it. */
function isNeverAttached(volume: ObservedVolume): boolean {
    return (
        !volume.attached &&
        !isMarked(volume) &&
        !isOwned(volume) &&
        ["available", "error"].includes(volume.state)
    );
}

/** Checks whether a resource in the state of a stack owns the volume. */
function isOwned({ tags }: ObservedVolume): boolean {
    return Object.keys(tags).some((key) => key.startsWith(ownerPrefix));
}

function isMarked({ tags }: ObservedVolume): boolean {
    return tags[attachedTag] !== undefined;
}

function matchesSnapshot(volume: ObservedVolume, snapshotId: string, zone: string): boolean {
    return volume.snapshotId === snapshotId && volume.zone === zone;
}
