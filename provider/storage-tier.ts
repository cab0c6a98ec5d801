/**
 * `storageTier`: a snapshot in the archive is a full copy that costs little to keep and hours to get back.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
 *
 * @module
 */
import type { Snapshot, SnapshotTierStatus } from "@aws-sdk/client-ec2";
import { once } from "./ec2/once";
import type { Verdict } from "./ec2/watch";
import type { Act } from "./resource";
import { flag, oneOf, positiveInteger, unknown, type CheckFailure, type Properties } from "./rules";

export interface Tiered {
    /**
     * `"archive"`: the snapshot is moved to the archive, where it is a full copy that costs little to keep, for at least
     * 90 days that are paid for in any case. `"standard"`: it is moved back, for good. Refused together with
     * `waitForCompletion: false`. Default: it stays where it is. A change updates, within hours (archive) to days (back),
     * which `up` waits for within `timeout`.
     * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
     */
    storageTier?: "standard" | "archive";
    /**
     * Whether a snapshot is brought back for good, which `storageTier: "standard"` says too. Refused together with
     * `storageTier: "archive"`. Default: `false`. A change updates.
     */
    permanentRestore?: boolean;
    /**
     * For an archived snapshot: for how many days it can be used as if it were not. Refused without
     * `storageTier: "archive"`. Once the days have run out, the same number does not restore it again. Default: none. A
     * change updates: those days are counted anew.
     */
    temporaryRestoreDays?: number;
}

export const tierRules = {
    storageTier: { accepts: oneOf("standard", "archive"), onChange: "update" },
    permanentRestore: { accepts: flag, onChange: "update" },
    temporaryRestoreDays: { accepts: positiveInteger, onChange: "update" },
} as const;

export function checkTier(inputs: Properties): CheckFailure[] {
    const { storageTier, permanentRestore, temporaryRestoreDays } = inputs;
    if (permanentRestore === true && storageTier === "archive") {
        const reason =
            'is true, but storageTier is "archive": say either that it stays there, or that it comes back';
        return [{ property: "permanentRestore", reason }];
    }
    if (
        temporaryRestoreDays !== undefined &&
        ![temporaryRestoreDays, storageTier].includes(unknown) &&
        storageTier !== "archive"
    ) {
        const reason =
            'is given, but is for an archived snapshot: set storageTier to "archive", or leave it out';
        return [{ property: "temporaryRestoreDays", reason }];
    }
    return [];
}

export type Move = "archive" | "permanent" | "temporary";

/** Where it is to be: in the archive, back, or wherever it is. */
export function tierWanted({ storageTier, permanentRestore }: Tiered): Tiered["storageTier"] {
    return permanentRestore === true ? "standard" : storageTier;
}

/** The move that leads from where it is, or is moving to, to where it is wanted. */
export function moveTo(there: SnapshotTierStatus | undefined, inputs: Tiered): Move | undefined {
    const [wanted, at] = [tierWanted(inputs), tierOf(there)];
    if (wanted === at || wanted === undefined) return undefined;
    return wanted === "archive" ? "archive" : "permanent";
}

/** Whether days were asked for since; a restore that has run out is not begun anew by itself. */
export function asksForDays(inputs: Tiered, state: Tiered): boolean {
    const days = inputs.temporaryRestoreDays;
    return days !== undefined && days !== state.temporaryRestoreDays;
}

/** Where it is, or is on its way to. */
export function tierOf(there: SnapshotTierStatus | undefined): "standard" | "archive" {
    switch (there?.LastTieringOperationStatus) {
        case "archival-in-progress":
            return "archive";
        case "permanent-restore-in-progress":
            return "standard";
        default:
            return there?.StorageTier === "archive" ? "archive" : "standard";
    }
}

/** Begins what leads to the declared tier. */
export async function move({ cloud }: Act, id: string, way: Move, days?: number): Promise<void> {
    const { ModifySnapshotTierCommand, RestoreSnapshotTierCommand } = await import("@aws-sdk/client-ec2");
    const done = async () => isOn(way, await cloud.tiers.read(id));
    if (way === "archive") {
        const command = new ModifySnapshotTierCommand({ SnapshotId: id, StorageTier: "archive" });
        await once(cloud, "ModifySnapshotTier", (ec2) => ec2.send(command), done);
        return;
    }
    const how = way === "permanent" ? { PermanentRestore: true } : { TemporaryRestoreDays: days };
    const command = new RestoreSnapshotTierCommand({ SnapshotId: id, ...how });
    await once(cloud, "RestoreSnapshotTier", (ec2) => ec2.send(command), done);
}

/** Whether it has begun; that an earlier restore for some days is over says nothing of another one. */
function isOn(way: Move, there: SnapshotTierStatus | undefined): boolean {
    if (way === "temporary") return there?.LastTieringOperationStatus === "temporary-restore-in-progress";
    return tierOf(there) === (way === "archive" ? "archive" : "standard");
}

/** Waits until it has got there; `before` is what was seen before a move was begun. */
export async function tierReached(
    act: Act,
    id: string,
    inputs: Tiered,
    before: SnapshotTierStatus | undefined,
    deadline: number,
): Promise<SnapshotTierStatus> {
    return act.cloud.tiers.wait({
        key: id,
        deadline,
        judge: (there) => judgeTier(there, tierWanted(inputs), before),
        progress: (text) => {
            act.status(text);
        },
    });
}

export function judgeTier(
    there: SnapshotTierStatus | undefined,
    wanted: Tiered["storageTier"],
    before?: SnapshotTierStatus,
): Verdict {
    if (there === undefined) return { failed: "it does not exist any more" };
    const status = there.LastTieringOperationStatus ?? "";
    const begun = (seen?: SnapshotTierStatus) => seen?.LastTieringStartTime?.getTime();
    // What EC2 tells of an earlier move says nothing of the one that was just begun.
    if (before !== undefined && begun(there) === begun(before))
        return { again: "waiting for the move to begin" };
    if (status.endsWith("-in-progress")) {
        const what = status.replace("-in-progress", "").replaceAll("-", " ");
        return { again: `${what} ${String(there.LastTieringProgress ?? 0)}%` };
    }
    if (status.endsWith("-failed")) {
        const why = there.LastTieringOperationStatusDetail ?? "EC2 gives no reason";
        return { failed: `${status.replaceAll("-", " ")}: ${why}` };
    }
    return wanted === undefined || tierOf(there) === wanted ? "done" : { again: `still ${tierOf(there)}` };
}

/** EC2 makes nothing of a snapshot in the archive, unless it is lent for some days. */
export function archived(
    property: string,
    id: string,
    { StorageTier, RestoreExpiryTime }: Snapshot,
): CheckFailure[] {
    if (StorageTier !== "archive" || RestoreExpiryTime !== undefined) return [];
    const reason =
        `is ${id}, but that is in the archive: restore it first, which takes up to 72 hours ` +
        '(on its Snapshot, storageTier: "standard" for good, or temporaryRestoreDays)';
    return [{ property, reason }];
}
