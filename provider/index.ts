/**
 * The door that the serialized providers in users' state require: providers by resource name. Its name, the names in it
 * and the states that they accept never change.
 *
 * @module
 */
import { lifecyclePolicy } from "./dlm/lifecycle-policy";
import { dynamicProvider } from "./dynamic/provider";
import { Deployment } from "./lifecycle/deployment";
import { whenReleased } from "./lifecycle/engine-log";
import { lifecycle } from "./lifecycle/lifecycle";
import { schedulePlan } from "./schedule-record";
import { snapshotShare } from "./share/snapshot-share";
import { completedSnapshots } from "./snapshot/completed-snapshots";
import { instanceSnapshots } from "./snapshot/instance-snapshots";
import { snapshot } from "./snapshot/snapshot";
import { snapshotCopy } from "./snapshot/snapshot-copy";
import { volumeClone } from "./volume/volume-clone";
import { volumeFromSnapshot } from "./volume/volume-from-snapshot";

const deployment = new Deployment();
whenReleased(() => deployment.end());

export const CompletedSnapshots = dynamicProvider(lifecycle(completedSnapshots, deployment), deployment);
export const InstanceSnapshots = dynamicProvider(lifecycle(instanceSnapshots, deployment), deployment);
export const LifecyclePolicy = dynamicProvider(lifecycle(lifecyclePolicy, deployment), deployment);
export const SchedulePlan = dynamicProvider(lifecycle(schedulePlan, deployment), deployment);
export const Snapshot = dynamicProvider(lifecycle(snapshot, deployment), deployment);
export const SnapshotCopy = dynamicProvider(lifecycle(snapshotCopy, deployment), deployment);
export const SnapshotShare = dynamicProvider(lifecycle(snapshotShare, deployment), deployment);
export const VolumeClone = dynamicProvider(lifecycle(volumeClone, deployment), deployment);
export const VolumeFromSnapshot = dynamicProvider(lifecycle(volumeFromSnapshot, deployment), deployment);
