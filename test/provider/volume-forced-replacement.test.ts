// Tests forced replacements of volumes (`--replace`): the engine passes no state to the new volume, so that only the
// program determines whether the data is kept.

import { expect } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { during } from "../engine/steps";
import { emulator, test } from "../fixture";
import { volume } from "./declare";
import { Engine } from "./engine";
import type { Options } from "./engine-run";

let snapshotId: string;
let engine: Engine;

const disk = (args: object = {}, options?: Options) => [volume("disk", { snapshotId, ...args }, options)];
const forced = { forced: ["disk"] };

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    engine = new Engine(emulator);
    await engine.up(disk());
    await emulator.clearCalls();
});

test.for([true, false])(
    "finalSnapshot that is declared in the run that forces the replacement applies (deleteBeforeReplace: %s)",
    async (deleteBeforeReplace) => {
        const before = engine.live("disk").id;
        const run = await during(emulator, () =>
            engine.up(disk({ finalSnapshot: true }, { deleteBeforeReplace }), forced),
        );
        expect(run.result.output).toContain("will be deleted after a final snapshot of it completes.");
        expect(run.result.output).not.toContain("To keep its data");
        const [, final] = await emulator.snapshots();
        expect(final?.VolumeId).toBe(before);
        expect(await restoredVolumes()).toHaveLength(1);
    },
);

test("a forced replacement that carries the data to another zone reports that", async () => {
    const run = await engine.up(disk({ carryData: true, availabilityZone: "us-east-1b" }), forced);
    expect(run.output).toContain("will be deleted after the new one has its data.");
    expect(run.output).not.toContain("To keep its data");
});
