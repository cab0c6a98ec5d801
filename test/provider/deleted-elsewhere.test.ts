// Tests that a delete succeeds if the resource is deleted outside Pulumi between the read and the first change, and fails if
// only other credentials do not show it.

import { DeleteSnapshotCommand, DeleteVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { Properties } from "../../schema/values";
import { ec2, otherAccount, shareWith, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure, type Kind } from "./door";

interface Case {
    kind: Kind;
    /** Is the first call that changes something. */
    action: string;
    args: (volumeId: string, snapshotId: string) => Properties;
}

const accounts = [otherAccount];
const cases: Case[] = [
    { kind: "Snapshot", action: "DeleteSnapshot", args: (volumeId) => ({ volumeId }) },
    {
        kind: "SnapshotCopy",
        action: "DeleteSnapshot",
        args: (_, sourceSnapshotId) => ({ sourceSnapshotId, sourceRegion: "us-east-1" }),
    },
    {
        kind: "VolumeFromSnapshot",
        action: "DeleteVolume",
        args: (_, snapshotId) => ({ snapshotId, availabilityZone: zone }),
    },
    { kind: "VolumeClone", action: "DeleteVolume", args: (sourceVolumeId) => ({ sourceVolumeId }) },
    {
        kind: "SnapshotShare",
        action: "ModifySnapshotAttribute",
        args: (_, snapshotId) => ({ snapshotId, accounts }),
    },
    {
        kind: "SnapshotShare",
        action: "ModifySnapshotAttribute",
        args: (_, snapshotId) => ({ snapshotId, accounts, exclusive: true }),
    },
];

test.each(cases)(
    "deleting a $kind succeeds if it no longer exists at $action",
    async ({ kind, action, args }) => {
        const volumeId = await emulator.createVolume();
        const snapshotId = await emulator.createSnapshot(volumeId);
        const created = await new Door(emulator).create(kind, args(volumeId, snapshotId));
        await emulator.clearCalls();
        await emulator.faults([{ action, kind: "delay", seconds: 1, times: 1 }]);
        const deleted = new Door(emulator).delete(kind, created);
        await expect.poll(() => emulator.count(action)).toBe(1);
        if (created.id.startsWith("vol-")) await ec2.send(new DeleteVolumeCommand({ VolumeId: created.id }));
        else await ec2.send(new DeleteSnapshotCommand({ SnapshotId: created.id }));
        await deleted;
        const left = [...(await emulator.snapshots()), ...(await emulator.volumes())];
        expect(left.map(({ SnapshotId, VolumeId }) => SnapshotId || VolumeId)).not.toContain(created.id);
    },
);

test.each(cases)(
    "deleting or reading a $kind with credentials of another account fails, so that the state keeps it",
    async ({ kind, args }) => {
        const volumeId = await emulator.createVolume();
        const snapshotId = await emulator.createSnapshot(volumeId);
        const created = await new Door(emulator).create(kind, args(volumeId, snapshotId));
        const elsewhere = () => new Door(emulator, otherAccount);
        const reason = `the credentials belong to account ${otherAccount}`;
        expect(await failure(elsewhere().delete(kind, created))).toContain(reason);
        expect(await failure(elsewhere().read(kind, created))).toContain(reason);
    },
);

test("a shared snapshot of another owner than in the state is neither read nor updated", async () => {
    const volumeId = await emulator.createVolume();
    const created = await new Door(emulator).create("Snapshot", { volumeId });
    await shareWith(created.id, otherAccount);
    // The owner that EC2 shows decides, and not the account of the credentials.
    const reason = `belong to account 123456789012, but the resource in the state belongs to ${otherAccount}`;
    const stored = { ...created, state: { ...created.state, ownerId: otherAccount } };
    const door = new Door(emulator, otherAccount);
    expect(await failure(door.read("Snapshot", stored))).toContain(reason);
    const { inputs } = await door.diff("Snapshot", stored, { volumeId, group: "payments" });
    expect(await failure(door.update("Snapshot", stored, inputs))).toContain(reason);
});
