// Tests examples/two-accounts: one account shares a snapshot; the other lists it, copies it and creates a volume.
// It needs the engine, which runs the unchanged program.

import { resolve } from "node:path";
import { DescribeSnapshotsCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";

test("one account lists, copies and restores the snapshots that the other one shares", async () => {
    const account = "111122223333";
    const project = await createProject("", {
        main: resolve(__dirname, "../../../examples/two-accounts"),
        runtime: "runtime: nodejs\n",
        config: {
            "project:volumeId": await emulator.createVolume({ size: 8 }),
            "project:restoreRoleArn": `arn:aws:iam::${account}:role/restore`,
            "project:restoreRegion": "eu-west-1",
            "ebs-snapshots:accounts": JSON.stringify({ restore: account }),
        },
    });
    await project.preview();
    await project.up();
    const { shared, snapshotId, copyId, volumeId } = (await project.outputs()) as Record<string, string>;
    expect(shared).toEqual([snapshotId]);

    const otherClient = emulator.ec2({ account, region: "eu-west-1" });
    const { Snapshots = [] } = await otherClient.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    expect(Snapshots).toMatchObject([
        { SnapshotId: copyId, OwnerId: account, Encrypted: true, VolumeSize: 8 },
    ]);
    const { Volumes = [] } = await otherClient.send(new DescribeVolumesCommand({}));
    expect(Volumes).toMatchObject([{ VolumeId: volumeId, SnapshotId: copyId, Encrypted: true, Size: 8 }]);
    expect(await project.up()).toContain("5 unchanged");

    await project.destroy();
    expect(await emulator.snapshots()).toEqual([]);
    expect((await otherClient.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }))).Snapshots).toEqual(
        [],
    );
});
