// Tests that a resource that is not found does not count as deleted: it may be in another region or account.
// It needs the engine: it changes the configuration of a stack, and checks the errors of refresh and destroy.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { startEmulator } from "../../emulator/emulator";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { live, program, snapshot, snapshotIds } from "../steps";

let volumeId: string;
let project: Project;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
    project = await createProject(program(snapshot("s", { volumeId })));
    await project.up();
});

test("adopt of an id that the stack manages in another region is rejected", async () => {
    const { id = "" } = await live(project, "s");
    const created = await emulator
        .ec2({ region: "eu-west-1" })
        .send(new CreateVolumeCommand({ AvailabilityZone: "eu-west-1a", Size: 1 }));
    await project.program(
        program(snapshot("t", { volumeId: created.VolumeId, region: "eu-west-1", adopt: id })),
    );
    const output = (await project.fails("up")).replace(/\s+/g, " ");
    expect(output).toContain(
        `is "${id}", but that is not in eu-west-1 (account 123456789012); it is in us-east-1, owned by s (Snapshot) of the stack ` +
            'organization/project/test. Declare `region: "us-east-1"`',
    );
    expect((await project.state()).map((one) => one.id)).toEqual([id]);
    expect(await snapshotIds(emulator)).toEqual([id]);
});

test.each(["empty", "html", "without"] as const)(
    "an empty or malformed response (%s) makes refresh fail, and the state keeps the snapshot",
    async (kind) => {
        const { id } = await live(project, "s");
        await emulator.faults([{ action: "DescribeSnapshots", kind }]);
        await project.fails("refresh");
        await emulator.faults([]);
        expect((await live(project, "s")).id).toBe(id);
    },
);

test("with a changed EC2 endpoint and no STS endpoint, refresh and destroy fail and the state keeps the snapshot", async () => {
    const { id } = await live(project, "s");
    const other = await startEmulator();
    try {
        await project.stack.configure({ "aws:endpoints": JSON.stringify([{ ec2: other.endpoint }]) });
        for (const command of ["refresh", "destroy"]) {
            const { code, output } = await project.run(command, "--yes", "--skip-preview", "--run-program");
            expect(code).not.toBe(0);
            expect(output).toContain(
                "it is unknown whether it still exists: aws:endpoints contains an endpoint for ec2 but none for sts",
            );
            expect((await live(project, "s")).id).toBe(id);
        }
    } finally {
        await other.stop();
    }
});
