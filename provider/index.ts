/**
 * The door that the serialized providers in users' state require: lifecycles by resource name. Its name, the names in
 * it and what they accept are for ever.
 *
 * @module
 */
import { completedSnapshots } from "./completed-snapshots";
import { instanceSnapshots } from "./instance-snapshots";
import { lifecycle } from "./lifecycle";
import { Run } from "./run";
import { schedulePlan } from "./schedule-plan";
import { snapshot } from "./snapshot";
import { snapshotCopy } from "./snapshot-copy";
import { volumeFromSnapshot } from "./volume-from-snapshot";
import { snapshotShare } from "./snapshot-share";

const run = new Run();

export const CompletedSnapshots = lifecycle(completedSnapshots, run);
export const InstanceSnapshots = lifecycle(instanceSnapshots, run);
export const SchedulePlan = lifecycle(schedulePlan, run);
export const Snapshot = lifecycle(snapshot, run);
export const VolumeFromSnapshot = lifecycle(volumeFromSnapshot, run);
export const SnapshotCopy = lifecycle(snapshotCopy, run);
export const SnapshotShare = lifecycle(snapshotShare, run);
