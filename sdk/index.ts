/**
 * EBS snapshots as code: the public names.
 *
 * @packageDocumentation
 */
export {
    CompletedSnapshots,
    type CompletedSnapshotsArgs,
    type CompletedSnapshotsState,
} from "./completed-snapshots";
export {
    InstanceSnapshots,
    type InstanceSnapshotsArgs,
    type InstanceSnapshotsState,
} from "./instance-snapshots";
export { listSnapshots } from "./list-snapshots";
export { shareableAccounts } from "./shareable-accounts";
export {
    planSchedule,
    type Moment,
    type PlannedCopy,
    type PlannedRun,
    type PlannedSnapshot,
    type RuleSummary,
    type SchedulePlan,
    type ScheduleSummary,
} from "./schedule/plan";
export { SnapshotSchedule, type SnapshotScheduleArgs } from "./schedule/snapshot-schedule";
export { Snapshot, type SnapshotArgs, type SnapshotState } from "./snapshot";
export { SnapshotCopy, type SnapshotCopyArgs, type SnapshotCopyState } from "./snapshot-copy";
export {
    VolumeFromSnapshot,
    type VolumeFromSnapshotArgs,
    type VolumeFromSnapshotState,
} from "./volume-from-snapshot";
export { SnapshotShare, type SnapshotShareArgs, type SnapshotShareState } from "./snapshot-share";
export {
    sharingPolicyDocuments,
    type PolicyDocument,
    type PolicyStatement,
    type Sharers,
    type SharingPolicyDocuments,
    type SharingPolicyInputs,
} from "./sharing/documents";
export { SnapshotSharingPolicy } from "./sharing/snapshot-sharing-policy";
export type {
    InstanceTargets,
    Keep,
    RecoveryVolumes,
    ScheduleAlarm,
    ScheduleArchive,
    ScheduleCopy,
    ScheduleFastRestore,
    ScheduleRule,
    ScheduleScripts,
    ScheduleShare,
    ScheduleTargets,
    SnapshotScheduleInputs,
} from "./schedule/args";
export { EbsResource, type ResourceOptions } from "./resource";
export type { Args, DeepInput, Outputs } from "./types";
export type { Adoptable } from "../provider/adopt";
export type {
    CompletedSnapshot,
    CompletedSnapshotsInputs,
    CompletedSnapshotsOutputs,
} from "../provider/completed-snapshots";
export type { Duration } from "../provider/duration";
export type { AssumeRole, Credentials } from "../provider/ec2/config";
export type { StandardOptions, StandardOutputs, TagMap } from "../provider/ec2/tags";
export type { FastRestore } from "../provider/fast-restore";
export type {
    InstanceSnapshot,
    InstanceSnapshotsInputs,
    InstanceSnapshotsOutputs,
} from "../provider/instance-snapshots";
export type { SnapshotLock } from "../provider/lock";
export type { Placement } from "../provider/placement";
export type { SnapshotInputs } from "../provider/snapshot";
export type { SnapshotCopyInputs } from "../provider/snapshot-copy";
export type { MakingOptions, SnapshotOptions, SnapshotOutputs } from "../provider/snapshots";
export type {
    FinalSnapshot,
    VolumeFromSnapshotInputs,
    VolumeFromSnapshotOutputs,
} from "../provider/volume-from-snapshot";
export type { SnapshotShareInputs, SnapshotShareOutputs } from "../provider/snapshot-share";
export type { ListedSnapshot, ListSnapshotsArgs } from "../provider/list-snapshots";
export type { Where } from "../provider/open";
export type { ShareableAccount, ShareableAccountsArgs } from "../provider/shareable-accounts";
