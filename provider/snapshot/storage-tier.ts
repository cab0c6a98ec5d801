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

/** Returns the move from the current or pending tier to the declared one; undefined if none is needed. */
export function requiredMove(current: SnapshotTierStatus | undefined, inputs: Tiered): Move | undefined {
    const [desired, currentTier] = [declaredTier(inputs), tierOf(current)];
    if (desired === currentTier || desired === undefined) return undefined;
    return desired === "archive" ? "archive" : "permanent";
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
    { tierMove, days }: { tierMove: Move; days?: number },
): Promise<void> {
    const isDone = async () => hasStarted(tierMove, await ec2.tiers.read(id));
    if (tierMove === "archive") {
        const input = { SnapshotId: id, StorageTier: "archive" } as const;
        await applyOnce(ec2, "ModifySnapshotTier", { input, isDone, mayBeNew: true });
        return;
    }
    const restore = tierMove === "permanent" ? { PermanentRestore: true } : { TemporaryRestoreDays: days };
    await applyOnce(ec2, "RestoreSnapshotTier", { input: { SnapshotId: id, ...restore }, isDone });
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

/** Reports whether the last move is a temporary restore that failed. */
export function isRestoreFailed(current: SnapshotTierStatus): boolean {
    return current.LastTieringOperationStatus === "temporary-restore-failed";
}

/** Returns the failure of the last move; undefined if it has not failed. */
export function tieringFailure(current: SnapshotTierStatus | undefined): string | undefined {
    const status = current?.LastTieringOperationStatus ?? "";
    if (!status.endsWith("-failed")) return undefined;
    return `${status.replaceAll("-", " ")}: ${current?.LastTieringOperationStatusDetail ?? "EC2 gave no reason"}`;
}

function isInProgress({ LastTieringOperationStatus: status }: SnapshotTierStatus): boolean {
    return status?.endsWith("-in-progress") === true;
}

/** Waits until the move is finished. `before` is the status that was read before the move was requested. */
export async function waitForTier(
    ctx: ResourceContext,
    id: string,
    {
        inputs,
        before,
        deadline,
    }: { inputs: Tiered; before: SnapshotTierStatus | undefined; deadline: number },
): Promise<SnapshotTierStatus> {
    return ctx.ec2.tiers.wait({
        key: id,
        subject: "change of the storage tier",
        deadline,
        evaluate: (current) => evaluateTier(current, declaredTier(inputs), before),
        progress: (text) => {
            ctx.status(text);
        },
    });
}

export function evaluateTier(
    current: SnapshotTierStatus | undefined,
    desired: Tiered["storageTier"],
    before?: SnapshotTierStatus,
): PollResult {
    if (current === undefined) return "notFound";
    const startOf = (observed?: SnapshotTierStatus) => observed?.LastTieringStartTime?.getTime();
    // The status of an earlier move does not describe the new one, unless that move is in progress: it is the requested
    // one then.
    if (before !== undefined && !isInProgress(before) && startOf(current) === startOf(before))
        return { pending: "waiting for the tier change to start" };
    if (isInProgress(current)) {
        const operation = current.LastTieringOperationStatus?.replace("-in-progress", "").replaceAll(
            "-",
            " ",
        );
        return { pending: `${String(operation)} ${String(current.LastTieringProgress ?? 0)}%` };
    }
    const failed = tieringFailure(current);
    if (failed !== undefined) return { failed };
    return desired === undefined || tierOf(current) === desired
        ? "done"
        : { pending: `still ${tierOf(current)}` };
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
