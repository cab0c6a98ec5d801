// Tests that the next run adopts the resources of an interrupted run once, and completely.
// It needs the engine: an engine that dies, and two backends.

import { join } from "node:path";
import { AttachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { killUp, live, program, snapshot, snapshotIds } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

/** Kills an `up` after EC2 has made a snapshot, before the state has it; gives the snapshot's id. */
async function interrupt(project: Project): Promise<string> {
    const before = await snapshotIds(emulator);
    await emulator.faults([
        { action: "CreateSnapshot", kind: "delay", seconds: 5, where: "after", times: 1 },
    ]);
    await killUp(project, async () => (await snapshotIds(emulator)).length > before.length, false);
    return (await snapshotIds(emulator)).find((id) => !before.includes(id)) ?? "";
}

test.each([{ memberSeconds: [0, 3, 6] }, { memberSeconds: [6, 0, 3] }])(
    "an interrupted set whose members EC2 shows one by one ($memberSeconds) is adopted whole, and not made twice",
    async ({ memberSeconds }) => {
        const ec2 = emulator.ec2();
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId ?? "";
        for (const [index, VolumeId] of [volumeId, await emulator.createVolume()].entries()) {
            const Device = `/dev/sd${String("fg"[index])}`;
            await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device }));
        }
        const project = await createProject(
            program(
                'const { InstanceSnapshots } = require("pulumi-ebs-snapshots");',
                `new InstanceSnapshots("set", { instanceId: "${InstanceId}" });`,
            ),
        );
        await emulator.set({ memberSeconds });
        await emulator.faults([
            { action: "CreateSnapshots", kind: "delay", seconds: 5, where: "after", times: 1 },
        ]);
        await killUp(project, async () => (await snapshotIds(emulator)).length === 1, false);
        expect(await project.up()).toContain("adopts set-");
        expect(await emulator.count("CreateSnapshots")).toBe(1);
        expect((await live(project, "set")).outputs["snapshots"]).toHaveLength(3);
        expect(await snapshotIds(emulator)).toHaveLength(3);
    },
);

test("two folders with the backend file://./state and the same project and stack do not take each other's snapshots", async () => {
    const pair: Project[] = [];
    while (pair.length < 2) {
        const project = await createProject(program(snapshot("s", { volumeId })));
        project.stack.backend = join(project.folder, "state");
        project.env["PULUMI_BACKEND_URL"] = "file://./state";
        await project.stack.init();
        pair.push(project);
    }
    const [one, other] = pair as [Project, Project];
    const id = await interrupt(one);
    await other.up();
    expect((await live(other, "s")).id).not.toBe(id);
    await one.up();
    expect((await live(one, "s")).id).toBe(id);
});

test("a claim on a snapshot of another volume is not believed, and what is left over is named", async () => {
    // A provider process of its own: it names what is left over while the engine ends it.
    const project = await createProject(program(snapshot("s", { volumeId })), { hosts: undefined });
    const left = await interrupt(project);
    const tags = (await emulator.snapshots()).find(({ SnapshotId }) => SnapshotId === left)?.Tags ?? [];
    const forged = await emulator.createSnapshot(await emulator.createVolume(), tags);
    // The description is edited after the kill: what was created with another one is left over.
    await project.program(program(snapshot("s", { volumeId, description: "edited" })));
    const said = await project.up();
    expect(said).toMatch(
        /warning: .* were created by an interrupted run of this stack, and no resource of this run manages them/,
    );
    for (const id of [left, forged]) expect(said).toContain(id);
    expect(said).not.toContain("adopts");
    const { id = "" } = await live(project, "s");
    expect((await snapshotIds(emulator)).sort()).toEqual([left, forged, id].sort());
    await project.destroy();
    expect((await snapshotIds(emulator)).sort()).toEqual([left, forged].sort());
});
