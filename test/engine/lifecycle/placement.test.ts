// Tests the placement of snapshots and volumes: on an Outpost, in a Local Zone, or in the region.

import { CreateVolumeCommand, type CreateVolumeCommandInput } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, snapshot, snapshotIds, volume } from "../steps";

const outpostArn = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0";
const localZone = "us-east-1-bos-1a";

async function volumeIn(where: Partial<CreateVolumeCommandInput>): Promise<string> {
    const disk = { AvailabilityZone: "us-east-1a", Size: 1, ...where };
    const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
    return VolumeId;
}

test("on an Outpost a snapshot, a copy and a volume stay there, with EC2's volume type; another Outpost replaces", async () => {
    const volumeId = await volumeIn({ OutpostArn: outpostArn });
    const regional = await emulator.createSnapshot(await volumeIn({}));
    const text = (args: object) =>
        program(
            'const { SnapshotCopy } = require("pulumi-ebs-snapshots");',
            snapshot("data", { volumeId, keepReplaced: true, ...args }),
            volume(
                "disk",
                `{ snapshotId: data.snapshotId, availabilityZone: "us-east-1a", outpostArn: "${outpostArn}", onSnapshotChange: "keep" }`,
            ),
            `new SnapshotCopy("copy", { sourceSnapshotId: "${regional}", sourceRegion: "us-east-1", destinationOutpostArn: "${outpostArn}" });`,
        );
    const project = await createProject(text({ outpostArn }));
    const made = await during(emulator, () => project.up());
    const sent = (action: string) => made.calls.find((call) => call.action === action)?.params ?? {};
    expect(sent("CreateSnapshot")).toMatchObject({ VolumeId: volumeId, OutpostArn: outpostArn });
    expect(sent("CopySnapshot")).toMatchObject({ DestinationOutpostArn: outpostArn });
    expect(sent("CreateVolume")).toMatchObject({ OutpostArn: outpostArn });
    expect(sent("CreateVolume")).not.toHaveProperty("VolumeType");
    expect((await live(project, "data")).outputs).toMatchObject({ outpostArn, state: "completed" });
    expect((await live(project, "disk")).outputs).toMatchObject({ outpostArn, state: "available" });
    const again = await during(emulator, () => project.up("--refresh"));
    expect(again.result).toContain("4 unchanged");

    await project.program(text({}));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toMatch(/outpostArn/);
    const create = moved.calls.find((call) => call.action === "CreateSnapshot");
    expect(create?.params).not.toHaveProperty("OutpostArn");
    expect(await snapshotIds(emulator)).toHaveLength(4);
    await project.destroy();
});

test("location local keeps the snapshot in the Local Zone; EC2's refusal for others is shown with the resource", async () => {
    const volumeId = await volumeIn({ AvailabilityZone: localZone });
    const project = await createProject(
        program(
            snapshot("data", { volumeId, location: "local" }),
            volume("disk", `{ snapshotId: data.snapshotId, availabilityZone: "${localZone}" }`),
        ),
    );
    const made = await during(emulator, () => project.up());
    const sent = (action: string) => made.calls.find((call) => call.action === action)?.params ?? {};
    expect(sent("CreateSnapshot")).toMatchObject({ VolumeId: volumeId, Location: "local" });
    expect(sent("CreateVolume")).toMatchObject({ AvailabilityZone: localZone });
    expect(sent("CreateVolume")).not.toHaveProperty("VolumeType");
    const again = await during(emulator, () => project.up("--refresh"));
    expect(again.result).toContain("3 unchanged");
    await project.destroy();

    const elsewhere = await volumeIn({});
    await project.program(program(snapshot("data", { volumeId: elsewhere, location: "local" })));
    expect(await project.upFails()).toContain(
        `creating snapshot of volume ${elsewhere}: InvalidParameterValue: The volume '${elsewhere}' is not in a Local Zone`,
    );
    await project.program(program(snapshot("data", { volumeId: elsewhere, outpostArn })));
    expect(await project.upFails()).toContain(`is not on the Outpost ${outpostArn}`);
    expect(await snapshotIds(emulator)).toEqual([]);
});
