/**
 * The public API of the package: EBS snapshots as code.
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

export { LifecyclePolicy, type LifecyclePolicyArgs, type LifecyclePolicyState } from "./lifecycle-policy";
export { Provider, type ProviderArgs } from "./provider";
export { changedSize } from "./changed-size";
export { listSnapshots } from "./list-snapshots";
export { newestSnapshot } from "./newest-snapshot";
export { shareableAccounts } from "./shareable-accounts";
export {
    planSchedule,
    type Moment,
    type PlannedCopy,
    type PlannedRun,
    type PlannedSnapshot,
    type PlanOptions,
    type SchedulePlan,
} from "./schedule/plan";
export type { RuleSummary, ScheduleSummary } from "./schedule/summary";
export type { StorageAssumptions } from "./schedule/storage";
export { SnapshotSchedule, type SnapshotScheduleArgs } from "./schedule/snapshot-schedule";
export {
    SharedSnapshotCopies,
    type SharedSnapshotCopiesArgs,
} from "./shared-snapshot-copies/shared-snapshot-copies";

export { Snapshot, type SnapshotArgs, type SnapshotState } from "./snapshot";
export { SnapshotCopy, type SnapshotCopyArgs, type SnapshotCopyState } from "./snapshot-copy";
export {
    VolumeFromSnapshot,
    type VolumeFromSnapshotArgs,
    type VolumeFromSnapshotState,
} from "./volume-from-snapshot";

export { VolumeClone, type VolumeCloneArgs, type VolumeCloneState } from "./volume-clone";
export { SnapshotShare, type SnapshotShareArgs, type SnapshotShareState } from "./snapshot-share";
export { sharingPolicyDocuments, type SharingPolicyDocuments } from "./sharing/documents";
export type { PolicyDocument, PolicyStatement } from "./sharing/policy-document";
export type { Sharers, SharingPolicyInputs } from "./sharing/inputs";

export { SnapshotSharingPolicy } from "./sharing/snapshot-sharing-policy";
export type {
    AllVolumes,
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
    VariableValue,
} from "../schema/schedule/args";

export { EbsResource, type ResourceOptions } from "./resource";
export type { Args, DeepInput, Outputs } from "./types";
export type { Adoptable } from "../schema/adopt";
export type {
    CompletedSnapshot,
    CompletedSnapshotsInputs,
    CompletedSnapshotsOutputs,
} from "../schema/completed-snapshots";
export type { AssumeRole, Credentials, WebIdentityRole } from "../schema/credentials";
export type {
    PolicyAction,
    PolicyAge,
    PolicyArchiveRetainRule,
    PolicyArchiveRule,
    PolicyCopyRule,
    PolicyCreateRule,
    PolicyDetails,
    PolicyEncryption,
    PolicyEventCopy,
    PolicyEventParameters,
    PolicyEventSource,
    PolicyFastRestoreRule,
    PolicyParameters,
    PolicyRetainRule,
    PolicySchedule,
    PolicyScript,
    PolicyShareRule,
    SelectedTags,
} from "../schema/dlm/policy-details";
export type { Duration } from "../schema/duration";
export type {
    InstanceSnapshot,
    InstanceSnapshotsInputs,
    InstanceSnapshotsOutputs,
} from "../schema/instance-snapshots";
export type {
    DefaultTags,
    IgnoredTags,
    ProviderInputs,
    ServiceEndpoints,
    TagKeyNames,
} from "../schema/provider";
export type {
    LifecyclePolicyInputs,
    LifecyclePolicyOutputs,
    PolicyCopyTarget,
    PolicyExclusions,
} from "../schema/lifecycle-policy";
export type { ProviderOptions } from "../schema/placement";
export type { SharedSnapshotCopiesInputs, SharedSnapshotCopy } from "../schema/shared-snapshot-copies";
export type {
    SnapshotInputs,
    SnapshotCreationOptions,
    SnapshotOptions,
    SnapshotOutputs,
} from "../schema/snapshot";
export type { SnapshotCopyInputs } from "../schema/snapshot-copy";
export type { FastRestore, SnapshotLock } from "../schema/snapshot-features";
export type { SnapshotShareInputs, SnapshotShareOutputs } from "../schema/snapshot-share";
export type { CopiedTags, StandardOptions, StandardOutputs, TagMap } from "../schema/tags";
export type { FinalSnapshot, VolumeOptions, VolumeOutputs } from "../schema/volume";
export type { VolumeCloneInputs } from "../schema/volume-clone";
export type { VolumeFromSnapshotInputs } from "../schema/volume-from-snapshot";
export type {
    ChangedSize,
    ChangedSizeArgs,
    ChangedSizeOptions,
    ChangedSizeProgress,
} from "../provider/functions/changed-size";
export type {
    ListedSnapshot,
    ListSnapshotsArgs,
    SnapshotFilters,
} from "../provider/functions/list-snapshots";
export type { CallOptions } from "../provider/functions/connect";
export type { ShareableAccount, ShareableAccountsArgs } from "../provider/functions/shareable-accounts";
