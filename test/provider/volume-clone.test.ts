// Tests a clone of a volume: it is created once, waits if EC2 cannot copy the volume yet, and never has another source.

import { AttachVolumeCommand, CreateVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure } from "./door";

const clone = (sourceVolumeId: string, more: object = {}) => ({ sourceVolumeId, ...more });

async function copiesOf(id: string) {
    return (await emulator.volumes()).filter(({ SourceVolumeId }) => SourceVolumeId === id);
}

test("an attached volume is copied in one call to its zone, with its size and key, as gp3", async () => {
    const KmsKeyId = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111";
    const { VolumeId: source = "" } = await ec2.send(
        new CreateVolumeCommand({ AvailabilityZone: "us-east-1b", Size: 8, Encrypted: true, KmsKeyId }),
    );
    const { Instances: [instance] = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const InstanceId = instance?.InstanceId ?? "";
    await ec2.send(new AttachVolumeCommand({ VolumeId: source, InstanceId, Device: "/dev/sdf" }));
    await emulator.clearCalls();

    const { id, state } = await new Door(emulator).create("VolumeClone", clone(source));

    expect(state).toMatchObject({
        volumeId: id,
        arn: `arn:aws:ec2:us-east-1:123456789012:volume/${id}`,
        sourceVolumeId: source,
        availabilityZone: "us-east-1b",
        size: 8,
        snapshotSize: 8,
        filesystemNeedsGrowing: false,
        volumeType: "gp3",
        encrypted: true,
        kmsKeyId: KmsKeyId,
        state: "available",
        tagsAll: { Name: "it" },
    });
    const changes = (await emulator.calls()).filter(
        ({ action }) => !/^(Describe|GetCallerIdentity)/.test(action),
    );
    expect(changes.map(({ action }) => action)).toEqual(["CopyVolumes"]);
    expect(changes[0]?.params).toMatchObject({ SourceVolumeId: source, VolumeType: "gp3" });
    expect(changes[0]?.params).not.toHaveProperty("Size");
});

test("a larger clone reports that the file system must be extended, and has the declared properties", async () => {
    const source = await emulator.createVolume({ size: 4 });
    const door = new Door(emulator);
    const { state } = await door.create("VolumeClone", clone(source, { size: 10, iops: 4000 }));
    expect(state).toMatchObject({ size: 10, snapshotSize: 4, iops: 4000, filesystemNeedsGrowing: true });
    expect(door.messages.join("\n")).toContain("the volume (10 GiB) is larger than its source (4 GiB)");
});

test("after an interrupted run the copy is adopted, and no second one is created", async () => {
    const source = await emulator.createVolume();
    // The state does not contain the copy that this run created.
    const created = await new Door(emulator).create("VolumeClone", clone(source));

    const door = new Door(emulator);
    const { id } = await door.create("VolumeClone", clone(source));

    expect(id).toBe(created.id);
    expect(await copiesOf(source)).toHaveLength(1);
    expect(door.messages).toContain(`adopts ${id}, which an interrupted run of this stack created.`);
    // Another source creates another clone.
    const other = await emulator.createVolume();
    expect((await new Door(emulator).create("VolumeClone", clone(other))).id).not.toBe(id);
});

test("a lost response does not create a second copy", async () => {
    const source = await emulator.createVolume();
    await emulator.faults([{ action: "CopyVolumes", kind: "reset", where: "after", times: 1 }]);
    const { id } = await new Door(emulator).create("VolumeClone", clone(source));
    expect((await copiesOf(source)).map(({ VolumeId }) => VolumeId)).toEqual([id]);
});

test("two clones of a volume, and clones above EC2's quota, wait and report that", async () => {
    await emulator.set({ initializationSeconds: 100, volumeCopies: 2 });
    const source = await emulator.createVolume();
    const others = [await emulator.createVolume(), await emulator.createVolume()];
    const door = new Door(emulator);

    await Promise.all(
        [source, source, ...others].map((id, index) => door.create("VolumeClone", clone(id), String(index))),
    );

    expect(await copiesOf(source)).toHaveLength(2);
    expect(door.messages.join("\n")).toMatch(
        /waiting to start: (ConcurrentCopyVolume|CopyVolumes)LimitExceeded/,
    );
});

test("a source that is itself a copy is copied once it is initialized", async () => {
    await emulator.set({ volumeSeconds: 20, initializationSeconds: 100 });
    const door = new Door(emulator);
    const first = await door.create("VolumeClone", clone(await emulator.createVolume()), "first");
    const second = await door.create("VolumeClone", clone(first.id), "second");
    expect(second.state).toMatchObject({ sourceVolumeId: first.id, state: "available" });
    expect(door.messages.join("\n")).toMatch(new RegExp(`waiting for volume ${first.id}: \\d+%`));
});

test.each<[string, object, (id: string) => string]>([
    [
        "size",
        { size: 3 },
        (id) =>
            `size","reason":"is 3, but volume ${id} has 4 GiB. Specify at least that size, or remove size.`,
    ],
    [
        "region",
        { region: "eu-west-1" },
        () =>
            "but that volume was not found in eu-west-1 (account 123456789012). A clone is created in the zone of its source; if that is in another region, set region.",
    ],
    [
        "multiAttachEnabled",
        { multiAttachEnabled: true },
        () => "is not supported by volumes of type gp3. Remove it, or set volumeType to io1 or io2.",
    ],
])(
    "%s that is incompatible with the source is rejected at preview, and nothing is created",
    async (_, more, words) => {
        const source = await emulator.createVolume({ size: 4 });
        const message = await failure(new Door(emulator).create("VolumeClone", clone(source, more)));
        expect(message).toContain(words(source));
        expect(await emulator.count("CopyVolumes")).toBe(0);
    },
);

test("an unencrypted clone of an encrypted volume is rejected; for a volume on an Outpost the error suggests a snapshot", async () => {
    const make = async (more: object) =>
        (await ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ...more }))).VolumeId ??
        "";
    const encrypted = await make({ Encrypted: true });
    expect(
        await failure(new Door(emulator).create("VolumeClone", clone(encrypted, { encrypted: false }))),
    ).toContain(
        `is false, but volume ${encrypted} is encrypted, and so is everything created from it. Remove encrypted.`,
    );
    const OutpostArn = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0";
    const remote = await make({ OutpostArn });
    expect(await failure(new Door(emulator).create("VolumeClone", clone(remote)))).toContain(
        `but that volume is on Outpost ${OutpostArn}, where EC2 does not copy volumes. Declare a Snapshot of it, and a VolumeFromSnapshot.`,
    );
});

