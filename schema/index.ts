/**
 * Describes every resource as data: its inputs with their rules, and its outputs. Check, diff, messages, classes,
 * policies and the reference derive from it.
 *
 * @module
 */
import { completedSnapshotsOutputs, completedSnapshotsRules } from "./completed-snapshots";
import { instanceSnapshotsOutputs, instanceSnapshotsRules } from "./instance-snapshots";
import { lifecyclePolicyOutputs, lifecyclePolicyRules } from "./lifecycle-policy";
import { providerOptionRules } from "./placement";
import type { Output, Rule } from "./property";
import { schedulePlanRules } from "./schedule/record";
import { snapshotOutputs, snapshotRules } from "./snapshot";
import { snapshotCopyRules } from "./snapshot-copy";
import { snapshotShareOutputs, snapshotShareRules } from "./snapshot-share";
import { volumeOutputs } from "./volume";
import { volumeCloneRules } from "./volume-clone";
import { volumeFromSnapshotRules } from "./volume-from-snapshot";

export interface ResourceSchema {
    inputs: Readonly<Record<string, Rule>>;
    outputs: Readonly<Record<string, Output>>;
}

/** The resources that programs declare, by the name of their class. */
export const resources = {
    Snapshot: resource(snapshotRules, snapshotOutputs),
    CompletedSnapshots: resource(completedSnapshotsRules, completedSnapshotsOutputs),
    SnapshotCopy: resource(snapshotCopyRules, snapshotOutputs),
    InstanceSnapshots: resource(instanceSnapshotsRules, instanceSnapshotsOutputs),
    VolumeFromSnapshot: resource(volumeFromSnapshotRules, volumeOutputs),
    VolumeClone: resource(volumeCloneRules, volumeOutputs),
    SnapshotShare: resource(snapshotShareRules, snapshotShareOutputs),
    LifecyclePolicy: resource(lifecyclePolicyRules, lifecyclePolicyOutputs),
};

/** The internal resources, which components declare for themselves. */
export const internalResources = {
    SchedulePlan: resource(schedulePlanRules, {}),
};

export type ResourceName = keyof typeof resources | keyof typeof internalResources;

export function schemaOf(name: ResourceName): ResourceSchema {
    return { ...resources, ...internalResources }[name];
}

/** Adds the provider options, because every resource accepts them. */
function resource(rules: Record<string, Rule>, outputs: Record<string, Output>): ResourceSchema {
    return { inputs: { ...rules, ...providerOptionRules }, outputs };
}

/** Returns the type token, which never changes, because existing states contain it. */
export function tokenOf(name: ResourceName): string {
    return `pulumi-nodejs:dynamic/ebs:${name}`;
}

/** The token of the same resource behind the provider protocol. */
export function pluginTokenOf(name: keyof typeof resources): string {
    return `ebs-snapshots:index:${name}`;
}

/** Returns the resource of a token of the dynamic provider or the plugin. */
export function resourceOf(type: string): keyof typeof resources | undefined {
    const names = Object.keys(resources) as (keyof typeof resources)[];
    return names.find((name) => [tokenOf(name), pluginTokenOf(name)].includes(type));
}

/** The names of all inputs and outputs. */
export function keysOf(name: ResourceName): string[] {
    const { inputs, outputs } = schemaOf(name);
    return Object.keys({ ...inputs, ...outputs });
}
