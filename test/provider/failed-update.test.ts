// Tests the state that a failed update keeps: the former properties as secret as they were, and the tags that were written.

import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { isMarkedSecret } from "../../schema/secret-mark";
import type { Properties } from "../../schema/values";
import { ec2, restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { volume } from "./declare";
import { Door } from "./door";
import { Engine } from "./engine";

const denied = (action: string) =>
    emulator.faults([
        { action, probability: 1, code: "UnauthorizedOperation", message: "not allowed", status: 403 },
    ]);

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

async function tagsOf(id: string): Promise<object> {
    const found = (await restoredVolumes()).find(({ VolumeId }) => VolumeId === id);
    return Object.fromEntries(found?.Tags?.map(({ Key = "", Value }) => [Key, Value]) ?? []);
}

/** Returns a state as text, without the values that it marks as secret. */
const visible = (state: Properties) =>
    JSON.stringify(state, (_key, value: unknown) => (isMarkedSecret(value) ? "[secret]" : value));

test("a former secret stays secret if the update that makes it public fails", async () => {
    const door = new Door(emulator);
    const former = await door.create("Snapshot", {
        volumeId,
        tags: { Team: "hidden" },
        __secrets: ["tags"],
    });
    const { inputs } = await door.diff("Snapshot", former, {
        volumeId,
        tags: { Team: "open" },
        __secrets: [],
    });
    await denied("CreateTags");
    const error: unknown = await door.update("Snapshot", former, inputs).catch((one: unknown) => one);
    await emulator.faults([]);
    const { properties } = error as { properties: Properties };
    expect(properties).toMatchObject({ volumeId });
    expect(visible(properties)).not.toContain("hidden");
});

test("a tag of a failed update is removed once the program no longer declares it; one of others is left", async () => {
    const engine = new Engine(emulator);
    const snapshotId = await emulator.createSnapshot(volumeId);
    const declare = (args: object = {}) => [volume("data", { snapshotId, ...args })];
    await engine.up(declare());
    const { id } = engine.live("data");
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Theirs", Value: "theirs" }] }));

    await denied("CreateTags");
    await engine.upFails(declare({ tags: { Theirs: "ours" } }));
    await denied("ModifyVolume");
    await engine.upFails(declare({ tags: { Ours: "ours" }, size: 16 }));
    expect(await tagsOf(id)).toMatchObject({ Ours: "ours", Theirs: "theirs" });
    await emulator.faults([]);
    await engine.up(declare());
    expect(await tagsOf(id)).toMatchObject({ Theirs: "theirs" });
    expect(await tagsOf(id)).not.toHaveProperty("Ours");
});

test("a tag of others that a failed update has overwritten is removed too, and one that it could not read is left", async () => {
    const engine = new Engine(emulator);
    const snapshotId = await emulator.createSnapshot(volumeId);
    const declare = (args: object = {}) => [volume("data", { snapshotId, ...args })];
    await engine.up(declare());
    const { id } = engine.live("data");
    const Tags = ["Overwritten", "Unread"].map((Key) => ({ Key, Value: "theirs" }));
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));

    await denied("ModifyVolume");
    await engine.upFails(declare({ tags: { Overwritten: "ours" }, size: 16 }));
    expect(await tagsOf(id)).toMatchObject({ Overwritten: "ours" });
    await denied("DescribeVolumes");
    await engine.upFails(declare({ tags: { Unread: "ours" } }));
    await emulator.faults([]);
    await engine.up(declare());
    expect(await tagsOf(id)).toMatchObject({ Unread: "theirs" });
    expect(await tagsOf(id)).not.toHaveProperty("Overwritten");
});