test("a size below the clone's is rejected, and another source replaces it with a warning at preview", async () => {
    const source = await emulator.createVolume({ size: 4 });
    const other = await emulator.createVolume({ size: 4 });
    const created = await new Door(emulator).create("VolumeClone", clone(source, { size: 9 }));
    const message = await failure(
        new Door(emulator).diff("VolumeClone", created, clone(source, { size: 8 })),
    );
    expect(message).toContain("is 8, but the volume has 9 GiB, and EC2 cannot shrink a volume.");
    expect(message).not.toContain("allowShrinkByReplacement");

    const door = new Door(emulator);
    expect(await door.diff("VolumeClone", created, clone(other, { size: 9 }))).toMatchObject({
        replaces: ["sourceVolumeId"],
    });
    expect(door.messages.join("\n")).toMatch(
        new RegExp(
            `replacement will delete volume ${created.id} \\(9 GiB, .*\\) and create a new one from volume ${other}; data written since then will be lost`,
        ),
    );
});

test("adopts a copy of the source volume, and rejects other volumes", async () => {
    const source = await emulator.createVolume();
    const other = await emulator.createVolume();
    const { id } = await new Door(emulator).create("VolumeClone", clone(source), "before");

    const adopted = await new Door(emulator).create("VolumeClone", clone(source, { adopt: id }));
    expect(adopted.id).toBe(id);
    expect(await copiesOf(source)).toHaveLength(1);

    const refused = (adopt: string) =>
        failure(new Door(emulator).create("VolumeClone", clone(other, { adopt }), "other"));
    expect(await refused(id)).toContain(
        `but ${id}, which is to be adopted, has \\"${source}\\", which cannot be changed`,
    );
    expect(await refused(source)).toContain(
        `but ${source}, which is to be adopted, has none, which cannot be changed`,
    );
});

test("the final snapshot is of the clone, and the source volume is kept", async () => {
    const source = await emulator.createVolume();
    const created = await new Door(emulator).create("VolumeClone", clone(source, { finalSnapshot: true }));
    await new Door(emulator).delete("VolumeClone", created);
    expect((await emulator.volumes()).map(({ VolumeId }) => VolumeId)).toEqual([source]);
    expect((await emulator.snapshots()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
});
