// Tests that the source of a volume with `carryData` is validated, unless the data of an existing volume is carried.

import { describe, expect } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { createSourceSnapshot, disk, endClaims, kind, moved, snapshotId } from "./carried-data";
import { volume } from "./declare";
import { Door } from "./door";
import { Engine } from "./engine";

createSourceSnapshot();

describe.for([true, "crashConsistent"])("carryData: %s", (carryData) => {
    const declared = (args: object) => [
        volume("disk", { snapshotId, carryData, onSnapshotChange: "keep", ...args }),
    ];

    test("a new volume from a missing snapshot, or smaller than its snapshot, is refused at preview", async () => {
        const engine = new Engine(emulator);
        const missing = declared({ snapshotId: "snap-0123456789abcdef0" });
        expect((await engine.previewFails(missing)).output).toContain("but that snapshot was not found in");
        expect((await engine.previewFails(declared({ size: 4 }))).output).toContain("has 8 GiB");
        await engine.up(declared({}));
        expect(await restoredVolumes()).toHaveLength(1);
    });
});

describe.for(["keep", "refuse"])("onSnapshotChange: %s", (onSnapshotChange) => {
    test.for(["taint", "--replace"])(
        "a forced replacement (%s) carries the data although the snapshot no longer exists",
        async (how) => {
            const former = await new Door(emulator).create(kind, disk({ onSnapshotChange }));
            await endClaims();
            await emulator.deleteSnapshot(snapshotId);
            const door = new Door(emulator);
            const args = moved({ onSnapshotChange });
            // With `--replace`, the engine checks the new inputs once, and never passes those in the state.
            const created =
                how === "taint"
                    ? await door.forceReplacement(kind, former, args)
                    : await door.create(kind, args);
            await door.delete(kind, former);
            const [{ VolumeId = "" } = {}, ...others] = await restoredVolumes();
            expect([VolumeId, others]).toEqual([created.id, []]);
        },
    );
});
