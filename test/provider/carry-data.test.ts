// Tests that a replacement with `carryData` has the data of the volume, and leaves no temporary resources.

import { DetachVolumeCommand, ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { Properties } from "../../schema/values";
import { attachToInstance, ec2, restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import {
    changes,
    createSourceSnapshot,
    disk,
    endClaims,
    kind,
    moved,
    only,
    others,
    snapshotId,
} from "./carried-data";
import { Door, failure, type Created } from "./door";
import { Engine } from "./engine";

createSourceSnapshot();

/** Replaces the volume and deletes the former one, as an `up` does. */
async function replace(door: Door, former: Created, args: Properties): Promise<Created> {
    const created = await door.replace(kind, former, args);
    await door.delete(kind, former);
    return created;
}

test("another zone: snapshots the volume, restores it at its current size, then deletes old volume and snapshot", async () => {
    const former = await new Door(emulator).create(
        kind,
        disk({ volumeType: "io2", iops: 4000, tags: { Team: "a" } }),
    );
    await ec2.send(new ModifyVolumeCommand({ VolumeId: former.id, Size: 20 }));
    await emulator.set({ snapshotSeconds: 100 });
    await emulator.clearCalls();

    const door = new Door(emulator);
    const created = await replace(door, former, moved());

    const calls = await changes();
    expect(calls.map(({ action }) => action)).toEqual([
        "CreateSnapshot",
        "CreateTags",
        "CreateVolume",
        "DeleteVolume",
        "DeleteSnapshot",
    ]);
    const [{ SnapshotId: carrier = "" } = {}] = only(calls, "DeleteSnapshot");
    expect(only(calls, "CreateSnapshot")).toMatchObject([{ VolumeId: former.id }]);
    expect(only(calls, "CreateVolume")).toMatchObject([
        { SnapshotId: carrier, AvailabilityZone: "us-east-1b", Size: "20", VolumeType: "io2", Iops: "4000" },
    ]);
    expect(carrier).not.toBe(snapshotId);
    expect(created.state).toMatchObject({
        size: 20,
        snapshotId,
        snapshotSize: 20,
        availabilityZone: "us-east-1b",
    });
    expect(door.messages).toContain(`snapshot ${carrier} carries the data of volume ${former.id}.`);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
    expect(await others()).toEqual([]);
    // The next run has no changes.
    expect(await new Door(emulator).diff(kind, created, moved())).toMatchObject({ changes: false });
});

test("a snapshot stays that only a forged tag, or only its volume, connects with the carried data", async () => {
    const former = await new Door(emulator).create(kind, disk());
    const door = new Door(emulator);
    await door.replace(kind, former, moved());
    const [{ Tags = [] } = {}] = await others();
    const carryTag = "pulumi-ebs-snapshots:carry";
    const taggedAs = (value: string) => [
        ...Tags.filter(({ Key }) => Key !== carryTag),
        { Key: carryTag, Value: value },
    ];
    const other = await emulator.createVolume();
    const kept = [
        await emulator.createSnapshot(other, taggedAs(`${former.id}/forged`)),
        await emulator.createSnapshot(former.id, taggedAs(`${other}/carried`)),
    ];
    await door.delete(kind, former);
    expect((await others()).map(({ SnapshotId }) => SnapshotId).sort()).toEqual(kept.sort());
});

test("a volume that grew beyond its declared size is replaced by one of its current size", async () => {
    const former = await new Door(emulator).create(kind, disk({ size: 10 }));
    await ec2.send(new ModifyVolumeCommand({ VolumeId: former.id, Size: 20 }));
    const created = await replace(new Door(emulator), former, moved({ size: 10 }));
    expect(created.state["size"]).toBe(20);
});

test("the preview describes the steps with sizes and duration, and makes only read calls", async () => {
    const former = await new Door(emulator).create(kind, disk());
    await emulator.clearCalls();
    const door = new Door(emulator);
    await door.diff(kind, former, moved({ size: 30 }));
    expect(door.messages.join("\n")).toMatch(
        new RegExp(
            `replacement will carry the data of volume ${former.id} \\(8 GiB, us-east-1a, created .*\\): it takes a snapshot, which takes ` +
                `minutes to hours, creates a volume of 30 GiB from it, and deletes volume ${former.id} and the snapshot last\\.`,
        ),
    );
    expect(door.messages.join("\n")).not.toContain("will be lost");
    expect(await changes()).toEqual([]);
});

test("an attached volume is rejected, also at preview, unless a crash-consistent copy is allowed", async () => {
    const former = await new Door(emulator).create(kind, disk());
    const attachment = await attachToInstance(former.id);
    const where = `it is attached to instance ${attachment.InstanceId} as /dev/sdf`;
    await emulator.clearCalls();

    const door = new Door(emulator);
    expect(await failure(door.replace(kind, former, moved()))).toContain(
        `the data of volume ${former.id} is not carried, because ${where}. Stop the writes and detach it first, or set carryData: "crashConsistent"`,
    );
    expect(door.messages.join("\n")).toContain(`\`pulumi up\` refuses, because ${where}`);
    expect(await changes()).toEqual([]);

    const next = new Door(emulator);
    const args = moved({ carryData: "crashConsistent" });
    const created = await next.replace(kind, former, args);
    expect(next.messages.join("\n")).toContain("what is written after the snapshot has begun is not carried");
    await ec2.send(new DetachVolumeCommand(attachment));
    await next.delete(kind, former);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
    expect(await others()).toEqual([]);
});

test("a forced replacement, for which the engine calls no diff, also carries the data", async () => {
    const former = await new Door(emulator).create(kind, disk({ carryData: true }));
    await emulator.advance(60);
    await endClaims();
    const door = new Door(emulator);
    const created = await door.forceReplacement(kind, former, disk({ carryData: true }));
    await door.delete(kind, former);
    const carrying = only(await changes(), "CreateVolume").at(-1);
    expect(carrying).toMatchObject({
        SnapshotId: only(await changes(), "DeleteSnapshot")[0]?.["SnapshotId"],
    });
    expect(door.messages.join("\n")).toContain("will be deleted after the new one has its data.");
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
});

test("with --replace, the owner tag determines the source of the data; an ambiguous source is an error", async () => {
    const former = await new Door(emulator).create(kind, disk({ carryData: true }));
    await endClaims();
    await emulator.clearCalls();
    const door = new Door(emulator);
    const created = await door.create(kind, moved());
    await door.delete(kind, former);
    expect(only(await changes(), "CreateSnapshot")).toMatchObject([{ VolumeId: former.id }]);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
    expect(await others()).toEqual([]);

    await new Door(emulator).create(kind, disk(), "it");
    await endClaims();
    expect(await failure(new Door(emulator).create(kind, moved()))).toContain(
        "it is unknown whose data the new volume should have: the owner tag of this resource is on ",
    );
});

test("the declared snapshot need not exist; tags are copied from the volume, not from the snapshot", async () => {
    await emulator.tag(snapshotId, { Team: "payments" });
    const former = await new Door(emulator).create(kind, disk({ copyTagsFromSnapshot: true }));
    await emulator.tag(former.id, { Added: "later" });
    await emulator.deleteSnapshot(snapshotId);
    const created = await replace(new Door(emulator), former, moved({ copyTagsFromSnapshot: true }));
    expect(created.state["tagsAll"]).toMatchObject({ Team: "payments", Added: "later" });
});

test("a new snapshot with onSnapshotChange replaces the data, with a warning at preview", async () => {
    const former = await new Door(emulator).create(kind, disk());
    const other = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    const door = new Door(emulator);
    const args = moved({ snapshotId: other, onSnapshotChange: "replace" });
    await replace(door, former, args);
    expect(door.messages.join("\n")).toContain("data written since then will be lost");
    expect((await restoredVolumes()).map(({ SnapshotId }) => SnapshotId)).toEqual([other]);
});

test("with finalSnapshot, the snapshot that carries the data is kept as the final one", async () => {
    const former = await new Door(emulator).create(kind, disk());
    await replace(new Door(emulator), former, moved({ finalSnapshot: { name: "last" } }));
    const [final, ...more] = await others();
    expect(more).toEqual([]);
    expect(final?.Tags).toEqual(expect.arrayContaining([{ Key: "Name", Value: "last" }]));
});

test("a lost response does not create a second snapshot", async () => {
    const former = await new Door(emulator).create(kind, disk());
    await emulator.clearCalls();
    await emulator.faults([{ action: "CreateSnapshot", kind: "reset", where: "after", times: 1 }]);
    await replace(new Door(emulator), former, moved());
    expect(await emulator.count("CreateSnapshot")).toBe(1);
    expect(await others()).toEqual([]);
});

test("a new volume that fails is replaced with the data of the still existing volume", async () => {
    const engine = new Engine(emulator);
    const declare = (args: Properties) => [{ kind, name: "disk", args } as const];
    await engine.up(declare(disk()));
    const former = engine.live("disk").id;
    await emulator.set({ volumeError: "error", volumeSeconds: 1 });
    await engine.upFails(declare(moved()));
    await emulator.set({ volumeError: null });
    await emulator.clearCalls();

    await engine.up(declare(moved()));

    expect(only(await changes(), "CreateSnapshot")).toMatchObject([{ VolumeId: former }]);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([engine.live("disk").id]);
    const final = (await others()).filter(({ Tags = [] }) =>
        Tags.some(({ Key }) => Key === "pulumi-ebs-snapshots:carry"),
    );
    expect(final).toEqual([]);
});

test.each<[string, Properties, Properties, string]>([
    [
        "region",
        {},
        { region: "eu-west-1", availabilityZone: "eu-west-1a" },
        "carryData carries data within a region",
    ],
    [
        "size",
        { size: 20 },
        { size: 10, allowShrinkByReplacement: true },
        "the volume has 20 GiB, and carryData carries all of it",
    ],
    [
        "encrypted",
        { encrypted: true },
        { encrypted: false },
        "is encrypted, and so is everything that has its data",
    ],
])("%s that is incompatible with the data is rejected at preview", async (_, before, after, words) => {
    const former = await new Door(emulator).create(kind, disk(before));
    const message = await failure(new Door(emulator).diff(kind, former, moved(after)));
    expect(message).toContain(words);
});

test("deleteBeforeReplace is rejected before anything is deleted", async () => {
    const engine = new Engine(emulator);
    const options = { deleteBeforeReplace: true };
    await engine.up([{ kind, name: "disk", args: disk(), options }]);
    const { output } = await engine.upFails([{ kind, name: "disk", args: moved(), options }]);
    expect(output).toContain(
        "it is retained, because carryData needs it until the new volume is created. Remove deleteBeforeReplace.",
    );
    expect(await restoredVolumes()).toHaveLength(1);
});

test("a clone replaced with another key has the data that was written to the clone", async () => {
    const sourceVolumeId = await emulator.createVolume({ size: 8 });
    const door = new Door(emulator);
    const former = await door.create("VolumeClone", { sourceVolumeId, iops: 4000 });
    await emulator.clearCalls();
    const next = new Door(emulator);
    const key = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111";
    const created = await next.replace("VolumeClone", former, {
        sourceVolumeId,
        iops: 4000,
        kmsKeyId: key,
        carryData: true,
    });
    await next.delete("VolumeClone", former);
    expect(created.state).toMatchObject({
        encrypted: true,
        kmsKeyId: key,
        size: 8,
        iops: 4000,
        availabilityZone: "us-east-1a",
    });
    expect(only(await changes(), "CreateSnapshot")).toMatchObject([{ VolumeId: former.id }]);
    expect(await others()).toEqual([]);
    expect((await emulator.volumes()).map(({ VolumeId }) => VolumeId)).toContain(sourceVolumeId);
});
