// Tests that a delete keeps what another resource is to adopt or has adopted, and follows only its own successor.

import { describe, expect } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { snapshot, volume } from "./declare";
import { Door } from "./door";
import { Engine } from "./engine";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

const ids = async () => (await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId);

test("a snapshot is kept that another run adopted after this run read it, and before it deletes it", async () => {
    const former = await new Door(emulator).create("Snapshot", { volumeId });
    const deleting = new Door(emulator);
    // From the second on, reads are served by one sweep of all snapshots of the stack.
    for (let reads = 0; reads < 2; reads++) await deleting.read("Snapshot", former);
    await new Door(emulator).create("Snapshot", { volumeId, adopt: former.id }, "other");
    await deleting.delete("Snapshot", former);
    expect(await ids()).toEqual([former.id]);
});

test("with --continue-on-error, a snapshot is kept whose adoption by another resource is refused", async () => {
    const engine = new Engine(emulator);
    await engine.up([snapshot("first", { volumeId })]);
    const { id } = engine.live("first");
    const adopting = (args: object) => [snapshot("second", { volumeId, adopt: id, ...args })];
    const run = await engine.upFails(adopting({ description: "another" }), { continueOnError: true });
    expect(run.output).toContain("it is retained because second is to adopt it, and has not.");
    expect(await ids()).toEqual([id]);
    await engine.up(adopting({}));
    expect(engine.state.map(({ name }) => name)).toEqual(["second"]);
    expect(await ids()).toEqual([id]);
});

test("a volume that leaves the program takes its final snapshot, whatever a renamed resource of its lineage declares", async () => {
    const engine = new Engine(emulator);
    const snapshotId = await emulator.createSnapshot(volumeId);
    const renamed = (args: object = {}) => volume("renamed", { snapshotId, ...args }, { aliases: ["data"] });
    await engine.up([volume("data", { snapshotId })]);
    await engine.up([renamed()]);
    await engine.up([renamed(), volume("data", { snapshotId, finalSnapshot: true })]);
    const { id } = engine.live("data");
    await engine.up([renamed({ availabilityZone: "us-east-1b", finalSnapshot: false })]);
    const finals = (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);
    expect(finals).toHaveLength(1);
    expect(await restoredVolumes()).toHaveLength(1);
});

describe("a new resource with the former name of a renamed one has the same lineage, and", () => {
    const aliases = { aliases: ["data"] };
    let engine: Engine;
    let snapshotId: string;
    const finalsOf = async (id: string) =>
        (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);

    test.beforeEach(async () => {
        engine = new Engine(emulator);
        snapshotId = await emulator.createSnapshot(volumeId);
    });

    test("a renamed volume takes its final snapshot, whatever an earlier replacement of the new one declares", async () => {
        const renamed = volume("renamed", { snapshotId, finalSnapshot: true }, aliases);
        await engine.up([volume("data", { snapshotId })]);
        await engine.up([renamed]);
        await engine.up([renamed, volume("data", { snapshotId })]);
        const { id } = engine.live("renamed");
        const replaced = volume("data", {
            snapshotId,
            availabilityZone: "us-east-1b",
            finalSnapshot: false,
        });
        await engine.up([renamed, replaced]);
        await engine.up([replaced]);
        expect(await finalsOf(id)).toHaveLength(1);
    });

    test("a forced replacement follows the new volume, not an earlier replacement of the renamed one", async () => {
        const args = { snapshotId, availabilityZone: "us-east-1b", finalSnapshot: false };
        const renamed = volume("renamed", args, aliases);
        await engine.up([volume("data", { snapshotId })]);
        await engine.up([renamed]);
        await engine.up([renamed, volume("data", { snapshotId })]);
        const { id } = engine.live("data");
        const next = volume("data", { snapshotId, finalSnapshot: true });
        await engine.up([renamed, next], { forced: ["data"] });
        expect(await finalsOf(id)).toHaveLength(1);
    });

    test("a snapshot whose forced replacement fails is kept, although a renamed one has completed", async () => {
        const args = { volumeId, keepReplaced: false };
        const renamed = snapshot("renamed", { ...args, triggers: { release: 2 } }, aliases);
        await engine.up([snapshot("data", args)]);
        await engine.up([renamed]);
        await engine.up([renamed, snapshot("data", args)]);
        const { id } = engine.live("data");
        await emulator.set({ snapshotError: "broken", snapshotSeconds: 5 });
        const next = snapshot("data", { ...args, waitForCompletion: false });
        const { output } = await engine.upFails([renamed, next], { forced: ["data"] });
        expect(output).toMatch(
            /it is retained because its replacement snap-\w+ did not complete: error: broken/,
        );
        expect(await ids()).toContain(id);
    });
});
