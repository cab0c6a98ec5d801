// Tests members of multi-volume snapshots as unknown outputs of a preview. It needs an engine that runs a program.

import { expect } from "vitest";
import { instanceWithVolumes } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, live, program, snapshotsIn } from "../steps";

interface Member {
    snapshotId: string;
    volumeId: string;
    volumeSize: number;
    state: string;
}

let instanceId: string;
let data: string;
let project: Project;

test.beforeEach(async () => {
    ({ instanceId, data } = await instanceWithVolumes());
});

/** Returns a program with InstanceSnapshots in the variable `set`, and further lines after it. */
const declared = (args: object, ...lines: string[]) =>
    program(
        'const { InstanceSnapshots, SnapshotShare } = require("pulumi-ebs-snapshots");',
        `const set = new InstanceSnapshots("set", ${JSON.stringify({ instanceId, ...args })});`,
        ...lines,
    );

async function members(): Promise<Member[]> {
    return (await live(project, "set")).outputs["snapshots"] as Member[];
}

const idOf = (found: Member[], volumeId: string) =>
    found.find((member) => member.volumeId === volumeId)?.snapshotId ?? "";

test("each member can be shared and restored to a volume, even in the first preview, when all are unknown", async () => {
    const member = `set.snapshots.apply((all) => all.find(({ volumeId }) => volumeId === "${data}").snapshotId)`;
    project = await createProject(
        declared(
            {},
            `new SnapshotShare("shared", { snapshotId: ${member}, accounts: ["111122223333"] });`,
            `new VolumeFromSnapshot("volume", { snapshotId: set.snapshots[0].snapshotId, availabilityZone: "us-east-1a" });`,
        ),
    );
    expect(await project.preview()).toContain("SnapshotShare");
    await project.up();
    const found = await members();
    expect((await live(project, "shared")).id).toBe(idOf(found, data));
    expect((await live(project, "volume")).inputs["snapshotId"]).toBe(found[0]?.snapshotId);
    expect((await during(emulator, () => project.up())).all).toEqual([]);
    await project.destroy();
    expect(await snapshotsIn(emulator)).toEqual([]);
});
