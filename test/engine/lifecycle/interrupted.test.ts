// Runs that are killed at any moment: the next one ends with one snapshot. It needs an engine that dies.

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { killUp } from "../steps";

let volume: string;
let project: Project;

const program = (args = "", opts = "") => `
    const { Snapshot } = require("pulumi-ebs-snapshots");
    exports.id = new Snapshot("s", { volumeId: "${volume}" ${args} }, { ${opts} }).id;
`;

test.beforeEach(async () => {
    volume = await emulator.createVolume({ size: 8 });
    project = await createProject(program());
    await emulator.clearCalls();
});

/** The snapshots that EC2 holds, by id. */
async function snapshots(): Promise<string[]> {
    return (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId).sort();
}

const killAfter = (
    until: () => Promise<boolean>,
    orphan: boolean,
    last?: (up: ChildProcess) => Promise<void>,
) => killUp(project, until, orphan, last);

const called = (action: string) => async () => (await emulator.count(action)) > 0;

describe.each([
    { left: "killed as well", orphan: false },
    { left: "left running", orphan: true },
])("the CLI is killed, its provider process $left", ({ orphan }) => {
    test("before EC2 is called: the next up makes one", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "delay", seconds: 3, times: 1 }]);
        await killAfter(called("DescribeSnapshots"), orphan);
        await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    });

    test("after EC2 acted, before its answer: the next up adopts it", async () => {
        await emulator.faults([
            { action: "CreateSnapshot", kind: "delay", seconds: 5, where: "after", times: 1 },
        ]);
        await killAfter(async () => (await snapshots()).length === 1, orphan);
        const said = await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
        expect(said).toContain("adopts snap-");
    });

    test("while it waits: the next up adopts it and goes on waiting", async () => {
        await emulator.set({ snapshotSeconds: 1_000 });
        await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, orphan);
        await emulator.advance(1_000);
        await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    });
});

test.each([false, true])(
    "killed after completion, before the state is written (orphan: %s): the next up adopts it",
    async (orphan) => {
        await emulator.set({ snapshotSeconds: 1_000 });
        const waiting = async () => (await emulator.count("DescribeSnapshots")) >= 2;
        await killAfter(waiting, orphan, async (up) => {
            project.freeze(up);
            await emulator.advance(1_000);
            const looks = await emulator.count("DescribeSnapshots");
            while ((await emulator.count("DescribeSnapshots")) === looks) await sleep(50);
            await sleep(500);
        });
        expect(await project.state()).toEqual([]);
        await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    },
);

test("what was adopted is no longer claimed: a destroy that keeps it, then up, makes a new one", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, false);
    await emulator.advance(1_000);
    await emulator.set({ snapshotSeconds: 0 });
    await project.program(program("", "retainOnDelete: true"));
    await project.up();
    const { id: adopted } = await project.outputs();
    await project.destroy();
    await project.up();
    const { id } = await project.outputs();
    expect(id).not.toBe(adopted);
    expect(await snapshots()).toEqual([adopted, id].sort());
});

test("what retainOnDelete left behind is never adopted", async () => {
    await project.program(program("", "retainOnDelete: true"));
    await project.up();
    const { id: kept } = await project.outputs();
    await project.destroy();
    await project.up();
    const { id } = await project.outputs();
    expect(id).not.toBe(kept);
    expect(await snapshots()).toEqual([kept, id].sort());
});

test("what keepReplaced left behind is never adopted: triggers that go A, B, A make three", async () => {
    for (const trigger of ["A", "B", "A"]) {
        await project.program(program(`, keepReplaced: true, triggers: { t: "${trigger}" }`));
        await project.up();
    }
    expect(await snapshots()).toHaveLength(3);
    expect(await emulator.count("CreateSnapshot")).toBe(3);
});

test("what another backend with the same project and stack made is never adopted", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, false);
    const [foreign] = await snapshots();
    await emulator.advance(1_000);
    await emulator.set({ snapshotSeconds: 0 });
    const twin = await createProject(program());
    try {
        await twin.up();
        const { id } = await twin.outputs();
        expect(id).not.toBe(foreign);
        expect(await snapshots()).toEqual([foreign, id].sort());
    } finally {
        await twin.remove();
    }
});

test("two that nobody can tell apart are not adopted: up fails, naming both", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, false);
    const [made] = await emulator.snapshots();
    const twin = await emulator.createSnapshot(volume, made?.Tags ?? []);
    await emulator.advance(1_000);
    const said = await project.upFails();
    expect(said).toContain(String(made?.SnapshotId));
    expect(said).toContain(twin);
    expect(await emulator.count("CreateSnapshot")).toBe(2);
});

test("a replacement that was killed is adopted, and the one that the state holds never is", async () => {
    await project.up();
    const { id: first } = await project.outputs();
    await emulator.set({ snapshotSeconds: 1_000 });
    await emulator.clearCalls();
    await project.program(program(', description: "two"'));
    await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, false);
    await emulator.advance(1_000);
    await project.up();
    const { id: second } = await project.outputs();
    expect(second).not.toBe(first);
    expect(await snapshots()).toEqual([second]);
    expect(await emulator.count("CreateSnapshot")).toBe(1);
});

test("a copy of another volume stays, also when the run dies before it lets go of it and the stack is destroyed", async () => {
    await project.up();
    const { id: first } = await project.outputs();
    volume = await emulator.createVolume();
    await project.program(program(", waitForCompletion: false"));
    await emulator.faults([{ action: "CreateTags", kind: "delay", seconds: 3, where: "after", times: 1 }]);
    await killAfter(called("CreateTags"), false);
    await project.up("--target", "urn:pulumi:test::project::pulumi:pulumi:Stack::project-test");
    await project.destroy();
    expect(await snapshots()).toContain(first);
});

test("--replace of what the state holds makes a new one and deletes the old", async () => {
    await project.up();
    const { id: first } = await project.outputs();
    const [resource] = await project.state();
    await project.up("--replace", resource?.urn ?? "");
    const { id: second } = await project.outputs();
    expect(second).not.toBe(first);
    expect(await snapshots()).toEqual([second]);
});

test("three kills in a row of a stack of twelve leave twelve", async () => {
    const volumes = await Promise.all(Array.from({ length: 12 }, () => emulator.createVolume()));
    await project.program(`
        const { Snapshot } = require("pulumi-ebs-snapshots");
        ${JSON.stringify(volumes)}.forEach((volumeId, i) => new Snapshot("s" + i, { volumeId }));
    `);
    await emulator.set({ snapshotSeconds: 1_000 });
    for (const orphan of [false, true, false]) {
        await emulator.clearCalls();
        await killAfter(async () => (await emulator.count("DescribeSnapshots")) >= 2, orphan);
        await emulator.advance(400);
    }
    await emulator.set({ snapshotSeconds: 0 });
    await emulator.advance(1_000);
    await project.up();
    const ids = (await project.state()).map(({ id = "" }) => id).sort();
    expect(new Set(ids).size).toBe(12);
    expect(await snapshots()).toEqual(ids);
});

test.each(["reset", "hang", "malformed"] as const)(
    "an answer that is lost (%s) after EC2 acted is looked for, not asked for again",
    async (kind) => {
        await emulator.faults([{ action: "CreateSnapshot", kind, where: "after", times: 1 }]);
        await project.up();
        expect(await snapshots()).toEqual([(await project.outputs())["id"]]);
        expect(await emulator.count("CreateSnapshot")).toBe(1);
    },
);
