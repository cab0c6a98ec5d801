// Tests empty and malformed responses: they are retried, and never mean that a resource is deleted or a change is done.

import { expect } from "vitest";
import { ec2, grantsOf, idsOf, otherAccount, shareWith, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import type { FaultKind } from "../emulator/controls";
import { Door, failure, type Kind } from "./door";

const none: FaultKind[] = ["empty", "html", "without"];

/** Creates a resource of a kind. */
async function existing(kind: Kind) {
    const door = new Door(emulator);
    const volumeId = await emulator.createVolume();
    const snapshotId = await emulator.createSnapshot(volumeId);
    const args: Record<string, object> = {
        Snapshot: { volumeId },
        VolumeFromSnapshot: { snapshotId, availabilityZone: zone },
        SnapshotShare: { snapshotId, accounts: [otherAccount] },
    };
    return door.create(kind, args[kind] as Record<string, unknown>);
}

test.each<[Kind, string]>([
    ["Snapshot", "DescribeSnapshots"],
    ["VolumeFromSnapshot", "DescribeVolumes"],
    ["SnapshotShare", "DescribeSnapshotAttribute"],
])(
    "a refresh does not report a %s as deleted after an empty or malformed %s response",
    async (kind, action) => {
        const resource = await existing(kind);
        for (const fault of none) {
            await emulator.faults([{ action, kind: fault, times: 2 }]);
            expect(await new Door(emulator).read(kind, resource)).toMatchObject({ id: resource.id });

            await emulator.faults([{ action, kind: fault }]);
            expect(await failure(new Door(emulator).read(kind, resource))).toContain("run again");
        }
    },
);

test.each([
    ["DescribeLockedSnapshots", { lock: { mode: "governance", duration: "1 day" } }],
    ["DescribeFastSnapshotRestores", { fastRestore: { availabilityZones: [zone] } }],
    ["DescribeSnapshotTierStatus", { storageTier: "archive" }],
] as const)(
    "a refresh does not treat an empty or malformed %s response as an absent feature",
    async (action, feature) => {
        const volumeId = await emulator.createVolume();
        const door = new Door(emulator);
        const resource = await door.create("Snapshot", { volumeId, ...feature });
        const state = { ...resource.state, storageTier: "standard" };
        const read = { ...resource, state: action === "DescribeSnapshotTierStatus" ? state : resource.state };
        for (const fault of none) {
            await emulator.faults([{ action, kind: fault }]);
            expect(await failure(new Door(emulator).read("Snapshot", read))).toContain("run again");
        }
    },
);

test.each(none)(
    "a snapshot whose creation has an empty or malformed response (%s) is found, not created twice",
    async (kind) => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([{ action: "CreateSnapshot", kind, where: "after", times: 1 }]);

        const { id } = await new Door(emulator).create("Snapshot", { volumeId });

        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([id]);
    },
);

test("an HTML response to a deletion is not treated as success", async () => {
    const resource = await existing("Snapshot");
    await emulator.faults([{ action: "DeleteSnapshot", kind: "html", times: 1 }]);

    await new Door(emulator).delete("Snapshot", resource);

    expect(await idsOf({ OwnerIds: ["self"] })).not.toContain(resource.id);
});

test("a share whose response lacks the list of grants revokes nothing and keeps its state", async () => {
    const resource = await existing("SnapshotShare");
    await shareWith(resource.id, "444455556666");
    await emulator.faults([{ action: "DescribeSnapshotAttribute", kind: "without" }]);

    await failure(new Door(emulator).read("SnapshotShare", resource));

    await emulator.faults([]);
    expect((await grantsOf(resource.id)).users.sort()).toEqual([otherAccount, "444455556666"].sort());
});

test("a listing whose paging token repeats ends with an error", async () => {
    const resource = await existing("Snapshot");
    await emulator.faults([{ action: "DescribeSnapshots", kind: "repeat" }]);

    expect(await failure(new Door(emulator).read("Snapshot", resource))).toContain("RepeatedPagingToken");
});

test("missing capacity for a volume fails after one call, with EC2's message and the remedy", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    await emulator.clearCalls();
    const message = "There is not enough capacity";
    await emulator.faults([
        { action: "CreateVolume", code: "InsufficientVolumeCapacity", message, status: 500 },
    ]);
    const door = new Door(emulator);

    const failed = await failure(door.create("VolumeFromSnapshot", { snapshotId, availabilityZone: zone }));

    expect(failed).toContain(
        `InsufficientVolumeCapacity: ${message}. Choose another availability zone or volume type, or run again later.`,
    );
    expect(await door.outcomes("CreateVolume")).toEqual(["InsufficientVolumeCapacity"]);
});

test("without an engine nothing is changed: no final snapshot is created, and no volume is deleted", async () => {
    const { VolumeId: id = "" } = await ec2.send(
        new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }),
    );
    const door = new Door(emulator);
    door.isOrphaned = true;

    const state = { region: "us-east-1", snapshotId: "snap-1", finalSnapshot: true, name: "data" };
    const message = await failure(door.delete("VolumeFromSnapshot", { id, state }));

    expect(message).toContain("the engine is gone");
    expect(await idsOf({ OwnerIds: ["self"] })).toEqual([]);
    expect(await emulator.volumes()).toHaveLength(1);
});

test("tag keys may equal names of Object.prototype's members", async () => {
    const volumeId = await emulator.createVolume();
    const tags = JSON.parse('{ "constructor": "a", "__proto__": "b", "toString": "c" }') as object;
    const resource = await new Door(emulator).create("Snapshot", { volumeId, tags });

    const same = await new Door(emulator).read("Snapshot", resource);
    expect(Object.entries(same.inputs?.["tags"] as object).sort()).toEqual(Object.entries(tags).sort());

    await emulator.tag(resource.id, { constructor: "changed" });
    const drifted = await new Door(emulator).read("Snapshot", resource);
    expect(Object.entries(drifted.inputs?.["tags"] as object)).toContainEqual(["constructor", "changed"]);
});
