// Tests that a delete keeps what another resource is to adopt or has adopted, and follows only its own successor.

import { DeleteTagsCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { ownerPrefix } from "../../schema/tags";
import { ec2, restoredVolumes } from "../emulator/calls";
import type { Fault } from "../emulator/controls";
import { emulator, test } from "../fixture";
import { instanceSnapshots, snapshot, volume } from "./declare";
import { Door, urnOf } from "./door";
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

test("a snapshot is kept that this run has adopted, while EC2 does not show the tag of its new owner yet", async () => {
    const former = await new Door(emulator).create("Snapshot", { volumeId });
    const run = new Door(emulator);
    const adopter = await run.create("Snapshot", { volumeId, adopt: former.id }, "other");
    const Tags = [{ Key: `${ownerPrefix}${String(adopter.state["__owner"])}` }];
    await ec2.send(new DeleteTagsCommand({ Resources: [former.id], Tags }));
    await run.delete("Snapshot", former);
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

test("a snapshot is kept that an update in this run has taken over from an older version since the sweep", async () => {
    const former = await new Door(emulator).create("Snapshot", { volumeId }, "former");
    const other = await new Door(emulator).create("Snapshot", { volumeId }, "other");
    const older = {
        ...former,
        state: { ...former.state, __owner: undefined, __urn: urnOf("Snapshot", "older") },
    };
    const run = new Door(emulator);
    for (let reads = 0; reads < 2; reads++) await run.read("Snapshot", former);
    await run.delete("Snapshot", other);
    const { inputs } = await run.diff("Snapshot", older, { volumeId, group: "payments" });
    await run.update("Snapshot", older, inputs);
    await run.delete("Snapshot", former);
    expect(await ids()).toEqual([former.id]);
});

const unreadable = {
    action: "DescribeSnapshots",
    params: { "Filter.1.Name": "snapshot-id" },
    code: "UnauthorizedOperation",
    message: "You are not authorized.",
};

test.each<[string, object, Fault[], boolean]>([
    ["whose check fails for another property", { timeout: "nonsense" }, [], false],
    // The check and the creation of the resource that adopts it.
    ["that cannot be read", {}, [{ ...unreadable, times: 2 }], false],
    ["in another provider process", { description: "another" }, [], true],
])("with --continue-on-error, a snapshot is kept for a resource %s", async (_how, args, faults, isSplit) => {
    const engine = new Engine(emulator);
    engine.isSplit = isSplit;
    await engine.up([snapshot("first", { volumeId })]);
    const { id } = engine.live("first");
    await emulator.faults(faults);
    const adopting = [snapshot("second", { volumeId, adopt: id, ...args })];
    const { output } = await engine.upFails(adopting, { continueOnError: true });
    expect(output).toMatch(/it is retained because (second|another resource) is to adopt it, and has not\./);
    expect(await ids()).toEqual([id]);
    await engine.up([snapshot("second", { volumeId, adopt: id })]);
    expect(engine.state.map((entry) => [entry.name, entry.id])).toEqual([["second", id]]);
    expect(await ids()).toEqual([id]);
});

test("with --continue-on-error, a replaced snapshot is kept until another resource adopts it in the next run", async () => {
    const engine = new Engine(emulator);
    await engine.up([snapshot("first", { volumeId })]);
    const { id } = engine.live("first");
    engine.program = [
        snapshot("first", { volumeId, triggers: { release: 2 } }),
        snapshot("second", { volumeId, adopt: id }),
    ];
    const { output } = await engine.upFails(undefined, { continueOnError: true });
    expect(output).toContain("first already manages it; remove one of the two from the program");
    expect(output).toContain("it is retained because second is to adopt it, and has not.");
    await engine.up();
    expect(engine.live("second").id).toBe(id);
    expect(engine.state).toHaveLength(2);
    expect(await ids()).toHaveLength(2);
});

test("with --continue-on-error, a member of a set is kept whose adoption by another resource is refused", async () => {
    const engine = new Engine(emulator);
    const launched = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    await engine.up([instanceSnapshots("first", { instanceId: launched.Instances?.[0]?.InstanceId })]);
    const members = engine.live("first").outputs["snapshots"] as { snapshotId: string; volumeId: string }[];
    const [member] = members;
    const args = { volumeId: member?.volumeId, adopt: member?.snapshotId, description: "another" };
    const { output } = await engine.upFails([snapshot("second", args)], { continueOnError: true });
    expect(output).toContain(`${String(member?.snapshotId)} is retained because second is to adopt it`);
    expect(await ids()).toContain(member?.snapshotId);
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
