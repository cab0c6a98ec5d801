/**
 * Declares the snapshots and recovery volumes of a schedule as a run of the function observes them.
 *
 * @module
 */
import { type ObservedSnapshot, type ObservedVolume } from "../../../recovery/reconcile";
import {
    policyTag,
    recoveryTag,
    scheduleTag,
    sourceTag,
    takenTag,
    type RecoverySettings,
} from "../../../schema/recovery-settings";

export const schedule = "organization/project/test/nightly";
export const settings: RecoverySettings = {
    schedule,
    policies: ["policy-1"],
    availabilityZones: ["us-east-1a"],
    keep: 2,
    maximum: 10,
    volumeType: "gp3",
    onDestroy: "keep",
    carriedTags: ["Name"],
    tags: {},
};

export const dlm = { [scheduleTag]: schedule, [policyTag]: "policy-1" };

export function snapshotOf(id: number, more: Partial<ObservedSnapshot> = {}): ObservedSnapshot {
    return {
        id: `snap-${id}`,
        volumeId: "vol-source",
        startTime: id * 1_000,
        state: "completed",
        tier: "standard",
        tags: dlm,
        ...more,
    };
}

export function volumeOf(of: ObservedSnapshot, more: Partial<ObservedVolume> = {}): ObservedVolume {
    const { tags, ...others } = more;
    return {
        id: `vol-of-${of.id}`,
        snapshotId: of.id,
        zone: "us-east-1a",
        state: "available",
        createTime: of.startTime + 1,
        attached: false,
        tags: {
            [recoveryTag]: schedule,
            [sourceTag]: of.volumeId,
            [takenTag]: new Date(of.startTime).toISOString(),
            ...tags,
        },
        ...others,
    };
}
