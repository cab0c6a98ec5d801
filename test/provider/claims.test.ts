// Tests that the next run of a resource, and no other, adopts the snapshot of an interrupted run.

import { AttachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, vi } from "vitest";
import { ec2, idsOf } from "../emulator/calls";
import { claimTag } from "../../schema/tags";
import { emulator, test } from "../fixture";
import { instanceSnapshots, snapshot } from "./declare";
import { Engine } from "./engine";
import type { Declared, Options } from "./engine-run";

let volumeId: string;
let engine: Engine;

const declared = (args: object = {}, options?: Options): Declared[] => [
    snapshot("s", { volumeId, ...args }, options),
];
const own = async () => (await idsOf({ OwnerIds: ["self"] })).sort();
const claimed = () => idsOf({ Filters: [{ Name: "tag-key", Values: [claimTag] }] });
const id = () => engine.live("s").id;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
    engine = new Engine(emulator);
    engine.program = declared();
    await emulator.clearCalls();
});

/** Kills an `up` while it waits for a snapshot that EC2 has created; returns the snapshot's id. */
async function interrupt(): Promise<string> {
    const before = await own();
    const created = async () => (await own()).filter((one) => !before.includes(one));
    await emulator.set({ snapshotSeconds: 60 });
    await engine.kill(
        () => engine.up(),
        async () => (await created()).length > 0,
    );
    const [snapshotId = ""] = await created();
    await emulator.set({ snapshotSeconds: 0 });
    return snapshotId;
}

test("an adopted snapshot is no longer claimed: after a destroy that keeps it, up creates a new one", async () => {
    const adopted = await interrupt();
    await engine.up(declared({}, { retainOnDelete: true }));
    expect(id()).toBe(adopted);
    await engine.destroy();
    await engine.up();
    expect(id()).not.toBe(adopted);
    expect(await own()).toEqual([adopted, id()].sort());
});

test("a snapshot kept by retainOnDelete is never adopted", async () => {
    await engine.up(declared({}, { retainOnDelete: true }));
    const kept = id();
    await engine.destroy();
    await engine.up();
    expect(id()).not.toBe(kept);
    expect(await own()).toEqual([kept, id()].sort());
});

test("a snapshot kept by keepReplaced is never adopted: triggers A, B, A create three snapshots", async () => {
    for (const t of ["A", "B", "A"]) await engine.up(declared({ keepReplaced: true, triggers: { t } }));
    expect(await own()).toHaveLength(3);
    expect(await emulator.count("CreateSnapshot")).toBe(3);
});

test("two indistinguishable claimed snapshots are not adopted: up fails with both ids", async () => {
    const created = await interrupt();
    const [{ Tags = [] } = {}] = await emulator.snapshots();
    const twin = await emulator.createSnapshot(volumeId, Tags);
    const { output } = await engine.upFails();
    expect(output).toContain(created);
    expect(output).toContain(twin);
    expect(await emulator.count("CreateSnapshot")).toBe(2);
});

test("the snapshot of a killed replacement is adopted; the one in the state never is", async () => {
    await engine.up();
    const first = id();
    await emulator.clearCalls();
    engine.program = declared({ description: "two" });
    const second = await interrupt();
    await engine.up();
    expect(id()).toBe(second);
    expect(second).not.toBe(first);
    expect(await own()).toEqual([second]);
    expect(await emulator.count("CreateSnapshot")).toBe(1);
});

test("the snapshot of another volume is kept, even if the run is killed before releasing it, then destroyed", async () => {
    await engine.up();
    const first = id();
    volumeId = await emulator.createVolume();
    await emulator.clearCalls();
    await emulator.faults([{ action: "CreateTags", kind: "reset", where: "after", times: 1 }]);
    await engine.kill(
        () => engine.up(declared({ waitForCompletion: false })),
        async () => (await emulator.count("CreateTags")) > 0,
    );
    await engine.up(undefined, { targets: [] });
    await engine.destroy();
    expect(await own()).toContain(first);
});

test.each([{ isForbidden: false }, { isForbidden: true }])(
    "a forced replacement creates a new snapshot and deletes the old one (DeleteTags denied: $isForbidden)",
    async ({ isForbidden }) => {
        const code = "UnauthorizedOperation";
        if (isForbidden) await emulator.faults([{ action: "DeleteTags", code, message: "No." }]);
        await engine.up();
        const first = id();
        const { output } = await engine.up(undefined, { forced: ["s"] });
        expect(output).not.toContain("adopts");
        expect(id()).not.toBe(first);
        expect(await own()).toEqual([id()]);
    },
);

test("a snapshot that was kept, whose claim could only be marked as ended, is not reported as one of an interrupted run", async () => {
    await emulator.faults([{ action: "DeleteTags", code: "UnauthorizedOperation", message: "No." }]);
    await engine.up(declared({}, { retainOnDelete: true }));
    await engine.destroy();
    const { output } = await engine.up();
    expect(output).not.toContain("interrupted run");
});

