/**
 * Manages the features of a snapshot in place: its lock, fast snapshot restore (FSR) and storage tier. EC2 is queried
 * only for features that are or were declared.
 *
 * @module
 */
import type {
    DescribeFastSnapshotRestoreSuccessItem,
    Snapshot,
    LockedSnapshotsInfo,
    SnapshotTierStatus,
} from "@aws-sdk/client-ec2";
import type { Text } from "../../schema/failure";
import { defined, type Properties } from "../../schema/values";
import {
    ensureFastRestore,
    waitForFastRestore,
    fastRestoreWarning,
    inputFromFastRestore,
} from "./fast-restore";
import { ensureLock, liftLock, lockWarning, inputFromLock } from "./lock";
import type { ResourceContext } from "../lifecycle/resource-context";
import {
    isRestoreFailed,
    isRestoreRequested,
    startMove,
    requiredMove,
    tierOf,
    tieringFailure,
    waitForTier,
} from "./storage-tier";
import { type Features, declaredTier } from "../../schema/snapshot-features";

/** A snapshot with the features that were read. A feature that was read and does not exist is empty. */
export interface Observed extends Snapshot {
    lock?: LockedSnapshotsInfo | undefined;
    fastRestores?: DescribeFastSnapshotRestoreSuccessItem[] | undefined;
    tier?: SnapshotTierStatus | undefined;
    /** Contains the status before the temporary restore that this run has requested. */
    restoredFrom?: SnapshotTierStatus | undefined;
}

/** A new snapshot has no features, so that none are read. */
export const noFeatures = { lock: {}, fastRestores: [], tier: {} } satisfies Partial<Observed>;

/** Warns the reviewer of features that cannot be undone or cost money. */
export function featureWarnings(before: Properties, after: Properties): Text[] {
    return [lockWarning(before, after), fastRestoreWarning(before, after)].filter(
        (line) => line !== undefined,
    );
}

/** Reads the declared features. */
export async function withFeatures(
    ctx: ResourceContext,
    { declared, observed, isCached }: { declared: Features; observed: Snapshot; isCached: boolean },
): Promise<Observed> {
    const id = observed.SnapshotId ?? "";
    const { locks, fastRestores, tiers } = ctx.ec2;
    const readMethod = isCached ? "readCached" : "read";
    const desired = declaredTier(declared);
    // The snapshot itself shows its tier; the status of a move is read only if the tier differs from the declared one.
    const isMoving = desired !== undefined && desired !== (observed.StorageTier ?? "standard");
    const [lock, zones, tier] = await Promise.all([
        declared.lock && locks[readMethod](id, ctx.stack).then((current) => current ?? noFeatures.lock),
        declared.fastRestore &&
            fastRestores[readMethod](id, ctx.stack).then((current) => current ?? noFeatures.fastRestores),
        isMoving ? tiers.read(id) : undefined,
    ]);
    return { ...observed, ...defined({ lock, fastRestores: zones, tier }) };
}

/** Applies the features that a pending snapshot can have already. */
export async function ensureProtection(
    ctx: ResourceContext,
    id: string,
    { inputs: { lock }, observed }: { inputs: Features; observed: Observed },
): Promise<void> {
    if (lock !== undefined) await ensureLock(ctx, id, { lock, observed: observed.lock });
}

/** Applies the features that require a completed snapshot. */
export async function ensureFeatures(
    ctx: ResourceContext,
    id: string,
    { inputs, observed, deadline }: { inputs: Features; observed: Observed; deadline: number },
): Promise<void> {
    const { fastRestore } = inputs;
    if (fastRestore !== undefined) {
        await ensureFastRestore(ctx, id, { declared: fastRestore, observed: observed.fastRestores });
        await waitForFastRestore(ctx, id, { declared: fastRestore, deadline });
    }
    if (declaredTier(inputs) === undefined) return;
    const current = observed.tier ?? (await ctx.ec2.tiers.read(id));
    const tierMove = requiredMove(current, inputs);
    if (tierMove !== undefined) await startMove(ctx, id, { tierMove });
    const before = tierMove === undefined ? observed.restoredFrom : (current ?? {});
    const earlier = before === undefined ? tieringFailure(current) : undefined;
    // The snapshot is in the declared tier, and the run in which that move failed has reported it.
    if (earlier !== undefined) ctx.warn(`an earlier ${earlier}`);
    else await waitForTier(ctx, id, { inputs, before, deadline });
}

/**
 * Applies changes that depend on the previous declaration: it removes features that are no longer declared, and starts
 * a temporary restore, again if it failed.
 */
export async function updateFeatures(
    ctx: ResourceContext,
    id: string,
    { inputs, state, observed }: { inputs: Features; state: Features; observed: Observed },
): Promise<Observed> {
    if (state.lock !== undefined && inputs.lock === undefined) await liftLock(ctx, id, observed.lock);
    if (state.fastRestore !== undefined && inputs.fastRestore === undefined)
        await ensureFastRestore(ctx, id, { declared: undefined, observed: observed.fastRestores });
    if (inputs.temporaryRestoreDays === undefined) return observed;
    const tier = observed.tier ?? (await ctx.ec2.tiers.read(id)) ?? {};
    if (!isRestoreRequested(inputs, state) && !isRestoreFailed(tier)) return { ...observed, tier };
    await startMove(ctx, id, { tierMove: "temporary", days: inputs.temporaryRestoreDays });
    return { ...observed, restoredFrom: tier };
}

/** Returns the declared features as EC2 shows them. */
export function inputsFromFeatures(inputs: Features, observed: Observed): Properties {
    const desired = declaredTier(inputs);
    const current = observed.tier ?? { StorageTier: observed.StorageTier };
    return {
        ...(inputs.lock && { lock: inputFromLock(inputs.lock, observed.lock) }),
        ...(inputs.fastRestore && {
            fastRestore: inputFromFastRestore(inputs.fastRestore, observed.fastRestores),
        }),
        ...(inputs.storageTier !== undefined &&
            tierOf(current) !== desired && { storageTier: tierOf(current) }),
    };
}
