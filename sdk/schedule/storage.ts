/**
 * Estimates what the snapshots of a schedule store and cost. Snapshots are differential: stored are all blocks once, and
 * for each later snapshot the blocks that changed since the one before it that still exists.
 *
 * @module
 */
import { day, hour } from "../../schema/schedule/times";
import { largestVolume } from "../../schema/volume";

/** The assumptions of an estimate about the volume and its price. */
export interface StorageAssumptions {
    /**
     * Size of the data on the volume in GiB, at most 65,536: blocks that were never written are not stored. Default: no
     * estimate.
     */
    volumeSize?: number;
    /**
     * GiB that change in a day, evenly spread over the day and over the volume: no block changes again before all others
     * have. Measure it with `changedSize` between two snapshots as far apart as the schedule takes them. Default: no
     * estimate.
     */
    changePerDay?: number;
    /** Price of a GiB for a month in the standard tier, in any currency. Default: no cost. */
    pricePerGiBMonth?: number;
}

/** Times (epoch milliseconds, ascending) of the snapshots that exist at a time, and of each change of them. */
export interface ExistingSnapshots {
    standard(at: number): number[];
    /** Returns the times for each Region with copies. */
    copies(at: number): number[][];
    archived(at: number): number[];
    changes: number[];
}

/** The estimate; times are epoch milliseconds. */
export interface Storage {
    storedGiB(at: number): number;
    copiedGiB(at: number): number;
    archivedGiB(at: number): number;
    costPerMonth(at: number): number;
    cost(from: number, until: number): number;
}

/** A month of AWS's price lists. */
const month = 730 * hour;

export function estimateStorage(existing: ExistingSnapshots, assumptions: StorageAssumptions): Storage {
    for (const [name, value] of Object.entries(assumptions)) assertAmount(name, value);
    assertVolumeSize(assumptions);
    const { pricePerGiBMonth } = assumptions;
    const given = () => {
        const { volumeSize, changePerDay } = assumptions;
        if (volumeSize === undefined || changePerDay === undefined)
            throw new Error(
                "an estimate of storage requires volumeSize and changePerDay: pass them to planSchedule",
            );
        return { volumeSize, changePerDay };
    };
    const storage: Storage = {
        storedGiB: (at) => storedGiB(existing.standard(at), given()),
        copiedGiB: (at) => existing.copies(at).reduce((sum, times) => sum + storedGiB(times, given()), 0),
        // AWS archives a snapshot as a full copy.
        archivedGiB: (at) => existing.archived(at).length * given().volumeSize,
        costPerMonth(at) {
            if (pricePerGiBMonth === undefined)
                throw new Error("a cost requires pricePerGiBMonth: pass it to planSchedule");
            return (storage.storedGiB(at) + storage.copiedGiB(at)) * pricePerGiBMonth;
        },
        cost(from, until) {
            const inside = existing.changes.filter((time) => time > from && time < until);
            const times = [from, ...[...new Set(inside)].sort((one, other) => one - other), until];
            return times
                .slice(1)
                .reduce(
                    (sum, end, index) =>
                        sum +
                        (storage.costPerMonth(times[index] ?? end) * (end - (times[index] ?? end))) / month,
                    0,
                );
        },
    };
    return storage;
}

/** Returns what snapshots at these times store together. */
export function storedGiB(
    times: number[],
    { volumeSize, changePerDay }: { volumeSize: number; changePerDay: number },
): number {
    if (times.length === 0) return 0;
    return times.slice(1).reduce((sum, time, index) => {
        const changed = (changePerDay * (time - (times[index] ?? time))) / day;
        return sum + Math.min(volumeSize, changed);
    }, volumeSize);
}

function assertAmount(name: string, value: unknown): void {
    if (value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0)) return;
    throw new Error(`${name} is ${JSON.stringify(value)}, but must be a number of at least 0`);
}

function assertVolumeSize({ volumeSize = largestVolume }: StorageAssumptions): void {
    if (volumeSize > largestVolume)
        throw new Error(
            `volumeSize is ${String(volumeSize)}, but must be at most ${String(largestVolume)} GiB, the largest volume of EC2`,
        );
}
