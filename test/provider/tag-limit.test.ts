// Tests EC2's limit of 50 tags per resource, to which this package's, copied and foreign tags count, also at preview.

import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { tagsOf } from "../engine/steps";
import { Door, failure } from "./door";

function tags(count: number, prefix: string): Record<string, string> {
    return Object.fromEntries(Array.from({ length: count }, (_, index) => [prefix + String(index), "v"]));
}

async function putTags(id: string, map: Record<string, string>): Promise<void> {
    const Tags = Object.entries(map).map(([Key, Value]) => ({ Key, Value }));
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
}

test("foreign tags of an adopted snapshot or volume count to the limit, which is checked at preview", async () => {
    const volumeId = await emulator.createVolume();
    const adopt = await emulator.createSnapshot(volumeId);
    await putTags(adopt, tags(46, "theirs"));
    const args = { volumeId, adopt };
    await emulator.clearCalls();
    expect(
        await failure(new Door(emulator).create("Snapshot", { ...args, tags: { a: "1", b: "2" } })),
    ).toContain(
        `result in 49 tags, together with those on ${adopt}. The maximum is 48: EC2 allows 50 on a resource, and this ` +
            "package writes 2 of its own. Remove 1.",
    );
    expect(await emulator.count("CreateTags")).toBe(0);
    const { state } = await new Door(emulator).create("Snapshot", { ...args, tags: { a: "1" } });
    expect(Object.keys(state["tagsAll"] as object)).toHaveLength(48);
    expect(Object.keys(await tagsOf(emulator, adopt))).toHaveLength(48);

    const volume = await emulator.createVolume();
    await putTags(volume, tags(49, "theirs"));
    const adopting = { snapshotId: "", availabilityZone: zone, adopt: volume };
    const message = await failure(
        new Door(emulator).create("VolumeFromSnapshot", { ...adopting, snapshotId: adopt }),
    );
    expect(message).toContain(`result in 50 tags, together with those on ${volume}. The maximum is 48`);
});

test("an update that exceeds the limit with copied and foreign tags is rejected at preview; an exchange is not", async () => {
    const volumeId = await emulator.createVolume({ tags: tags(40, "copied") });
    const args = { volumeId, copyTagsFromVolume: true };
    const snapshot = await new Door(emulator).create("Snapshot", { ...args, tags: tags(6, "own") });
    const more = { ...args, tags: tags(7, "own") };
    expect(await failure(new Door(emulator).diff("Snapshot", snapshot, more))).toContain(
        `tags result in 48 tags, together with those on ${snapshot.id}. The maximum is 47: EC2 allows 50 on a resource, ` +
            "and this package writes 3 of its own. Remove 1.",
    );
    const others = { ...args, tags: tags(6, "new") };
    expect(await new Door(emulator).diff("Snapshot", snapshot, others)).not.toHaveProperty("changes", false);
    // A replacement has no foreign tags.
    const replaced = { ...more, triggers: { round: 2 } };
    expect(await new Door(emulator).diff("Snapshot", snapshot, replaced)).toMatchObject({
        replaces: ["triggers"],
    });
});

test("if all 50 tags are used, tags are removed before new ones are written", async () => {
    const volumeId = await emulator.createVolume({ tags: tags(40, "copied") });
    const args = { volumeId, copyTagsFromVolume: true };
    const door = new Door(emulator);
    const snapshot = await door.create("Snapshot", { ...args, tags: tags(6, "own") });
    const { inputs } = await door.diff("Snapshot", snapshot, { ...args, tags: tags(6, "new") });
    await door.update("Snapshot", snapshot, inputs);
    const keys = Object.keys(await tagsOf(emulator, snapshot.id));
    expect(keys.filter((key) => key.startsWith("new"))).toHaveLength(6);
    expect(keys.filter((key) => key.startsWith("own"))).toEqual([]);
    expect(keys.filter((key) => key.startsWith("copied"))).toHaveLength(40);
});

test("the tags of a final snapshot also count to the limit", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const args = { snapshotId, availabilityZone: zone };
    const finalSnapshot = { name: "last", tags: tags(49, "own") };
    expect(
        await failure(new Door(emulator).create("VolumeFromSnapshot", { ...args, finalSnapshot })),
    ).toContain("finalSnapshot.tags result in 50 tags, together with name. The maximum is 49");
});
