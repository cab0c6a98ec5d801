// Tests that faults never cause a second volume, and that a failed creation leaves nothing outside the state.

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

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 8 }));
    engine = new Engine(emulator);
    engine.program = disk();
    await emulator.clearCalls();
});

/** Returns the ids of the volumes that were created from a snapshot. */
async function restoredIds(): Promise<string[]> {
    return (await restoredVolumes()).map(({ VolumeId = "" }) => VolumeId).sort();
}

test("lost responses and throttling of a third of all calls do not create a second volume", async () => {
    for (const kind of ["reset", "malformed"] as const) {
        await emulator.faults([{ action: "CreateVolume", kind, where: "after", times: 1 }]);
        await engine.up();
        expect(await restoredIds()).toEqual([engine.live("disk").id]);
        await emulator.faults([]);
        await engine.destroy();
    }
    await emulator.set({ seed: 7, volumeSeconds: 1 });
    const throttled = [{ probability: 0.3, code: "RequestLimitExceeded", status: 503 }];
    await emulator.faults(throttled);
    await engine.up();
    engine.program = disk({ size: 10, finalSnapshot: true });
    await engine.up();
    await emulator.faults([]);
    expect(await restoredIds()).toEqual([engine.live("disk").id]);
    await emulator.faults(throttled);
    await engine.destroy();
    await emulator.faults([]);
    expect(await restoredIds()).toEqual([]);
    expect(await emulator.snapshots()).toHaveLength(2);
});

test("after destroy, two replacements or retention, the same program creates a new volume each time", async () => {
    const ids: unknown[] = [];
    const up = async (args: object = {}, options?: Options) => {
        await engine.up(disk(args, options));
        ids.push(engine.live("disk").id);
    };
    await up();
    await engine.destroy();
    await up();
    await up({ availabilityZone: "us-east-1b" });
    await up();
    expect(await restoredIds()).toEqual([ids.at(-1)]);
    await up({}, { retainOnDelete: true });
    await engine.destroy();
    await up();
    expect(new Set(ids).size).toBe(5);
    expect(await restoredIds()).toEqual(ids.slice(-2).sort());
});

test.each(["error", "vanish"] as const)(
    "a volume that EC2 cannot create (%s) fails with the required key permissions, and the next up recreates it",
    async (volumeError) => {
        await emulator.set({ volumeSeconds: 1, volumeError });
        const { output: failed } = await engine.upFails();
        expect(failed).toMatch(/waiting for volume vol-\w+ from snapshot snap-\w+: /);
        for (const action of [
            "CreateGrant",
            "Decrypt",
            "DescribeKey",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncrypt\\*",
        ]) {
            expect(failed).toMatch(new RegExp(`kms:${action}`));
        }
        const lost = engine.live("disk").id;
        expect((await restoredIds()).filter((id) => id !== lost)).toEqual([]);
        await emulator.set({ volumeSeconds: 0, volumeError: null });
        const { output: mended } = await engine.up();
        expect(mended).not.toContain("what was written since");
        const { id } = engine.live("disk");
        expect(id).not.toBe(lost);
        expect(await restoredIds()).toEqual([id]);
    },
);

test("a snapshot in error fails with its message; a pending one and the initialization are awaited with progress", async () => {
    await emulator.snapshot(snapshotId, { status: "error", statusMessage: "The key has been disabled" });
    expect((await engine.upFails()).output).toContain(
        `snapshotId is "${snapshotId}", but that snapshot failed: The key has been disabled`,
    );
    expect(engine.state).toEqual([]);
    await emulator.snapshot(snapshotId, { status: "pending", progress: "41%" });
    await emulator.set({ initializationSeconds: 4 });
    engine.program = disk({ waitForInitialization: true });
    await emulator.clearCalls();
    engine.onWait = async () => {
        // The first read is for the check, the second one for the wait.
        if ((await emulator.count("DescribeSnapshots")) === 2)
            await emulator.snapshot(snapshotId, { status: "completed" });
    };
    const { output } = await engine.up();
    expect(output).toContain("snapshot 41%");
    expect(output).toMatch(/volume initialized \d\d?%/);
    const statuses = (await emulator.calls()).filter(({ action }) => action === "DescribeVolumeStatus");
    const firstCall = (await emulator.calls()).find(
        ({ action, status }) => action === "CreateVolume" && status === 200,
    );
    expect(Date.parse(statuses.at(-1)?.time ?? "") - Date.parse(firstCall?.time ?? "")).toBeGreaterThan(
        4_000,
    );
});

test("a modification with a lost response or of an earlier run is awaited, not repeated; a failure has its reason", async () => {
    await engine.up();
    await emulator.faults([{ action: "ModifyVolume", kind: "reset", where: "after", times: 1 }]);
    engine.program = disk({ size: 10 });
    await engine.up();
    expect(await emulator.count("ModifyVolume")).toBe(1);

    await emulator.advance(7 * 3_600);
    await emulator.clearCalls();
    await emulator.set({ modifyingSeconds: 1_000 });
    engine.program = disk({ size: 20 });
    await engine.kill(
        () => engine.up(),
        async () => (await emulator.count("DescribeVolumesModifications")) > 0,
    );
    await engine.up();
    expect(
        (await emulator.calls(({ action, error }) => action === "ModifyVolume" && error === null)).length,
    ).toBe(1);
    expect(engine.live("disk").outputs["size"]).toBe(20);

    await emulator.advance(7 * 3_600);
    await emulator.set({ modifyingSeconds: 0, modificationError: "Out of capacity" });
    engine.program = disk({ size: 30 });
    expect((await engine.upFails()).output).toContain("the modification failed: Out of capacity");
    expect(engine.live("disk").outputs["size"]).toBe(20);
});

test("each deletion creates its own final snapshot: an earlier or forged one is not reused", async () => {
    engine.program = disk({ finalSnapshot: { name: "last", tags: { Keep: "1 year" } } });
    await engine.up();
    const { id } = engine.live("disk");
    const forged = await emulator.createSnapshot(await emulator.createVolume(), [
        { Key: "pulumi-ebs-snapshots:final", Value: id },
    ]);
    // One destroy fails after its final snapshot; another one is killed before its final snapshot completes.
    await emulator.faults([
        { action: "DeleteVolume", code: "UnauthorizedOperation", message: "No.", times: 1 },
    ]);
    await engine.destroyFails();
    await emulator.set({ snapshotSeconds: 1_000 });
    await emulator.clearCalls();
    const waiting = async () => (await emulator.count("DescribeSnapshots")) >= 2;
    await engine.kill(() => engine.destroy(), waiting);
    expect(await restoredIds()).toEqual([id]);
    const earlier = (await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId);

    await emulator.advance(1_000);
    await emulator.set({ snapshotSeconds: 0 });
    const { result } = await during(emulator, () => engine.destroy());
    const finals = (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);
    expect(finals).toHaveLength(3);
    const last = finals.find(({ SnapshotId }) => !earlier.includes(SnapshotId));
    expect(result.output).toContain(`final snapshot ${last?.SnapshotId ?? ""} of volume ${id}`);
    expect(result.output).not.toContain(forged);
    expect(last?.Tags).toEqual(
        expect.arrayContaining([
            { Key: "Name", Value: "last" },
            { Key: "Keep", Value: "1 year" },
        ]),
    );
    expect(await restoredIds()).toEqual([]);
});
