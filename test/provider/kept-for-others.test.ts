// Tests that a delete keeps what another resource is to adopt or has adopted, and follows only its own successor.

import { expect } from "vitest";
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
