// Tests that a preview reports accounts that cannot use the key of a shared snapshot.
// It needs the engine, which writes the text of previews.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import { grantsIn, share, shares } from "./shares";
import { during } from "../steps";

test.override("emulatorScope", { scope: "file" }, "file");

const [owner, alice, bob] = ["123456789012", "111122223333", "444455556666"];

let kms: KMSClient;

test.beforeAll(() => {
    kms = new KMSClient({
        endpoint: emulator.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: `AKIATEST${owner}`, secretAccessKey: "test" },
    });
});

/** Creates a key that its own account may use, with further statements. */
const keyPolicy = (...statements: object[]) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${owner}:root` },
                Action: "kms:*",
                Resource: "*",
            },
            ...statements,
        ],
    });

test("a preview lists accounts that cannot use the key of a shared snapshot, or warns that it cannot tell", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy: keyPolicy() }));
    const { Arn: key = "" } = KeyMetadata ?? {};
    const disk = { AvailabilityZone: "us-east-1a", Size: 1, Encrypted: true, KmsKeyId: key };
    const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
    const snapshotId = await emulator.createSnapshot(VolumeId);
    const text = (...accounts: string[]) => shares(share("s", { snapshotId, accounts }));
    const project = await createProject(text(alice, bob));
    const preview = async () => (await project.preview()).replaceAll(/\s+/g, " ");

    const needed = "kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:ReEncryptFrom";
    expect(await preview()).toContain(
        `${alice}, ${bob} cannot open the snapshot: the policy of its key ${key} does not allow them ${needed}.`,
    );
    await emulator.faults([
        {
            action: "TrentService.GetKeyPolicy",
            code: "AccessDeniedException",
            message: "No.",
            status: 400,
        },
    ]);
    const blind = await preview();
    expect(blind).toContain(
        `whether ${alice}, ${bob} can open the snapshot is not known: they need ${needed} on its key ${key}, whose policy ` +
            "cannot be read: AccessDeniedException: No. The caller needs the IAM permission kms:GetKeyPolicy.",
    );
    expect(blind).toContain("2 to create");
    await emulator.faults([]);

    const { Statement } = sharingPolicyDocuments({ accounts: [alice], privateSharers: {} }).kms;
    await kms.send(
        new PutKeyPolicyCommand({ KeyId: key, PolicyName: "default", Policy: keyPolicy(...Statement) }),
    );
    expect(await preview()).toContain(`${bob} cannot open the snapshot`);
    await project.program(text(alice));
    expect(await preview()).not.toContain("cannot open");

    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice]);
    const repeated = await during(emulator, () => project.preview());
    expect(repeated.all).toEqual([]);
    await project.destroy();
});
