// Tests adoption from another provider. It needs an engine that runs both providers.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, volume, volumes } from "../steps";

async function volumeIds(): Promise<string[]> {
    return (await emulator.volumes()).map(({ VolumeId = "" }) => VolumeId).sort();
}

const zone = { availabilityZone: "us-east-1a" };
const changes = (actions: string[]) =>
    actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action));

test("a volume moves from another provider to this one and back without being recreated or deleted", async () => {
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
