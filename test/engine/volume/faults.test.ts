// However a run ends, there is one volume; and what EC2 cannot make leaves nothing that the state does not know.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, killUp, live, program, volume } from "../steps";

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

test("answers that are lost make no second volume, and a third of all calls throttled makes it only slower", async () => {
    for (const kind of ["reset", "malformed"] as const) {
        await emulator.faults([{ action: "CreateVolume", kind, where: "after", times: 1 }]);
        await project.up();
        expect(await made()).toEqual([(await project.outputs())["id"]]);
        await emulator.faults([]);
        await project.destroy();
    }
    await emulator.set({ seed: 7, volumeSeconds: 1 });
    const throttled = [{ probability: 0.3, code: "RequestLimitExceeded", status: 503 }];
    await emulator.faults(throttled);
    await project.up();
    await project.program(text({ size: 10, finalSnapshot: true }));
    await project.up();
    await emulator.faults([]);
    expect(await made()).toEqual([(await project.outputs())["id"]]);
    await emulator.faults(throttled);
    await project.destroy();
    await emulator.faults([]);
    expect(await made()).toEqual([]);
    expect(await emulator.snapshots()).toHaveLength(2);
});

test("destroyed and recreated, replaced twice, or kept outside: the same program gets a new volume each time", async () => {
    const ids: unknown[] = [];
    const up = async (args: object = {}, options?: string) => {
        await project.program(text(args, options));
        await project.up();
        ids.push((await project.outputs())["id"]);
    };
    await up();
    await project.destroy();
    await up();
    await up({ availabilityZone: "us-east-1b" });
    await up();
    expect(await made()).toEqual([ids.at(-1)]);
    await up({}, "{ retainOnDelete: true }");
    await project.destroy();
    await up();
    expect(new Set(ids).size).toBe(5);
    expect(await made()).toEqual(ids.slice(-2).sort());
});

test.each(["error", "vanish"] as const)(
    "a volume that EC2 cannot make (%s) fails with the permissions on its key, and the next up makes a good one",
    async (volumeError) => {
        await emulator.set({ volumeSeconds: 1, volumeError });
        const failed = await project.upFails();
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
        const lost = (await live(project, "disk")).id ?? "";
        expect((await made()).filter((id) => id !== lost)).toEqual([]);
        await emulator.set({ volumeSeconds: 0, volumeError: null });
        const mended = await project.up();
        expect(mended).not.toContain("what was written since");
        const { id } = await project.outputs();
        expect(id).not.toBe(lost);
        expect(await made()).toEqual([id]);
    },
);

test("a snapshot in error fails with its message; a pending one and the initialization are waited for with progress", async () => {
    await emulator.snapshot(snapshotId, { status: "error", statusMessage: "The key has been disabled" });
    expect(await project.upFails()).toContain(
        `property snapshotId value {${snapshotId}} has a problem: is "${snapshotId}", but that snapshot failed: The key has been disabled`,
    );
    expect(await project.state()).toEqual([]);
    await emulator.snapshot(snapshotId, { status: "pending", progress: "41%" });
    await emulator.set({ initializationSeconds: 4 });
    await project.program(text({ waitForInitialization: true }));
    await emulator.clearCalls();
    const begun = project.up();
    // The first reads it for the check, the second waits for it.
    while ((await emulator.count("DescribeSnapshots")) < 2) await sleep(100);
    await emulator.snapshot(snapshotId, { status: "completed" });
    const said = await begun;
    expect(said).toContain("snapshot 41%");
    expect(said).toMatch(/volume initialized \d\d?%/);
    const statuses = (await emulator.calls()).filter(({ action }) => action === "DescribeVolumeStatus");
    const began = (await emulator.calls()).find(
        ({ action, status }) => action === "CreateVolume" && status === 200,
    );
    expect(Date.parse(statuses.at(-1)?.time ?? "") - Date.parse(began?.time ?? "")).toBeGreaterThan(4_000);
});

test("a modification with a lost answer or of an earlier run is waited for, not started again; a failure says why", async () => {
    await project.up();
    await emulator.faults([{ action: "ModifyVolume", kind: "reset", where: "after", times: 1 }]);
    await project.program(text({ size: 10 }));
    await project.up();
    expect(await emulator.count("ModifyVolume")).toBe(1);

    await emulator.advance(7 * 3_600);
    await emulator.clearCalls();
    await emulator.set({ modifyingSeconds: 1_000 });
    await project.program(text({ size: 20 }));
    await killUp(project, called("DescribeVolumesModifications"), false);
    const begun = project.up();
    while ((await emulator.count("ModifyVolume")) < 2) await sleep(100);
    await emulator.advance(1_000);
    await begun;
    expect(
        (await emulator.calls(({ action, error }) => action === "ModifyVolume" && error === null)).length,
    ).toBe(1);
    expect((await live(project, "disk")).outputs["size"]).toBe(20);

    await emulator.advance(7 * 3_600);
    await emulator.set({ modifyingSeconds: 0, modificationError: "Out of capacity" });
    await project.program(text({ size: 30 }));
    expect(await project.upFails()).toContain("the modification failed: Out of capacity");
    expect((await live(project, "disk")).outputs["size"]).toBe(20);
});

test("each deletion takes a final snapshot of its own: an earlier one, or a forged one, is not the last word", async () => {
    await project.program(text({ finalSnapshot: { name: "last", tags: { Keep: "1 year" } } }));
    await project.up();
    const { id } = await project.outputs();
    const forged = await emulator.createSnapshot(await emulator.createVolume(), [
        { Key: "pulumi-ebs-snapshots:final", Value: String(id) },
    ]);
    // A destroy that fails after its final snapshot, and one that is killed before its own is completed.
    await emulator.faults([
        { action: "DeleteVolume", code: "UnauthorizedOperation", message: "No.", times: 1 },
    ]);
    await project.fails("destroy");
    await emulator.set({ snapshotSeconds: 1_000 });
    await emulator.clearCalls();
    const waiting = async () => (await emulator.count("DescribeSnapshots")) >= 2;
    await killUp(project, waiting, false, undefined, "destroy");
    expect(await made()).toEqual([id]);
    const earlier = (await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId);

    await emulator.advance(1_000);
    await emulator.set({ snapshotSeconds: 0 });
    const { result } = await during(emulator, () => project.destroy());
    const finals = (await emulator.snapshots()).filter(({ VolumeId }) => VolumeId === id);
    expect(finals).toHaveLength(3);
    const last = finals.find(({ SnapshotId }) => !earlier.includes(SnapshotId));
    expect(result).toContain(`final snapshot ${last?.SnapshotId ?? ""} of volume ${String(id)}`);
    expect(result).not.toContain(forged);
    expect(last?.Tags).toEqual(
        expect.arrayContaining([
            { Key: "Name", Value: "last" },
            { Key: "Keep", Value: "1 year" },
        ]),
    );
    expect(await made()).toEqual([]);
});
