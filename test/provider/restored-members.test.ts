// Tests members of multi-volume snapshots that were deleted outside of Pulumi, and restored from the Recycle Bin.

import { RestoreSnapshotFromRecycleBinCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, instanceWithVolumes } from "../emulator/calls";
import { outside, snapshotsIn } from "../engine/steps";
import { emulator, test } from "../fixture";
import { instanceSnapshots } from "./declare";
import { Engine } from "./engine";

let instanceId: string;
let engine: Engine;

const declared = (args: object = {}) => [instanceSnapshots("set", { instanceId, ...args })];
const ids = async () => (await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId);

test.beforeEach(async () => {
    engine = new Engine(emulator);
    ({ instanceId } = await instanceWithVolumes());
    await emulator.set({ recycleBinDays: 7 });
    await engine.up(declared());
});

/** Restores a member whose deletion the state contains, and returns its id. */
async function restoreLost(): Promise<string> {
    const [first] = engine.live("set").outputs["snapshots"] as { snapshotId: string }[];
    const { snapshotId } = first ?? { snapshotId: "" };
    await outside(emulator, snapshotId, { remove: true });
    await engine.refresh();
    expect(engine.live("set").outputs["missingSnapshotIds"]).toEqual([snapshotId]);
    await ec2.send(new RestoreSnapshotFromRecycleBinCommand({ SnapshotId: snapshotId }));
    expect(await ids()).toContain(snapshotId);
    return snapshotId;
}

test("the deletion of a set deletes a member that was restored since the last refresh", async () => {
    await restoreLost();
    await engine.destroy();
    expect(await ids()).toEqual([]);
});

test("the deletion of a set keeps a snapshot that only carries its tag, and a restored member with another owner", async () => {
    const restored = await restoreLost();
    const { id } = engine.live("set");
    const foreign = await emulator.createSnapshot(await emulator.createVolume(), [
        { Key: "pulumi-ebs-snapshots:set", Value: id },
        { Key: "pulumi-ebs-snapshots:stack", Value: "organization/project/test" },
    ]);
    const owner = "organization/project/other::Snapshot::kept @12345678";
    await emulator.tag(restored, { "pulumi-ebs-snapshots:owner:other": owner });
    await engine.destroy();
    expect((await ids()).sort()).toEqual([restored, foreign].sort());
});

test("the preview of a replacement names the member that is deleted too if it was restored", async () => {
    const restored = await restoreLost();
    engine.program = declared({ triggers: { again: 1 } });
    const { output } = await engine.preview();
    expect(output).toContain(`2 snapshots of instance ${instanceId}, and ${restored} if it was restored`);
    await engine.up();
    expect(await ids()).toHaveLength(3);
    expect(await ids()).not.toContain(restored);
});

test("a replaced set that is kept keeps a restored member too, and no later run deletes it", async () => {
    const restored = await restoreLost();
    await engine.up(declared({ triggers: { again: 1 }, keepReplaced: true }));
    await engine.destroy();
    expect(await ids()).toHaveLength(3);
    expect(await ids()).toContain(restored);
});
