// Tests what a forced replacement says of a resource that has another owner: its delete keeps it for that one.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { Door } from "./door";

test("a forced replacement of a snapshot that another resource has adopted says that it is kept", async () => {
    const args = { volumeId: await emulator.createVolume() };
    const former = await new Door(emulator).create("Snapshot", args);
    const { id } = former;
    await new Door(emulator).create("Snapshot", { ...args, adopt: id }, "other");
    const kept =
        "will be kept, because it is owned by other (Snapshot) of the stack organization/project/test too.";
    const unannounced = new Door(emulator);
    await unannounced.create("Snapshot", args);
    expect(unannounced.messages.join("\n")).toContain(
        `owns ${id}. If the state contains it, its replacement is forced (--replace, taint): it ${kept}`,
    );
    const tainted = new Door(emulator);
    await tainted.forceReplacement("Snapshot", former, args);
    expect(tainted.messages.join("\n")).toMatch(
        /replacement is forced: the snapshot .* in the state will be kept, because it is owned by other/,
    );
});
