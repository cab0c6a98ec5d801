// Tests that a failed move to or from the archive fails the run that started it, and no later one.

import { expect } from "vitest";
import { during, snapshotIds } from "../engine/steps";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import { Engine } from "./engine";

const reason = "The key is not accessible";

let volumeId: string;
let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume({ size: 8 });
    await emulator.set({ tieringSeconds: 10 });
});

const declared = (args: object) => [snapshot("data", { volumeId, ...args })];
const failing = () => emulator.set({ tieringError: reason });
const succeeding = () => emulator.set({ tieringError: null });
const moves = (actions: string[]) =>
    actions.filter((action) => /^(Modify|Restore)SnapshotTier$/.test(action));

test("after a failed archival, a snapshot that is declared as standard again is updated with a warning", async () => {
    await engine.up(declared({}));
    await failing();
    const { output } = await engine.upFails(declared({ storageTier: "archive" }));
    expect(output).toContain(`archival failed: ${reason}`);

    const back = await during(emulator, () => engine.up(declared({ storageTier: "standard" })));
    expect(back.result.output).toContain(`an earlier archival failed: ${reason}`);
    const edited = await during(emulator, () =>
        engine.up(declared({ storageTier: "standard", group: "payments" })),
    );
    expect([...moves(back.actions), ...moves(edited.actions)]).toEqual([]);
    expect(engine.live("data").outputs).toMatchObject({ storageTier: "standard", group: "payments" });
});

test("a failed archival is started again by the next up, and fails it only if it fails again", async () => {
    await engine.up(declared({}));
    await failing();
    await engine.upFails(declared({ storageTier: "archive" }));
    expect((await engine.upFails()).output).toContain(`archival failed: ${reason}`);
    await succeeding();
    const again = await during(emulator, () => engine.up());
    expect(moves(again.actions)).toEqual(["ModifySnapshotTier"]);
    expect(again.result.output).toMatch(/archival \d+%/);
});

test("a failed temporary restore is started again by the next up", async () => {
    await engine.up(declared({ storageTier: "archive" }));
    await failing();
    const restored = declared({ storageTier: "archive", temporaryRestoreDays: 3 });
    expect((await engine.upFails(restored)).output).toContain(`temporary restore failed: ${reason}`);
    expect((await engine.upFails()).output).toContain(`temporary restore failed: ${reason}`);
    await succeeding();
    const again = await during(emulator, () => engine.up());
    expect(moves(again.actions)).toEqual(["RestoreSnapshotTier"]);
    expect(again.result.output).toMatch(/temporary restore \d+%/);
    const edited = await during(emulator, () =>
        engine.up(declared({ storageTier: "archive", temporaryRestoreDays: 3, group: "payments" })),
    );
    expect(moves(edited.actions)).toEqual([]);
});

test("a failed temporary restore that is no longer declared warns, and fails no update", async () => {
    await engine.up(declared({ storageTier: "archive" }));
    await failing();
    await engine.upFails(declared({ storageTier: "archive", temporaryRestoreDays: 3 }));
    const back = await during(emulator, () => engine.up(declared({ storageTier: "archive" })));
    expect(back.result.output).toContain(`an earlier temporary restore failed: ${reason}`);
    expect(moves(back.actions)).toEqual([]);
    expect(await snapshotIds(emulator)).toHaveLength(1);
});

test("a move that an earlier run has started fails the run in which it fails", async () => {
    await engine.up(declared({}));
    await failing();
    await emulator.set({ tieringSeconds: 600 });
    const archived = declared({ storageTier: "archive", timeout: "1 minute" });
    expect((await engine.upFails(archived)).output).toContain("timed out after 1 minute");
    await emulator.advance(500);
    const { result, actions } = await during(emulator, () => engine.upFails());
    expect(result.output).toContain(`archival failed: ${reason}`);
    expect(moves(actions)).toEqual([]);
});
