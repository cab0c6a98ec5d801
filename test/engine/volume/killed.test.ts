// However a run is killed, there is one volume in the end: it needs an engine that dies.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { killUp, program, volume } from "../steps";

// A life of several steps: a dozen starts of the CLI, each of several seconds where the machine is busy.
vi.setConfig({ testTimeout: 300_000 });

let snapshotId: string;
let project: Project;

const text = (args: object = {}, options?: string) =>
    program(
        volume("disk", { snapshotId, availabilityZone: "us-east-1a", ...args }, options),
        "exports.id = disk.id;",
    );

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    project = await createProject(text());
    await emulator.clearCalls();
});

/** The volumes that were made from a snapshot, by id. */
async function made(): Promise<string[]> {
    const found = (await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId !== "");
    return found.map(({ VolumeId = "" }) => VolumeId).sort();
}

const called = (action: string) => async () => (await emulator.count(action)) > 0;

describe.each([
    { left: "killed as well", orphan: false },
    { left: "left running", orphan: true },
])("the CLI is killed, its provider process $left", ({ orphan }) => {
    test("before EC2 acts, with the call under way: there is one volume in the end", async () => {
        await emulator.faults([{ action: "CreateVolume", kind: "delay", seconds: 4, times: 1 }]);
        await killUp(project, called("CreateVolume"), orphan);
        await project.up();
        await sleep(4_000);
        expect(await made()).toEqual([(await project.outputs())["id"]]);
    });

    test("after EC2 acted, before its answer: the next up adopts it", async () => {
        await emulator.faults([
            { action: "CreateVolume", kind: "delay", seconds: 5, where: "after", times: 1 },
        ]);
        await killUp(project, async () => (await made()).length === 1, orphan);
        const said = await project.up();
        expect(await made()).toEqual([(await project.outputs())["id"]]);
        expect(said).toContain("adopts vol-");
    });

    test("while it waits: the next up adopts it and goes on waiting", async () => {
        await emulator.set({ volumeSeconds: 1_000 });
        await killUp(project, async () => (await emulator.count("DescribeVolumes")) >= 2, orphan);
        await emulator.advance(1_000);
        await project.up();
        expect(await made()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateVolume")).toBe(1);
    });
});
