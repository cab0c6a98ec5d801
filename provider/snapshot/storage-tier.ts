/**
 * `storageTier` moves a snapshot to the archive or back. There it is a full copy that costs little to keep and takes
 * hours to restore.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
 *
 * @module
 */
import type { Snapshot, SnapshotTierStatus } from "@aws-sdk/client-ec2";
import { applyOnce } from "../aws/apply-once";
import type { PollResult } from "../aws/poll";
import type { ResourceContext } from "../lifecycle/resource-context";
import type { CheckFailure } from "../../schema/failure";
import { type Tiered, declaredTier } from "../../schema/snapshot-features";

export type Move = "archive" | "permanent" | "temporary";

/**
 * Returns the move from the current or pending tier to the declared one, or the declared restore that has failed; undefined
 * if none is needed.
 */
export function requiredMove(current: SnapshotTierStatus | undefined, inputs: Tiered): Move | undefined {
    const [desired, currentTier] = [declaredTier(inputs), tierOf(current)];
    if (desired === undefined) return undefined;
    if (desired !== currentTier) return desired === "archive" ? "archive" : "permanent";
    return isRestoreFailed(current, inputs) ? "temporary" : undefined;
}

function isRestoreFailed(current: SnapshotTierStatus | undefined, inputs: Tiered): boolean {
    const status = current?.LastTieringOperationStatus;
    return status === "temporary-restore-failed" && inputs.temporaryRestoreDays !== undefined;
}

/** Checks whether another number of days is declared; an expired restore does not start again automatically. */
export function isRestoreRequested(inputs: Tiered, state: Tiered): boolean {
    const days = inputs.temporaryRestoreDays;
    return days !== undefined && days !== state.temporaryRestoreDays;
}

/** Returns the current tier, or the tier that the snapshot is moving to. */
export function tierOf(current: SnapshotTierStatus | undefined): "standard" | "archive" {
    switch (current?.LastTieringOperationStatus) {
        case "archival-in-progress":
            return "archive";
        case "permanent-restore-in-progress":
            return "standard";
        default:
            return current?.StorageTier === "archive" ? "archive" : "standard";
    }
}

/** Starts the move to the declared tier. */
export async function startMove(
    { ec2 }: ResourceContext,
    id: string,
    tierMove: Move,
    days?: number,
): Promise<void> {
    const isDone = async () => hasStarted(tierMove, await ec2.tiers.read(id));
    if (tierMove === "archive") {
        const input = { SnapshotId: id, StorageTier: "archive" } as const;
        await applyOnce(ec2, "ModifySnapshotTier", input, { isDone, mayBeNew: true });
        return;
    }
    const restore = tierMove === "permanent" ? { PermanentRestore: true } : { TemporaryRestoreDays: days };
    await applyOnce(ec2, "RestoreSnapshotTier", { SnapshotId: id, ...restore }, { isDone });
}

/**
 * Checks whether the move has started. A temporary restore must be in progress, because an earlier, expired one proves
 * nothing.
 */
function hasStarted(tierMove: Move, current: SnapshotTierStatus | undefined): boolean {
    if (tierMove === "temporary")
        return current?.LastTieringOperationStatus === "temporary-restore-in-progress";
    return tierOf(current) === (tierMove === "archive" ? "archive" : "standard");
}

/** Waits until the move is finished. `before` is the status that was read before the move started. */
export async function waitForTier(
    ctx: ResourceContext,
    id: string,
    inputs: Tiered,
    before: SnapshotTierStatus | undefined,
    deadline: number,
): Promise<SnapshotTierStatus> {
    return ctx.ec2.tiers.wait({
        key: id,
        subject: "change of the storage tier",
        deadline,
        evaluate: (current) => evaluateTier(current, inputs, before),
        progress: (text) => {
            ctx.status(text);
        },
    });
}

export function evaluateTier(
    current: SnapshotTierStatus | undefined,
    inputs: Tiered,
    before?: SnapshotTierStatus,
): PollResult {
    if (current === undefined) return "notFound";
    const status = current.LastTieringOperationStatus ?? "";
    const startOf = (observed?: SnapshotTierStatus) => observed?.LastTieringStartTime?.getTime();
    // The status of an earlier move does not describe the new one.
    if (before !== undefined && startOf(current) === startOf(before))
        return { pending: "waiting for the tier change to start" };
    if (status.endsWith("-in-progress")) {
        const operation = status.replace("-in-progress", "").replaceAll("-", " ");
        return { pending: `${operation} ${String(current.LastTieringProgress ?? 0)}%` };
    }
    const [desired, currentTier] = [declaredTier(inputs), tierOf(current)];
    const isAsDeclared = desired === undefined || desired === currentTier;
    // The status of a failed move remains, also where the snapshot is to stay in its tier since.
    if (status.endsWith("-failed") && (!isAsDeclared || isRestoreFailed(current, inputs))) {
        const reason = current.LastTieringOperationStatusDetail ?? "EC2 gave no reason";
        return { failed: `${status.replaceAll("-", " ")}: ${reason}` };
    }
    return isAsDeclared ? "done" : { pending: `still ${currentTier}` };
}

/** Rejects an archived snapshot, because EC2 creates nothing from it unless it is temporarily restored. */
export function rejectArchived(
    property: string,
    id: string,
    { StorageTier, RestoreExpiryTime }: Snapshot,
): CheckFailure[] {
    if (StorageTier !== "archive" || RestoreExpiryTime !== undefined) return [];
    const reason =
        "but that snapshot is archived. Restore it first, which takes up to 72 hours: " +
        'on its Snapshot, set storageTier: "standard" or temporaryRestoreDays.';
    return [{ property, value: id, reason }];
}
