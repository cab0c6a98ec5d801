// Tests that the name in an owner tag means one resource: a new volume with `carryData` has the data of the volume that
// this very resource owns, and an adoption removes only the tag of an interrupted run of this very resource.

import { CreateTagsCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect, vi } from "vitest";
import { ec2, restoredVolumes, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { createSourceSnapshot, snapshotId } from "./carried-data";
import { snapshot, volume } from "./declare";
import { Engine } from "./engine";
import type { Options, OutputsOf } from "./engine-run";

createSourceSnapshot();

let engine: Engine;
const replaced = { replaced: ["data"] };
const component = "data in my:index:Site";

test.beforeEach(() => {
    engine = new Engine(emulator);
});

const declare = (name: string, args: object = {}, options?: Options) =>
    volume(name, { snapshotId, carryData: true, ...args }, options);

const anotherSnapshot = async () => emulator.createSnapshot(await emulator.createVolume({ size: 8 }));

async function snapshotIdsOf(volumeId: string): Promise<unknown[]> {
    const all = await emulator.snapshots();
    return all.filter(({ VolumeId }) => VolumeId === volumeId).map(({ SnapshotId }) => SnapshotId);
}

/** Returns the snapshots from which volumes were created since the calls were cleared. */
async function sources(): Promise<unknown[]> {
    const created = await emulator.calls(({ action, error }) => action === "CreateVolume" && !error);
    return created.map(({ params }) => params["SnapshotId"]);
}

test("a child of a component and another resource of its name are two owners", async () => {
    await engine.up([declare(component)]);
    await emulator.clearCalls();
    const run = await engine.up([declare(component), declare("data")]);
    expect(run.output).not.toContain("owns vol-");
    expect(await sources()).toEqual([snapshotId]);
    expect(await restoredVolumes()).toHaveLength(2);
});

test("an owner tag of an older version, which names no parent, identifies the owner unless it is another resource", async () => {
    await engine.up([declare(component)]);
    const { id } = engine.live(component);
    await nameAsOlderVersions(id);
    await emulator.clearCalls();
    await engine.up([declare(component), declare("data")]);
    expect(await sources()).toEqual([snapshotId]);

    await engine.up([declare(component)]);
    await nameAsOlderVersions(id);
    await emulator.clearCalls();
    await engine.up([declare(component)], { replaced: [component] });
    expect(await sources()).not.toEqual([snapshotId]);
});

/** Removes the parent from the owner's name in the tags of a volume. */
async function nameAsOlderVersions(id: string): Promise<void> {
    const { Volumes: [found] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
    const Tags = (found?.Tags ?? [])
        .filter(({ Key }) => Key?.startsWith("pulumi-ebs-snapshots:owner:"))
        .map(({ Key, Value }) => ({ Key, Value: Value?.replace(/\/\w+$/, "") }));
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
}

test("a new resource with the former name of a renamed one does not get the data of that", async () => {
    await engine.up([declare("data")]);
    const { id } = engine.live("data");
    await engine.up([declare("data2", {}, { aliases: ["data"] })]);
    await emulator.clearCalls();
    const run = await engine.up([declare("data"), declare("data2")]);
    expect(run.steps).toEqual({ data: "create", data2: "same" });
    expect(await sources()).toEqual([snapshotId]);
    expect(engine.live("data2").id).toBe(id);
});

test("a forced replacement by a volume from another snapshot has the data of that snapshot, as the preview says", async () => {
    await engine.up([declare("data")]);
    const other = await anotherSnapshot();
    await emulator.clearCalls();
    const run = await engine.up(
        [declare("data", { snapshotId: other, onSnapshotChange: "replace" })],
        replaced,
    );
    expect(run.output).toContain("it will be deleted after the new one completes.");
    expect(await sources()).toEqual([other]);
});

test("a resource that is declared again after retainOnDelete, from another snapshot, has the data of that snapshot", async () => {
    await engine.up([declare("data", {}, { retainOnDelete: true })]);
    const { id } = engine.live("data");
    await engine.up([]);
    const other = await anotherSnapshot();
    await emulator.clearCalls();
    await engine.up([declare("data", { snapshotId: other })]);
    expect(await sources()).toEqual([other]);
    expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toContain(id);
});

test("the data of a volume is carried each time, although EC2 shows the carrying snapshot as its source", async () => {
    await engine.up([declare("data")]);
    for (const availabilityZone of ["us-east-1b", zone]) {
        const { id } = engine.live("data");
        await emulator.clearCalls();
        const run = await engine.up([declare("data", { availabilityZone })], replaced);
        expect(run.output).toContain("it will be deleted after the new one has its data.");
        const [carrier] = await emulator.calls(({ action }) => action === "CreateSnapshot");
        expect(carrier?.params["VolumeId"]).toBe(id);
        expect(await sources()).not.toContain(snapshotId);
    }
});

test("with onSnapshotChange keep, a new volume needs its snapshot at preview; a replacement that carries the data does not", async () => {
    const kept = declare("data", { onSnapshotChange: "keep" });
    await engine.up([kept]);
    await emulator.deleteSnapshot(snapshotId);
    await emulator.clearCalls();
    await engine.up([kept], replaced);
    expect(await sources()).toEqual([expect.not.stringContaining(snapshotId)]);
    const run = await engine.previewFails([kept, declare("new", { onSnapshotChange: "keep" })]);
    expect(run.output).toContain(`new: snapshotId is "${snapshotId}", but that snapshot was not found`);
});

test("an adoption is refused if a renamed resource, which had its name and is declared later, manages the snapshot", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    await engine.up([snapshot("data", { volumeId })]);
    const { id } = engine.live("data");
    const renamed = { aliases: ["data"] };
    await engine.up([snapshot("renamed", { volumeId }, renamed)]);
    engine.calls.length = 0;

    // The provider waits for two seconds without a declaration.
    let isWaiting = false;
    engine.onWait = async (milliseconds) => {
        if (!engine.calls.includes("create data") || milliseconds < 1_000) return;
        isWaiting = true;
        await vi.waitUntil(() => engine.calls.includes("diff renamed"));
    };
    const later = async (outputsOf: OutputsOf) => {
        await Promise.race([vi.waitUntil(() => isWaiting, { timeout: 5_000 }), outputsOf("data")]);
        return { volumeId };
    };
    const run = await engine.upFails([
        snapshot("data", { volumeId, adopt: id }),
        snapshot("renamed", later, renamed),
    ]);
    expect(run.output).toContain("renamed already manages it");
});

test.each([
    ["created", false],
    ["adopted", true],
])(
    "what a stack has %s before it was renamed stays with it if a new stack of its former name adopts it",
    async (_, isAdopted) => {
        const volumeId = await emulator.createVolume({ size: 8 });
        const adopt = isAdopted ? await emulator.createSnapshot(volumeId) : undefined;
        await engine.up([snapshot("data", { volumeId, ...(adopt && { adopt }) })]);
        const { id } = engine.live("data");
        // It has an own state, and the same names in tags.
        const stackOfFormerName = new Engine(emulator);
        const adopting = [snapshot("data", { volumeId, adopt: id })];
        const warning = `${id} already has an owner of this name, in a stack that was renamed from organization/project/test`;
        expect((await stackOfFormerName.preview(adopting)).output).toContain(warning);
        expect((await stackOfFormerName.up(adopting)).output).toContain(warning);
        expect((await stackOfFormerName.destroy()).output).toContain(`${id} is kept: it is owned by`);
        expect(await snapshotIdsOf(volumeId)).toEqual([id]);
        await engine.destroy();
        expect(await snapshotIdsOf(volumeId)).toEqual([]);
    },
);

test("a killed adoption leaves no owner: the next run adopts again, without a warning, and a destroy deletes", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const adopt = await emulator.createSnapshot(volumeId);
    const adopting = [snapshot("data", { volumeId, adopt })];
    await engine.upFails(adopting, { killedAfter: "data" });
    const { output } = await engine.up(adopting);
    expect(output).not.toContain("already has an owner");
    await engine.destroy();
    expect(await snapshotIdsOf(volumeId)).toEqual([]);
});
