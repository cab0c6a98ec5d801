/**
 * The keys that several resources have: a type is gone at run time, and each key becomes an output.
 *
 * @module
 */
import type { StandardOptions } from "../provider/ec2/tags";
import type { Placement } from "../provider/placement";
import type { MakingOptions, SnapshotOptions, SnapshotOutputs } from "../provider/snapshots";
import type { Keys } from "./types";

export const standardKeys: Keys<StandardOptions & Placement> = {
    name: undefined,
    group: undefined,
    billingCode: undefined,
    tags: undefined,
    region: undefined,
    credentials: undefined,
};

export const makingKeys: Keys<MakingOptions & Placement> = {
    ...standardKeys,
    description: undefined,
    triggers: undefined,
    keepReplaced: undefined,
    waitForCompletion: undefined,
    timeout: undefined,
};

export const snapshotKeys: Keys<SnapshotOptions & Placement & SnapshotOutputs> = {
    ...makingKeys,
    lock: undefined,
    fastRestore: undefined,
    storageTier: undefined,
    permanentRestore: undefined,
    temporaryRestoreDays: undefined,
    adopt: undefined,
    snapshotId: undefined,
    arn: undefined,
    ownerId: undefined,
    state: undefined,
    progress: undefined,
    startTime: undefined,
    completionTime: undefined,
    volumeSize: undefined,
    fullSnapshotSizeInBytes: undefined,
    encrypted: undefined,
    kmsKeyId: undefined,
    tagsAll: undefined,
};
