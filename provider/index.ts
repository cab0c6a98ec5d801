/**
 * The door that the serialized providers in users' state require: providers by resource name. Its name, the names in it
 * and the states that they accept never change.
 *
 * @module
 */
import { dynamicProvidersIn } from "./dynamic/providers";
import { Deployment } from "./lifecycle/deployment";
import { engineAddress, whenReleased } from "./lifecycle/engine-log";

const deployment = new Deployment();
if (engineAddress() !== undefined) whenReleased(() => deployment.end());

// A name here is a promise to existing states, so that a resource of the list is added to it on purpose; a test compares
// the two.
export const {
    CompletedSnapshots,
    InstanceSnapshots,
    LifecyclePolicy,
    SchedulePlan,
    Snapshot,
    SnapshotCopy,
    SnapshotShare,
    VolumeClone,
    VolumeFromSnapshot,
} = dynamicProvidersIn(deployment);
