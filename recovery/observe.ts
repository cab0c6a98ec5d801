/**
 * Reads the snapshots and volumes of a schedule, and the tags of their source volumes.
 *
 * @module
 */
import type { Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";
import type { Ec2 } from "../provider/aws/ec2";
import type { ObservedSnapshot, ObservedVolume, Tags } from "./reconcile";
import { recoveryTag, policyTag } from "../schema/recovery-settings";
import type { RecoveryContext } from "./context";

export async function snapshotsOf({ ec2, settings }: RecoveryContext): Promise<ObservedSnapshot[]> {
    const found = await ec2.snapshots.tagged({ [policyTag]: settings.policies });
    return [...found.values()].map(snapshotOf);
}

export async function volumesOf({ ec2, settings }: RecoveryContext): Promise<ObservedVolume[]> {
    const found = await ec2.volumes.tagged({ [recoveryTag]: [settings.schedule] });
    return [...found.values()].map(volumeOf);
}

/** Returns the tags of the source volumes that still exist, by id. */
export async function sourcesOf(ec2: Ec2, snapshots: ObservedSnapshot[]): Promise<Map<string, Tags>> {
    const ids = [...new Set(snapshots.map(({ volumeId }) => volumeId))];
    const found = await Promise.all(ids.map((id) => ec2.volumes.read(id)));
    return new Map(
        ids.flatMap((id, index) => {
            const volume = found[index];
            return volume === undefined ? [] : [[id, tagsOf(volume.Tags)] as const];
        }),
    );
}

export function snapshotOf(observed: Snapshot): ObservedSnapshot {
    return {
        id: observed.SnapshotId ?? "",
        volumeId: observed.VolumeId ?? "",
        startTime: observed.StartTime?.getTime() ?? 0,
        state: observed.State ?? "",
        tier: observed.StorageTier ?? "standard",
        tags: tagsOf(observed.Tags),
    };
}

function volumeOf(observed: Volume): ObservedVolume {
    return {
        id: observed.VolumeId ?? "",
        snapshotId: observed.SnapshotId ?? "",
        zone: observed.AvailabilityZone ?? "",
        state: observed.State ?? "",
        createTime: observed.CreateTime?.getTime() ?? 0,
        attached: observed.State === "in-use" || (observed.Attachments ?? []).length > 0,
        tags: tagsOf(observed.Tags),
    };
}

function tagsOf(tags: Tag[] | undefined): Tags {
    return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
