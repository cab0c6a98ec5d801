// Tests the eventual consistency of EC2: ids that it does not know yet, and snapshots that it has not released yet.

import { DeregisterImageCommand, RegisterImageCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, idsOf, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure, type Kind } from "./door";

/** EC2 does not find a new id for this long. */
const newIdSeconds = 30;

test("a snapshot of a new volume is created once the volume is visible in EC2", async () => {
    await emulator.set({ newIdSeconds });
    const volumeId = await emulator.createVolume({ tags: { Owner: "team" } });
    const door = new Door(emulator);

    const { id } = await door.create("Snapshot", {
        volumeId,
        lock: { mode: "governance", duration: "1 day" },
    });

    const outcomes = await door.outcomes("CreateSnapshot");
    expect(outcomes.at(-1)).toBe("ok");
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(["InvalidVolume.NotFound"]));
    expect(await idsOf({ OwnerIds: ["self"] })).toEqual([id]);
    expect(door.messages).toContain(
        `waiting to start: InvalidVolume.NotFound: The volume '${volumeId}' does not exist.`,
    );
});

test("the tags of a new volume are copied once the volume is visible in EC2", async () => {
    await emulator.set({ newIdSeconds });
    const volumeId = await emulator.createVolume({ tags: { Owner: "team" } });

    const { state } = await new Door(emulator).create("Snapshot", { volumeId, copyTagsFromVolume: true });

    expect(state["tagsAll"]).toMatchObject({ Owner: "team" });
});

test.each<[Kind, string, (snapshotId: string) => object]>([
    ["VolumeFromSnapshot", "CreateVolume", (snapshotId) => ({ snapshotId, availabilityZone: zone })],
    [
        "SnapshotCopy",
        "CopySnapshot",
        (sourceSnapshotId) => ({ sourceSnapshotId, sourceRegion: "us-east-1", waitForCompletion: false }),
    ],
    [
        "SnapshotShare",
        "ModifySnapshotAttribute",
        (snapshotId) => ({ snapshotId, accounts: ["111122223333"] }),
    ],
])("%s of a new snapshot waits until the snapshot is visible in EC2", async (kind, action, args) => {
    const volumeId = await emulator.createVolume();
    await emulator.set({ newIdSeconds });
    const door = new Door(emulator);
    await emulator.advance(newIdSeconds);
    const { id } = await door.create("Snapshot", { volumeId, waitForCompletion: false });
    await emulator.clearCalls();

    await door.create(kind, args(id) as Record<string, unknown>);

    const outcomes = await door.outcomes(action);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
    expect(outcomes.at(-1)).toBe("ok");
});

test("a lock and FSR of a new snapshot are requested once the snapshot is visible in EC2", async () => {
    const volumeId = await emulator.createVolume();
    await emulator.set({ newIdSeconds });
    await emulator.advance(newIdSeconds);
    const door = new Door(emulator);

    await door.create("Snapshot", {
        volumeId,
        lock: { mode: "governance", duration: "1 day" },
        fastRestore: { availabilityZones: [zone] },
    });

    for (const action of ["LockSnapshot", "EnableFastSnapshotRestores"])
        expect((await door.outcomes(action)).at(-1)).toBe("ok");
    expect(await door.outcomes("LockSnapshot")).toContain("InvalidSnapshot.NotFound");
});

test("a snapshot of a volume that does not exist fails after about a minute, and nothing is created", async () => {
    const door = new Door(emulator);
    const start = door.clock.now();

    const message = await failure(door.create("Snapshot", { volumeId: "vol-0123456789abcdef0" }));

    expect(message).toContain("InvalidVolume.NotFound: The volume 'vol-0123456789abcdef0' does not exist.");
    expect(door.clock.now() - start).toBeLessThan(90_000);
    expect(await idsOf({ OwnerIds: ["self"] })).toEqual([]);
});

async function image(): Promise<{ ImageId: string; id: string }> {
    const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: "golden" }));
    const [id = ""] = await idsOf({ OwnerIds: ["self"] });
    return { ImageId, id };
}

test("a snapshot whose AMI was just deregistered is deleted once EC2 has released it", async () => {
    await emulator.set({ imageReleaseSeconds: 60 });
    const { ImageId, id } = await image();
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    const door = new Door(emulator);

    await door.delete("Snapshot", { id, state: { region: "us-east-1", volumeId: "vol-1" } });

    expect(await idsOf({ OwnerIds: ["self"] })).toEqual([]);
    expect((await door.outcomes("DeleteSnapshot"))[0]).toBe("InvalidSnapshot.InUse");
    expect(await door.outcomes("DescribeImages")).toEqual(["ok"]);
});

test("deleting a snapshot that an AMI uses fails immediately with the id of the AMI", async () => {
    const { ImageId, id } = await image();
    const door = new Door(emulator);
    const start = door.clock.now();

    const message = await failure(
        door.delete("Snapshot", { id, state: { region: "us-east-1", volumeId: "vol-1" } }),
    );

    expect(message).toContain(`AMI ${ImageId} (golden) uses it; deregister the AMI first`);
    expect(await door.outcomes("DeleteSnapshot")).toEqual(["InvalidSnapshot.InUse"]);
    expect(door.clock.now() - start).toBeLessThan(5_000);
});

test("multi-volume snapshots of a new instance are created once the instance is visible in EC2", async () => {
    const machine = { ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 };
    const { Instances = [] } = await ec2.send(new RunInstancesCommand(machine));
    const code = "InvalidInstanceID.NotFound";
    await emulator.faults([{ action: "CreateSnapshots", code, message: "no such instance", times: 2 }]);
    const door = new Door(emulator);

    await door.create("InstanceSnapshots", { instanceId: Instances[0]?.InstanceId });

    expect(await door.outcomes("CreateSnapshots")).toEqual([code, code, "ok"]);
});
