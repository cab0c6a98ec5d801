// Adoption while a run is killed, and from another provider: they need an engine that dies, or that runs both providers.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, killUp, live, program, snapshot, snapshotIds, volume, volumes } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

test("a snapshot adopted under a new name is not deleted with the old one; a kill in between does no harm", async () => {
    const project = await createProject(program(snapshot("before", { volumeId })));
    await project.up();
    const { id = "" } = await live(project, "before");
    await project.program(program(snapshot("after", { volumeId, adopt: id })));
    await emulator.faults([{ action: "CreateTags", kind: "delay", seconds: 5, where: "after", times: 1 }]);
    await emulator.clearCalls();
    await killUp(project, async () => (await emulator.count("CreateTags")) > 0, false);
    await project.up();
    expect((await live(project, "after")).id).toBe(id);
    expect(await snapshotIds(emulator)).toEqual([id]);
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

async function volumeIds(): Promise<string[]> {
    return (await emulator.volumes()).map(({ VolumeId = "" }) => VolumeId).sort();
}

const zone = { availabilityZone: "us-east-1a" };
const changes = (actions: string[]) =>
    actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action));

test("a volume moves from another provider's resource to this one and back, never recreated, never deleted", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 1 }));
    const before = (options: string) =>
        program(
            volumes(emulator),
            `new Volume("theirs", { zone: "us-east-1a", snapshotId: "${snapshotId}" }, ${options});`,
        );
    const project = await createProject(before("{}"));
    const there = await volumeIds();
    await project.up();
    const [id = ""] = (await volumeIds()).filter((one) => !there.includes(one));
    await project.program(before("{ retainOnDelete: true }"));
    await project.up();

    const after = (options: string) =>
        program(volume("ours", { snapshotId, ...zone, volumeType: "gp2", adopt: id }, options));
    await project.program(after("{ retainOnDelete: true }"));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toMatch(/1 created/);
    expect(moved.result).toMatch(/1 deleted/);
    expect(changes(moved.actions)).toEqual(["CreateTags"]);
    expect((await live(project, "ours")).id).toBe(id);
    const token = (await live(project, "ours")).outputs["__owner"];

    await project.program(program());
    const back = await during(emulator, () => project.up());
    expect(back.result).toMatch(/1 deleted/);
    expect(changes(back.actions)).toEqual([]);
    const [left] = (await emulator.volumes()).filter(({ VolumeId }) => VolumeId === id);
    const own = (left?.Tags ?? []).filter(({ Key = "" }) => Key.startsWith("pulumi-ebs-snapshots:"));
    expect(own.map(({ Key }) => Key).sort()).toEqual([
        `pulumi-ebs-snapshots:owner:${String(token)}`,
        "pulumi-ebs-snapshots:stack",
    ]);
});
