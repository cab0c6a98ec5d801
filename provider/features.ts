/**
 * What a snapshot may have besides its data, brought about in place: a lock, fast restore, a place in the archive. EC2 is
 * asked only about what is declared, or was before.
 *
 * @module
 */
import type {
    DescribeFastSnapshotRestoreSuccessItem,
    Snapshot,
    LockedSnapshotsInfo,
    SnapshotTierStatus,
} from "@aws-sdk/client-ec2";
import { defined } from "./ec2/config";
import {
    ensureFastRestore,
    fastRestored,
    fastRestoreRule,
    fastRestoreWarning,
    observedFastRestore,
    type FastRestore,
} from "./fast-restore";
import { ensureLock, liftLock, lockRule, lockWarning, observedLock, type SnapshotLock } from "./lock";
import type { Act } from "./resource";
import type { CheckFailure, Properties, Rules } from "./rules";
import {
    asksForDays,
    checkTier,
    move,
    moveTo,
    tierOf,
    tierReached,
    tierRules,
    tierWanted,
    type Tiered,
} from "./storage-tier";

export interface Features extends Tiered {
    /**
     * Protection against deletion, put on while the snapshot is still pending. The preview warns before a lock that
     * nobody can lift. Taken out of the program, the lock is lifted; one that was lifted outside comes back after a
     * refresh, one that ran out does not. A locked snapshot is not deleted: the failure names mode, end, and who could
     * lift it. Default: none. A change updates, as far as EC2 lets a lock be changed.
     */
    lock?: SnapshotLock;
    /**
     * Zones in which volumes made from the snapshot are fully initialized at once; billed for every hour in each zone,
     * which the preview says. `up` waits until it is `enabled` in each, about an hour for each TiB, within `timeout`. It
     * is switched off, and waited for, before the snapshot is deleted. Refused together with `waitForCompletion: false` and with
     * `storageTier: "archive"`. Default: none. A change updates: it is switched on and off where that differs.
     */
    fastRestore?: FastRestore;
}

/** A snapshot, and as far as it was looked at, what it has besides its data: empty where it has nothing. */
export interface Seen extends Snapshot {
    lock?: LockedSnapshotsInfo | undefined;
    fastRestores?: DescribeFastSnapshotRestoreSuccessItem[] | undefined;
    tier?: SnapshotTierStatus | undefined;
}

/** What was made just now has nothing besides its data: no look is needed. */
export const bare = { lock: {}, fastRestores: [], tier: {} } satisfies Partial<Seen>;

export const featureRules = {
    lock: lockRule,
    fastRestore: fastRestoreRule,
    ...tierRules,
} satisfies Rules<Features>;

export function checkFeatures(inputs: Properties): CheckFailure[] {
    const inBackground = inputs["waitForCompletion"] === false;
    const premature = (["fastRestore", "storageTier"] as const).filter((key) => inputs[key] !== undefined);
    const reason =
        "is given, but needs a completed snapshot, and waitForCompletion is false: leave out one of them";
    return [
        ...checkTier(inputs),
        ...(inBackground ? premature.map((property) => ({ property, reason })) : []),
        ...(tierWanted(inputs) === "archive" && inputs["fastRestore"] !== undefined
            ? [
                  {
                      property: "fastRestore",
                      reason: "is given, but ends when the snapshot is archived; leave it out",
                  },
              ]
            : []),
    ];
}

/** What cannot be undone or costs money, for who approves it. */
export function featureWarnings(before: Properties, after: Properties): string[] {
    return [lockWarning(before, after), fastRestoreWarning(before, after)].flatMap((line) => line ?? []);
}

/** Looks at what is declared. */
export async function withFeatures(
    act: Act,
    declared: Features,
    seen: Snapshot,
    ahead = false,
): Promise<Seen> {
    const id = seen.SnapshotId ?? "";
    const { locks, fastRestores, tiers } = act.cloud;
    const look = ahead ? "readAhead" : "read";
    const wanted = tierWanted(declared);
    // The snapshot itself says where it is; only one that is on its way needs a second look.
    const moving = wanted !== undefined && wanted !== (seen.StorageTier ?? "standard");
    const [lock, zones, tier] = await Promise.all([
        declared.lock && locks[look](id, act.stack).then((there) => there ?? bare.lock),
        declared.fastRestore && fastRestores[look](id, act.stack).then((there) => there ?? bare.fastRestores),
        moving ? tiers.read(id) : undefined,
    ]);
    return { ...seen, ...defined({ lock, fastRestores: zones, tier }) };
}

/** At once, while the snapshot is still pending. */
export async function ensureProtection(act: Act, id: string, { lock }: Features, seen: Seen): Promise<void> {
    if (lock !== undefined) await ensureLock(act, id, lock, seen.lock);
}

/** Once the snapshot is completed. */
export async function ensureFeatures(
    act: Act,
    id: string,
    inputs: Features,
    seen: Seen,
    deadline: number,
): Promise<void> {
    const { fastRestore } = inputs;
    if (fastRestore !== undefined) {
        await ensureFastRestore(act, id, fastRestore, seen.fastRestores);
        await fastRestored(act, id, fastRestore, deadline);
    }
    if (tierWanted(inputs) === undefined) return;
    const there = seen.tier ?? (await act.cloud.tiers.read(id));
    const way = moveTo(there, inputs);
    if (way !== undefined) await move(act, id, way);
    await tierReached(act, id, inputs, way && there, deadline);
}

/** What depends on how it was declared before: what is not declared any more goes. */
export async function changeFeatures(
    act: Act,
    id: string,
    inputs: Features,
    state: Features,
    seen: Seen,
): Promise<void> {
    if (state.lock !== undefined && inputs.lock === undefined) await liftLock(act, id, seen.lock);
    if (state.fastRestore !== undefined && inputs.fastRestore === undefined)
        await ensureFastRestore(act, id, undefined, seen.fastRestores);
    if (asksForDays(inputs, state)) await move(act, id, "temporary", inputs.temporaryRestoreDays);
}

/** The declared features as EC2 shows them. */
export function observedFeatures(inputs: Features, seen: Seen): Properties {
    const wanted = tierWanted(inputs);
    const there = seen.tier ?? { StorageTier: seen.StorageTier };
    return {
        ...(inputs.lock && { lock: observedLock(inputs.lock, seen.lock) }),
        ...(inputs.fastRestore && {
            fastRestore: observedFastRestore(inputs.fastRestore, seen.fastRestores),
        }),
        ...(inputs.storageTier !== undefined && tierOf(there) !== wanted && { storageTier: tierOf(there) }),
    };
}