test("claims outlive a run whose state is written last, and the next run that creates a resource ends them", async () => {
    vi.stubEnv("PULUMI_SKIP_CHECKPOINTS", "true");
    await engine.up();
    vi.unstubAllEnvs();
    const first = id();
    expect(await claimed()).toEqual([first]);
    await engine.up([...declared(), snapshot("t", { volumeId })]);
    expect(await claimed()).toEqual([]);
    expect(id()).toBe(first);
    expect(await emulator.count("CreateSnapshot")).toBe(2);
});

test("after such a run, a snapshot that was renamed is not adopted by a new one with its former name", async () => {
    vi.stubEnv("PULUMI_SKIP_CHECKPOINTS", "true");
    await engine.up();
    vi.unstubAllEnvs();
    const first = id();
    const { output } = await engine.up([
        snapshot("renamed", { volumeId }, { aliases: ["s"] }),
        ...declared({}, { dependsOn: ["renamed"] }),
    ]);
    expect(output).not.toContain("adopts");
    expect(engine.live("renamed").id).toBe(first);
    expect(await own()).toEqual([first, id()].sort());
});

test("a forced replacement after such a run creates a new snapshot", async () => {
    vi.stubEnv("PULUMI_SKIP_CHECKPOINTS", "true");
    await engine.up();
    vi.unstubAllEnvs();
    const first = id();
    await engine.up(undefined, { forced: ["s"] });
    expect(id()).not.toBe(first);
    expect(await own()).toEqual([id()]);
});

test("after three consecutive kills, a stack of twelve snapshots has exactly twelve", async () => {
    const volumes = await emulator.seed({ volumes: 12 });
    engine.program = volumes.map((of, index) => snapshot(`s${String(index)}`, { volumeId: of }));
    await emulator.set({ snapshotSeconds: 60 });
    for (const isOrphan of [false, true, false]) {
        await emulator.clearCalls();
        const waiting = async () => (await emulator.count("DescribeSnapshots")) >= 2;
        await engine.kill(() => engine.up(), waiting, { isOrphan });
    }
    await engine.up();
    const ids = engine.state.map((entry) => entry.id);
    expect(new Set(ids).size).toBe(12);
    expect(await own()).toEqual(ids.sort());
});

test.each(["reset", "hang", "malformed"] as const)(
    "after a lost response (%s), the provider searches for the created snapshot instead of sending the request again",
    async (kind) => {
        // A response counts as lost after 30 seconds.
        const { setTimeout } = globalThis;
        const timer = vi.spyOn(globalThis, "setTimeout");
        timer.mockImplementation((work, wait = 0) => setTimeout(work, wait === 30_000 ? 300 : wait));
        await emulator.faults([{ action: "CreateSnapshot", kind, where: "after", times: 1 }]);
        await engine.up();
        timer.mockRestore();
        expect(await own()).toEqual([id()]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    },
);

test("a claim on a snapshot of another volume is ignored, and the remaining snapshots are reported", async () => {
    const left = await interrupt();
    const [{ Tags = [] } = {}] = await emulator.snapshots();
    const forged = await emulator.createSnapshot(await emulator.createVolume(), Tags);
    // The description is edited after the kill: a snapshot with the former one is not adopted.
    const { output } = await engine.up(declared({ description: "edited" }));
    expect(output).toMatch(
        /were created by an interrupted run of this stack, and no resource of this run manages them/,
    );
    for (const one of [left, forged]) expect(output).toContain(one);
    expect(output).not.toContain("adopts");
    expect(await own()).toEqual([left, forged, id()].sort());
    await engine.destroy();
    expect(await own()).toEqual([left, forged].sort());
});

test.each([{ memberSeconds: [0, 3, 6] }, { memberSeconds: [6, 0, 3] }])(
    "interrupted multi-volume snapshots that become visible one by one ($memberSeconds) are adopted completely",
    async ({ memberSeconds }) => {
        const { Instances: [{ InstanceId = "" } = {}] = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        for (const [index, VolumeId] of [volumeId, await emulator.createVolume()].entries()) {
            const Device = `/dev/sd${String("fg"[index])}`;
            await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device }));
        }
        await emulator.set({ memberSeconds });
        await emulator.faults([{ action: "CreateSnapshots", kind: "reset", where: "after", times: 1 }]);
        const acted = async () => (await own()).length === 1;
        await engine.kill(() => engine.up([instanceSnapshots("s", { instanceId: InstanceId })]), acted);
        expect((await engine.up()).output).toContain("adopts set-");
        expect(await emulator.count("CreateSnapshots")).toBe(1);
        expect(engine.live("s").outputs["snapshots"]).toHaveLength(3);
        expect(await own()).toHaveLength(3);
    },
);

test("a snapshot adopted under a new name is not deleted with the old resource, even after a kill in between", async () => {
    await engine.up();
    const first = id();
    await emulator.faults([{ action: "CreateTags", kind: "reset", where: "after", times: 1 }]);
    await emulator.clearCalls();
    await engine.kill(
        () => engine.up([snapshot("after", { volumeId, adopt: first })]),
        async () => (await emulator.count("CreateTags")) > 0,
    );
    await engine.up();
    expect(engine.live("after").id).toBe(first);
    expect(await own()).toEqual([first]);
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    await engine.destroy();
    expect(await own()).toEqual([]);
});
