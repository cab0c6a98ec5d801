/**
 * Declares the volume whose data is carried, and reads the changes and the remains of its replacement.
 *
 * @module
 */
import { DeleteTagsCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../schema/values";
import { ec2, restoredVolumes } from "../emulator/calls";
import type { Call } from "../emulator/controls";
import { emulator, test } from "../fixture";

export const kind = "VolumeFromSnapshot";

/** The snapshot from which the volumes of a test are created. */
export let snapshotId: string;

/** Creates that snapshot for each test of the file. */
export function createSourceSnapshot(): void {
    test.beforeEach(async () => {
        snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    });
}

export const disk = (more: Properties = {}) => ({ snapshotId, availabilityZone: "us-east-1a", ...more });
export const moved = (more: Properties = {}) =>
    disk({ availabilityZone: "us-east-1b", carryData: true, ...more });

/** Returns the snapshots except the declared one. */
export const others = async () =>
    (await emulator.snapshots()).filter(({ SnapshotId }) => SnapshotId !== snapshotId);
export const changes = async () =>
    (await emulator.calls()).filter(
        ({ action, error }) => !error && /^(Create|Delete|Copy|Modify)/.test(action),
    );
export const only = (calls: Call[], action: string) =>
    calls.filter((call) => call.action === action).map(({ params }) => params);

/** Releases the claims, as the end of a run does. */
export async function endClaims(): Promise<void> {
    const Resources = (await restoredVolumes()).map(({ VolumeId = "" }) => VolumeId);
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "pulumi-ebs-snapshots:claim" }] }));
}
