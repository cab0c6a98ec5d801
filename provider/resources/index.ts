/**
 * Lists the resources by the names of their classes. Both doors and their tests derive from this list.
 *
 * @module
 */
import type { ResourceName } from "../../schema/index";
import { lifecyclePolicy } from "../dlm/lifecycle-policy";
import type { Deployment } from "../lifecycle/deployment";
import { lifecycle, type Lifecycle } from "../lifecycle/lifecycle";
import type { Resource } from "../lifecycle/resource";
import type { AnyResource } from "../lifecycle/scope";
import { snapshotShare } from "../share/snapshot-share";
import { completedSnapshots } from "../snapshot/completed-snapshots";
import { instanceSnapshots } from "../snapshot/instance-snapshots";
import { snapshot } from "../snapshot/snapshot";
import { snapshotCopy } from "../snapshot/snapshot-copy";
import { volumeClone } from "../volume/volume-clone";
import { volumeFromSnapshot } from "../volume/volume-from-snapshot";
import { schedulePlan } from "./schedule-record";

export const resources: Readonly<Record<ResourceName, AnyResource>> = {
    CompletedSnapshots: untyped(completedSnapshots),
    InstanceSnapshots: untyped(instanceSnapshots),
    LifecyclePolicy: untyped(lifecyclePolicy),
    SchedulePlan: untyped(schedulePlan),
    Snapshot: untyped(snapshot),
    SnapshotCopy: untyped(snapshotCopy),
    SnapshotShare: untyped(snapshotShare),
    VolumeClone: untyped(volumeClone),
    VolumeFromSnapshot: untyped(volumeFromSnapshot),
};

export type Lifecycles = Readonly<Record<ResourceName, Lifecycle>>;

/** Returns the lifecycle of each resource in one deployment. */
export function lifecyclesIn(deployment: Deployment): Lifecycles {
    return mapResources((resource) => lifecycle(resource, deployment));
}

/** Returns a value for each resource, by the same names. */
export function mapResources<Value>(
    valueOf: (resource: AnyResource, name: ResourceName) => Value,
): Readonly<Record<ResourceName, Value>> {
    const entries = Object.entries(resources) as [ResourceName, AnyResource][];
    const values = entries.map(([name, resource]) => [name, valueOf(resource, name)]);
    return Object.fromEntries(values) as Record<ResourceName, Value>;
}

/** The functions of a resource receive only values that they returned themselves, or that its rules have validated. */
function untyped<Inputs extends object, Outputs extends object, Observed>(
    resource: Resource<Inputs, Outputs, Observed>,
): AnyResource {
    return resource as unknown as AnyResource;
}
