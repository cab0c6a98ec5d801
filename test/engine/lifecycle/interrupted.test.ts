// Tests killed runs: after the next run exactly one resource exists. test/provider/killed.test.ts,
// killed-features.test.ts and claims.test.ts kill every kind of resource at each moment.
// It needs the engine: it kills a real engine, and checks its state file, orphaned processes, and two backends.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { killUp, program as textOf, snapshot, volume as volumeFrom } from "../steps";

let volume: string;
let project: Project;

const program = () => `
    const { Snapshot } = require("pulumi-ebs-snapshots");
    exports.id = new Snapshot("s", { volumeId: "${volume}" }).id;
`;

test.beforeEach(async () => {
    volume = await emulator.createVolume({ size: 8 });
    project = await createProject(program());
    await emulator.clearCalls();
});

/** Returns the ids of the snapshots in EC2. */
async function snapshots(): Promise<string[]> {
    return (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId).sort();
}

const waiting = async () => (await emulator.count("DescribeSnapshots")) >= 2;

describe.each([
    { left: "killed as well", orphan: false },
    { left: "left running", orphan: true },
])("the CLI is killed, its provider process $left", ({ orphan }) => {
    test("during creation: the next up adopts the snapshot; another backend with the same stack name does not", async () => {
        await emulator.set({ snapshotSeconds: 1_000 });
        await killUp(project, waiting, { orphan });
        const [created] = await snapshots();
        await emulator.advance(1_000);
        await emulator.set({ snapshotSeconds: 0 });

        const twin = await createProject(program());
        await twin.up();
        const { id: other } = await twin.outputs();
        expect(other).not.toBe(created);
        expect(await snapshots()).toEqual([created, other].sort());

        expect(await project.up()).toContain(`adopts ${String(created)}`);
        expect((await project.outputs())["id"]).toBe(created);
        expect(await emulator.count("CreateSnapshot")).toBe(2);
    });

    test("after EC2's response and before the state is written: the next up adopts the snapshot", async () => {
        await emulator.set({ snapshotSeconds: 1_000 });
        await killUp(project, waiting, {
            orphan,
            last: async (up) => {
                project.freeze(up);
                await emulator.advance(1_000);
                const reads = await emulator.count("DescribeSnapshots");
                while ((await emulator.count("DescribeSnapshots")) === reads) await sleep(50);
                await sleep(500);
            },
        });
        expect(await project.state()).toEqual([]);
        await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    });
});

test("killed where the CLI writes the state only at the end: the next up adopts everything, and creates nothing twice", async () => {
    const volumes = await emulator.seed({ volumes: 12 });
    const names = volumes.map((_, index) => `s${String(index)}`);
    await emulator.set({ volumeSeconds: 1_000 });
    await project.program(
        textOf(
            'const { SnapshotShare } = require("pulumi-ebs-snapshots");',
            ...names.map((name, index) => snapshot(name, { volumeId: volumes[index] })),
            'const share = new SnapshotShare("share", { snapshotId: s0.snapshotId, accounts: ["111122223333"] });',
            volumeFrom(
                "disk",
                '{ snapshotId: s1.snapshotId, availabilityZone: "us-east-1a" }',
                `{ dependsOn: [share, ${names.join(", ")}] }`,
            ),
        ),
    );
    project.env["PULUMI_SKIP_CHECKPOINTS"] = "true";
    await killUp(project, async () => (await emulator.volumes()).some(({ SnapshotId }) => SnapshotId), {
        orphan: false,
    });
    const created = await snapshots();
    expect(created).toHaveLength(volumes.length);
    expect(await project.state()).toEqual([]);
    await emulator.advance(1_000);
    await project.up();
    expect(await snapshots()).toEqual(created);
    expect(await emulator.count("CreateSnapshot")).toBe(created.length);
    expect(await emulator.count("CreateVolume")).toBe(1);
    expect(await project.state()).toHaveLength(created.length + 2);
    await project.destroy();
    expect(await snapshots()).toEqual([]);
});

test("killed while CreateVolume is in progress: the next up leaves exactly one volume", async () => {
    const snapshotId = await emulator.createSnapshot(volume);
    await project.program(
        textOf(volumeFrom("disk", { snapshotId, availabilityZone: "us-east-1a" }), "exports.id = disk.id;"),
    );
    await emulator.faults([{ action: "CreateVolume", kind: "delay", seconds: 3, times: 1 }]);
    await killUp(project, async () => (await emulator.count("CreateVolume")) > 0, { orphan: true });
    await project.up();
    const underWay = async () => (await emulator.calls(({ status }) => status === null)).length;
    while ((await underWay()) > 0) await sleep(100);
    const volumes = (await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId === snapshotId);
    expect(volumes.map(({ VolumeId }) => VolumeId)).toEqual([(await project.outputs())["id"]]);
});

test("a destroy killed while FSR is being disabled resumes: it waits for the disabling, then deletes", async () => {
    const hot = { fastRestore: { availabilityZones: ["us-east-1a"] } };
    await project.program(textOf(snapshot("hot", { volumeId: volume, ...hot })));
    await project.up();
    await emulator.set({ fastRestoreSeconds: 1_000 });
    await emulator.clearCalls();
    const disabling = async () =>
        (await emulator.count("DisableFastSnapshotRestores")) === 1 &&
        (await emulator.count("DescribeFastSnapshotRestores")) > 1;
    await killUp(project, disabling, { orphan: false, command: "destroy" });
    expect(await snapshots()).toHaveLength(1);
    await project.destroy();
    expect(await emulator.count("DisableFastSnapshotRestores")).toBe(1);
    expect(await emulator.calls(({ error }) => error === "InvalidSnapshot.InUse")).toEqual([]);
    expect(await snapshots()).toEqual([]);
});
