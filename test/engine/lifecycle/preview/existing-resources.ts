/**
 * Creates the resources in EC2 that the programs of the preview refer to.
 *
 * @module
 */
import { AttachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { emulator } from "../../../fixture";
import { defaultAccount } from "../../../emulator/emulator";

/** Contains the names of the ids of existing resources in the expected text. */
export const known: Record<string, string> = {};

export async function createExistingResources() {
    const ec2 = emulator.ec2();
    const call = async (name: string, id: Promise<string>) => (known[await id] = name) && (await id);
    const instance = async () => {
        const request = new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 });
        return (await ec2.send(request)).Instances?.[0]?.InstanceId ?? "";
    };
    const vol1 = await call("vol-1", emulator.createVolume({ size: 8 }));
    const vol2 = await call("vol-2", emulator.createVolume({ size: 8 }));
    const disk = await call("vol-3", emulator.createVolume({ size: 5 }));
    const i1 = await call("i-1", instance());
    const i2 = await call("i-2", instance());
    await ec2.send(new AttachVolumeCommand({ InstanceId: i1, VolumeId: disk, Device: "/dev/sdf" }));
    const snap1 = await call("snap-1", emulator.createSnapshot(vol1));
    const snap2 = await call("snap-2", emulator.createSnapshot(vol2));
    const credentials = { accessKeyId: `AKIATEST${defaultAccount}`, secretAccessKey: "test" };
    const kms = new KMSClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
    for (const AliasName of ["alias/one", "alias/two"]) {
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    }
    return { vol1, vol2, disk, i1, i2, snap1, snap2 };
}

export type ExistingResources = Awaited<ReturnType<typeof createExistingResources>>;
