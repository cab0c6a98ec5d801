/**
 * Which recovery volumes to make and which to delete: a pure function of what is there and what is wanted.
 *
 * @module
 */
import { attachedTag, recoveryTag, scheduleTag, sourceTag, takenTag, type RecoveryWanted } from "./wanted";

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

export interface VolumeToMake {
    snapshot: ObservedSnapshot;
    zone: string;
}

export interface Actions {
    /** Seen attached for the first time. */
    mark: string[];
    create: VolumeToMake[];
    /** To be deleted, unless they turn out to have been attached. */
    remove: string[];
    /** What would be made as well if `maximum` allowed it. */
    beyondMaximum: VolumeToMake[];
}

/** AWS alone writes tags that begin so: a snapshot made by hand cannot pass for the policy's. */
const policyTag = "aws:dlm:lifecycle-policy-id";

export function reconcile(observed: Observed, wanted: RecoveryWanted): Actions {
    const volumes = observed.volumes.filter((volume) => belongs(volume, wanted));
    const newest = newestOf(observed.snapshots, wanted);
    const missing = newest
        .flatMap(({ snapshot, rank }) =>
            wanted.availabilityZones
                .filter((zone) => !volumes.some((volume) => isOf(volume, snapshot.id, zone)))
                .map((zone) => ({ snapshot, zone, rank })),
        )
        // Every volume's newest first: a second one of some is worth less than the first of another.
        .sort((one, other) => one.rank - other.rank)
        .map(({ snapshot, zone }) => ({ snapshot, zone }));
    const room = Math.max(0, wanted.maximum - volumes.length);
    return {
        mark: volumes.filter((volume) => volume.attached && !isMarked(volume)).map(({ id }) => id),
        create: missing.slice(0, room),
        remove: volumes
            .filter((volume) => isPristine(volume) && isSuperfluous(volume, volumes, wanted))
            .map(({ id }) => id),
        beyondMaximum: missing.slice(room),
    };
}

/** What goes when the schedule does: all that was never attached. */
export function reconcileNothing(observed: Observed, wanted: RecoveryWanted): string[] {
    return observed.volumes
        .filter((volume) => belongs(volume, wanted) && isPristine(volume))
        .map(({ id }) => id);
}

/** The volumes whose newest snapshot is too old, by the source's id. */
export function missedRecoveryPoints(
    observed: Observed,
    wanted: RecoveryWanted,
    sources: ReadonlySet<string>,
    now: number,
): string[] {
    const { recoveryPointHours: hours } = wanted;
    if (hours === undefined) return [];
    return newestOf(observed.snapshots, { ...wanted, keep: 1 })
        .filter(({ snapshot }) => sources.has(snapshot.volumeId))
        .filter(({ snapshot }) => now - snapshot.startTime > hours * 3_600_000)
        .map(({ snapshot }) => snapshot.volumeId);
}

/** The newest snapshots of each volume, 0 being the newest of all. */
function newestOf(snapshots: ObservedSnapshot[], wanted: RecoveryWanted) {
    const taken = new Map<string, ObservedSnapshot[]>();
    for (const snapshot of snapshots) {
        if (counts(snapshot, wanted))
            taken.set(snapshot.volumeId, [...(taken.get(snapshot.volumeId) ?? []), snapshot]);
    }
    return [...taken.values()].flatMap((own) =>
        own
            .sort((one, other) => other.startTime - one.startTime || (one.id < other.id ? -1 : 1))
            .slice(0, wanted.keep)
            .map((snapshot, rank) => ({ snapshot, rank })),
    );
}

/** Whether a snapshot is one of this schedule's that volumes can be made of. */
export function counts({ state, tier, tags }: ObservedSnapshot, { schedule }: RecoveryWanted): boolean {
    return (
        tags[scheduleTag] === schedule &&
        tags[policyTag] !== undefined &&
        state === "completed" &&
        tier !== "archive"
    );
}

/** Whether this schedule made it: one of these tags alone, which somebody may have copied, is not enough. */
function belongs({ snapshotId, tags }: ObservedVolume, { schedule }: RecoveryWanted): boolean {
    return (
        tags[recoveryTag] === schedule &&
        tags[sourceTag] !== undefined &&
        !Number.isNaN(takenAt({ tags })) &&
        snapshotId !== ""
    );
}

function isSuperfluous(volume: ObservedVolume, all: ObservedVolume[], { keep }: RecoveryWanted): boolean {
    // Holds nothing, and would be in the way of another try.
    if (volume.state === "error") return true;
    const rivals = all.filter(
        (other) =>
            other.id !== volume.id &&
            other.zone === volume.zone &&
            other.tags[sourceTag] === volume.tags[sourceTag],
    );
    // EC2 shows a new volume late: two runs in a row may have made one each.
    const twins = rivals.filter(({ snapshotId }) => snapshotId === volume.snapshotId);
    if (twins.some((twin) => isOlder(twin, volume))) return true;
    const newer = rivals.filter(
        (other) => takenAt(other) > takenAt(volume) && other.state === "available" && !isMarked(other),
    );
    return new Set(newer.map(({ snapshotId }) => snapshotId)).size >= keep;
}

function isOlder(one: ObservedVolume, other: ObservedVolume): boolean {
    return one.createTime < other.createTime || (one.createTime === other.createTime && one.id < other.id);
}

/** Never attached as far as is known. */
function isPristine(volume: ObservedVolume): boolean {
    return !volume.attached && !isMarked(volume) && ["available", "error"].includes(volume.state);
}

function isMarked({ tags }: ObservedVolume): boolean {
    return tags[attachedTag] !== undefined;
}

function isOf(volume: ObservedVolume, snapshotId: string, zone: string): boolean {
    return volume.snapshotId === snapshotId && volume.zone === zone;
}

function takenAt({ tags }: { tags: Tags }): number {
    return Date.parse(tags[takenTag] ?? "");
}
