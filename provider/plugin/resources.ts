/**
 * The resources and functions of the plugin, by the last part of their tokens.
 *
 * @module
 */
import type { ReadKey } from "../../schema/configuration-values";
import type { resources } from "../../schema/index";
import type { Properties } from "../../schema/values";
import type { Deployment } from "../lifecycle/deployment";
import { lifecyclePolicy } from "../dlm/lifecycle-policy";
import { lifecycle, type Lifecycle } from "../lifecycle/lifecycle";
import { changedSize } from "../functions/changed-size";
import type { CallContext } from "../functions/connect";
import { listSnapshots } from "../functions/list-snapshots";
import { newestSnapshot } from "../functions/newest-snapshot";
import { shareableAccounts } from "../functions/shareable-accounts";
import { snapshotShare } from "../share/snapshot-share";
import { completedSnapshots } from "../snapshot/completed-snapshots";
import { instanceSnapshots } from "../snapshot/instance-snapshots";
import { snapshot } from "../snapshot/snapshot";
import { snapshotCopy } from "../snapshot/snapshot-copy";
import { volumeClone } from "../volume/volume-clone";
import { volumeFromSnapshot } from "../volume/volume-from-snapshot";

export function lifecyclesIn(deployment: Deployment): Record<keyof typeof resources, Lifecycle> {
    return {
        CompletedSnapshots: lifecycle(completedSnapshots, deployment),
        InstanceSnapshots: lifecycle(instanceSnapshots, deployment),
        LifecyclePolicy: lifecycle(lifecyclePolicy, deployment),
        Snapshot: lifecycle(snapshot, deployment),
        SnapshotCopy: lifecycle(snapshotCopy, deployment),
        SnapshotShare: lifecycle(snapshotShare, deployment),
        VolumeClone: lifecycle(volumeClone, deployment),
        VolumeFromSnapshot: lifecycle(volumeFromSnapshot, deployment),
    };
}

type PluginFunction = (read: ReadKey, args: Properties, context: CallContext) => Promise<object>;

/** A function gives an object in every language, so that a list stands in one. */
export const functions: Record<string, PluginFunction> = {
    changedSize,
    listSnapshots: async (read, args) => ({ snapshots: await listSnapshots(read, args) }),
    newestSnapshot,
    shareableAccounts: async (read, args) => ({ accounts: await shareableAccounts(read, args) }),
};

/** `Snapshot` of `ebs-snapshots:index:Snapshot`. */
export function lastPart(token: string): string {
    return token.slice(token.lastIndexOf(":") + 1);
}
