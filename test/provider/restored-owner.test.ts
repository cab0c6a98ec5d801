// Tests a snapshot that its owner deleted, and that a resource of another name restores from the Recycle Bin.

import { DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2 } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door } from "./door";

test("a restored snapshot is deleted, once the tag that the restoration names is removed", async () => {
    await emulator.set({ recycleBinDays: 7 });
    const volumeId = await emulator.createVolume();
    const former = await new Door(emulator).create("Snapshot", { volumeId }, "former");
    await new Door(emulator).delete("Snapshot", former);
    const run = new Door(emulator);
    const restored = await run.create("Snapshot", { volumeId, adopt: former.id }, "restored");
    const warning = run.messages.find((line) => line.includes("when it was deleted")) ?? "";
    expect(warning).toContain(
        `${former.id} was owned by former (Snapshot) of the stack organization/project/test when it was deleted`,
    );
    const [Key] = /pulumi-ebs-snapshots:owner:\w+/.exec(warning) ?? [];
    await ec2.send(new DeleteTagsCommand({ Resources: [former.id], Tags: [{ Key }] }));
    await new Door(emulator).delete("Snapshot", restored);
    expect(await emulator.snapshots()).toEqual([]);
});

test("a snapshot that is restored under the same name has no former owner", async () => {
    await emulator.set({ recycleBinDays: 7 });
    const volumeId = await emulator.createVolume();
    const former = await new Door(emulator).create("Snapshot", { volumeId });
    await new Door(emulator).delete("Snapshot", former);
    const run = new Door(emulator);
    const restored = await run.create("Snapshot", { volumeId, adopt: former.id });
    expect(run.messages.filter((line) => line.includes("when it was deleted"))).toEqual([]);
    await new Door(emulator).delete("Snapshot", restored);
    expect(await emulator.snapshots()).toEqual([]);
});
