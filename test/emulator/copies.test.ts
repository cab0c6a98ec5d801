import { CopySnapshotCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { otherAccount, createSnapshot, describeSnapshots, shareWith } from "./calls";

describe("CopySnapshot", () => {
    test("copies a shared snapshot into the caller's account in another region, with an arbitrary volume id", async () => {
        const source = await createSnapshot(await emulator.createVolume({ size: 7 }));
        await shareWith(source, otherAccount);
        const client = emulator.ec2({ account: otherAccount, region: "eu-west-1" });

        const { SnapshotId = "" } = await client.send(
            new CopySnapshotCommand({ SourceSnapshotId: source, SourceRegion: "us-east-1", Encrypted: true }),
        );

        const [copy] = await describeSnapshots({ SnapshotIds: [SnapshotId] }, client);
        expect(copy).toMatchObject({
            OwnerId: otherAccount,
            VolumeId: "vol-ffffffff",
            VolumeSize: 7,
            Encrypted: true,
            State: "completed",
        });
        expect(copy?.KmsKeyId).toContain(`arn:aws:kms:eu-west-1:${otherAccount}:key/`);
    });
});
