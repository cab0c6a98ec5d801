// Provides the calls that most tests of the emulator use.

import {
    AttachVolumeCommand,
    CreateSnapshotCommand,
    DescribeFastSnapshotRestoresCommand,
    DescribeLockedSnapshotsCommand,
    DescribeSnapshotAttributeCommand,
    DescribeSnapshotTierStatusCommand,
    DescribeSnapshotsCommand,
    type DescribeSnapshotsCommandInput,
    DescribeVolumesCommand,
    type EC2Client,
    ModifySnapshotAttributeCommand,
    RunInstancesCommand,
    type Snapshot,
    type Tag,
    type Volume,
} from "@aws-sdk/client-ec2";
import { emulator } from "../fixture";

export const otherAccount = "210987654321";
export const zone = "us-east-1a";

export const ec2 = emulator.ec2();

export async function createSnapshot(volumeId?: string, tags?: Record<string, string>): Promise<string> {
    const created = await ec2.send(
        new CreateSnapshotCommand({
            VolumeId: volumeId ?? (await emulator.createVolume()),
            ...(tags && { TagSpecifications: [{ ResourceType: "snapshot", Tags: tagList(tags) }] }),
        }),
    );
    return created.SnapshotId ?? "";
}

/** Attaches a volume to a new instance, and returns what detaches it. */
export async function attachToInstance(VolumeId: string) {
    const { Instances: [instance] = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const attachment = { VolumeId, InstanceId: instance?.InstanceId ?? "", Device: "/dev/sdf" };
    await ec2.send(new AttachVolumeCommand(attachment));
    return attachment;
}

export function tagList(tags: Record<string, string>): Tag[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function manyTags(count: number): Tag[] {
    return Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: "" }));
}

export async function describeSnapshots(
    input: DescribeSnapshotsCommandInput,
    client: EC2Client = ec2,
): Promise<Snapshot[]> {
    return (await client.send(new DescribeSnapshotsCommand(input))).Snapshots ?? [];
}

export async function snapshotOf(id: string): Promise<Snapshot> {
    const [found] = await describeSnapshots({ SnapshotIds: [id] });
    if (!found) throw new Error(`${id} is not there`);
    return found;
}

export async function idsOf(input: DescribeSnapshotsCommandInput, client?: EC2Client): Promise<string[]> {
    return (await describeSnapshots(input, client)).map((snapshot) => snapshot.SnapshotId ?? "");
}

/** Returns the volumes that were created from a snapshot. */
export async function restoredVolumes(): Promise<Volume[]> {
    return (await emulator.volumes()).filter(({ SnapshotId }) => SnapshotId !== "");
}

export async function statusOfVolume(id: string): Promise<string | undefined> {
    return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0]?.State;
}

/** Returns the rejection of a call as `code: message`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
    try {
        await call;
    } catch (error) {
        if (error instanceof Error) return `${error.name}: ${error.message}`;
    }
    throw new Error("the call was not refused");
}

export async function grantsOf(snapshotId: string): Promise<{ users: string[]; groups: string[] }> {
    const { CreateVolumePermissions: grants = [] } = await ec2.send(
        new DescribeSnapshotAttributeCommand({ SnapshotId: snapshotId, Attribute: "createVolumePermission" }),
    );
    return {
        users: grants.flatMap(({ UserId }) => UserId ?? []),
        groups: grants.flatMap(({ Group }) => Group ?? []),
    };
}

export function makePublic(snapshotId: string): Promise<unknown> {
    return ec2.send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: snapshotId,
            CreateVolumePermission: { Add: [{ Group: "all" }] },
        }),
    );
}

export function shareWith(snapshotId: string, account: string): Promise<unknown> {
    return ec2.send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: snapshotId,
            CreateVolumePermission: { Add: [{ UserId: account }] },
        }),
    );
}

/** Counts the features in EC2: locks, zones with fast snapshot restore, archived snapshots. */
export async function countFeatures(): Promise<number[]> {
    const { Snapshots: locks = [] } = await ec2.send(new DescribeLockedSnapshotsCommand({}));
    const { FastSnapshotRestores: zones = [] } = await ec2.send(new DescribeFastSnapshotRestoresCommand({}));
    const { SnapshotTierStatuses: tiers = [] } = await ec2.send(new DescribeSnapshotTierStatusCommand({}));
    return [
        locks.length,
        zones.filter(({ State }) => State === "enabled").length,
        tiers.filter(({ StorageTier }) => StorageTier === "archive").length,
    ];
}

/** Launches an instance with a boot volume, and with two data volumes, of which the first has a tag. */
export async function instanceWithVolumes(): Promise<{ instanceId: string; data: string; scratch: string }> {
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const instanceId = Instances[0]?.InstanceId ?? "";
    const data = await emulator.createVolume({ size: 5, tags: { Role: "data" } });
    const scratch = await emulator.createVolume({ size: 7 });
    for (const [index, VolumeId] of [data, scratch].entries()) {
        const Device = `/dev/sd${String("fg"[index])}`;
        await ec2.send(new AttachVolumeCommand({ InstanceId: instanceId, VolumeId, Device }));
    }
    return { instanceId, data, scratch };
}

/** Returns all DLM policies with their details, which the list of DLM does not contain. */
export async function policies(): Promise<Record<string, unknown>[]> {
    const { body } = await emulator.rest("dlm", "GET", "/policies");
    const listed = body["Policies"] as { PolicyId: string }[];
    const details = listed.map(({ PolicyId }) => emulator.rest("dlm", "GET", `/policies/${PolicyId}`));
    return (await Promise.all(details)).map((answer) => answer.body["Policy"] as Record<string, unknown>);
}
