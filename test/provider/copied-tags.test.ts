// Tests that a new resource copies the selected tags of its source, except tags that AWS reserves.

import { ModifySnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { visibleTags } from "../../provider/aws/tags";
import { emulator, test } from "../fixture";
import { Door, type Kind } from "./door";

const ignoreTags = { keys: [], keyPrefixes: [] };
const sourceTags = { Name: "orders", Team: "payments", Role: "data" };

async function source(): Promise<{ volumeId: string; snapshotId: string }> {
    const volumeId = await emulator.createVolume({ tags: sourceTags });
    const snapshotId = await emulator.createSnapshot(volumeId);
    await emulator.tag(snapshotId, sourceTags);
    return { volumeId, snapshotId };
}

/** Creates a resource, and returns its tags without those of this package. */
async function tagsOf(kind: Kind, args: object, name: string): Promise<Record<string, string>> {
    const { id } = await new Door(emulator).create(kind, { ...args }, name);
    const all = [...(await emulator.snapshots()), ...(await emulator.volumes())];
    const snapshot = all.find(
        ({ SnapshotId, VolumeId }) => (id.startsWith("snap") ? SnapshotId : VolumeId) === id,
    );
    return visibleTags(snapshot?.Tags, { aws: { ignoreTags } });
}

const kinds: [Kind, string, (ids: { volumeId: string; snapshotId: string }) => object][] = [
    ["Snapshot", "copyTagsFromVolume", ({ volumeId }) => ({ volumeId })],
    [
        "SnapshotCopy",
        "copyTagsFromSource",
        ({ snapshotId: sourceSnapshotId }) => ({ sourceSnapshotId, sourceRegion: "us-east-1" }),
    ],
    [
        "VolumeFromSnapshot",
        "copyTagsFromSnapshot",
        ({ snapshotId }) => ({ snapshotId, availabilityZone: "us-east-1a" }),
    ],
    ["VolumeClone", "copyTagsFromVolume", ({ volumeId }) => ({ sourceVolumeId: volumeId })],
];

test.each(kinds)(
    "%s: a copied Name overrides the default name, and a declared Name overrides both",
    async (kind, option, of) => {
        const args = of(await source());

        expect(await tagsOf(kind, args, "none")).toEqual({ Name: "none" });
        expect(await tagsOf(kind, { ...args, [option]: true }, "all")).toEqual(sourceTags);
        expect(await tagsOf(kind, { ...args, [option]: { only: ["Team"] } }, "some")).toEqual({
            Name: "some",
            Team: "payments",
        });
        expect(
            await tagsOf(kind, { ...args, [option]: { except: ["Team"] }, name: "mine" }, "others"),
        ).toEqual({
            Name: "mine",
            Role: "data",
        });
    },
);

test.each(kinds)("%s: copied tags show no diff afterwards", async (kind, option, of) => {
    const door = new Door(emulator);
    const args = { ...of(await source()), [option]: true };
    const created = await door.create(kind, args);

    expect(await door.diff(kind, created, args)).toMatchObject({ changes: false });
    expect(await door.diff(kind, created, { ...args, [option]: { only: ["Role"] } })).toMatchObject({
        changes: false,
    });
});

test("tags of another account's snapshot are not visible: the preview warns that none are copied", async () => {
    const { snapshotId } = await source();
    const account = "111122223333";
    await emulator.ec2().send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: snapshotId,
            CreateVolumePermission: { Add: [{ UserId: account }] },
        }),
    );
    const door = new Door(emulator, account);
    const args = { sourceSnapshotId: snapshotId, sourceRegion: "us-east-1", copyTagsFromSource: true };

    const { state } = await door.create("SnapshotCopy", args);

    expect(state["tagsAll"]).toEqual({ Name: "it" });
    expect(door.messages).toContain(
        `copies no tags: ${snapshotId} belongs to account 123456789012, and EC2 shows its tags to that account alone.`,
    );
});

test.each([
    [true, { Name: "orders", Team: "ours", Kept: "by others" }],
    [
        { name: "last", tags: { Team: "audit" } },
        { Name: "last", Team: "audit", Kept: "by others" },
    ],
])(
    "a final snapshot (%j) has the volume's current tags, overridden by its own",
    async (finalSnapshot, tags) => {
        const { snapshotId } = await source();
        const door = new Door(emulator);
        const created = await door.create("VolumeFromSnapshot", {
            snapshotId,
            availabilityZone: "us-east-1a",
            copyTagsFromSnapshot: { only: ["Name"] },
            tags: { Team: "ours" },
            finalSnapshot,
        });
        await emulator.tag(created.id, { Kept: "by others" });

        await door.delete("VolumeFromSnapshot", created);

        const final = (await emulator.snapshots()).find(({ VolumeId }) => VolumeId === created.id);
        expect(visibleTags(final?.Tags, { aws: { ignoreTags } })).toEqual(tags);
    },
);
