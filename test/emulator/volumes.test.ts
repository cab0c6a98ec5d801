import {
    CreateVolumeCommand,
    DeleteVolumeCommand,
    DescribeVolumesCommand,
    EnableEbsEncryptionByDefaultCommand,
    AttachVolumeCommand,
    CopyVolumesCommand,
    DetachVolumeCommand,
    RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import {
    otherAccount,
    zone,
    ec2,
    createSnapshot,
    snapshotOf,
    statusOfVolume,
    refusal,
    shareWith,
} from "./calls";

describe("volumes", () => {
    function createVolume(input: Partial<ConstructorParameters<typeof CreateVolumeCommand>[0]>) {
        return ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, ...input }));
    }

    test("are creating for volumeSeconds, then available", async () => {
        await emulator.set({ volumeSeconds: 30 });
        const id = await emulator.createVolume();

        expect(await statusOfVolume(id)).toBe("creating");
        await emulator.advance(30);
        expect(await statusOfVolume(id)).toBe("available");
    });

    test("fail or disappear if configured to", async () => {
        await emulator.set({ volumeSeconds: 30, volumeError: "error" });
        const broken = await emulator.createVolume();
        await emulator.set({ volumeError: "vanish" });
        const vanishing = await emulator.createVolume();

        expect(await statusOfVolume(vanishing)).toBe("creating");
        await emulator.advance(30);
        expect(await statusOfVolume(broken)).toBe("error");
        expect(await refusal(statusOfVolume(vanishing))).toBe(
            `InvalidVolume.NotFound: The volume '${vanishing}' does not exist.`,
        );
    });

    test("have the size of the snapshot by default, and cannot be smaller", async () => {
        const SnapshotId = await createSnapshot(await emulator.createVolume({ size: 10 }));

        expect(await createVolume({ SnapshotId })).toMatchObject({ SnapshotId, Size: 10, State: "creating" });
        expect(await createVolume({ SnapshotId, Size: 12 })).toMatchObject({ SnapshotId, Size: 12 });
        expect(await refusal(createVolume({ SnapshotId, Size: 9 }))).toBe(
            `InvalidParameterValue: Volume of size 9GB is smaller than snapshot '${SnapshotId}', expect size >= 10GB`,
        );
    });

    test("cannot be created from a pending or unknown snapshot, or in an unknown zone", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const SnapshotId = await createSnapshot();

        expect(await refusal(createVolume({ SnapshotId }))).toBe(
            "IncorrectState: Snapshot is in invalid state - pending",
        );
        expect(await refusal(createVolume({ SnapshotId: "snap-0123456789abcdef0" }))).toMatch(
            /^InvalidSnapshot.NotFound: /,
        );
        expect(await refusal(createVolume({ Size: 1, AvailabilityZone: "us-east-1z" }))).toMatch(
            /^InvalidZone.NotFound: /,
        );
    });

    test("are found by the zone's id or name", async () => {
        const byName = await createVolume({ Size: 1 });
        const { Volumes = [] } = await ec2.send(
            new DescribeVolumesCommand({ VolumeIds: [byName.VolumeId ?? ""] }),
        );
        const zoneId = Volumes[0]?.AvailabilityZoneId;

        const byId = await ec2.send(new CreateVolumeCommand({ AvailabilityZoneId: zoneId, Size: 1 }));

        expect(zoneId).toMatch(/^use1-az\d$/);
        expect(byId).toMatchObject({ AvailabilityZone: zone, AvailabilityZoneId: zoneId });
    });

    test("are created once per client token, and a different request with that token is rejected", async () => {
        const first = await createVolume({ Size: 1, ClientToken: "once" });
        await ec2.send(new DeleteVolumeCommand({ VolumeId: first.VolumeId }));

        const repeated = await createVolume({ Size: 1, ClientToken: "once" });

        expect(repeated.VolumeId).toBe(first.VolumeId);
        expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []).toEqual([]);
        expect(await refusal(createVolume({ Size: 2, ClientToken: "once" }))).toMatch(
            /^IdempotentParameterMismatch: /,
        );
    });

    test("are encrypted if the snapshot is or the account requires it, and pass their key to snapshots", async () => {
        const key = "arn:aws:kms:us-east-1:123456789012:key/mine";
        const { VolumeId } = await createVolume({ Size: 1, Encrypted: true, KmsKeyId: key });
        const SnapshotId = await createSnapshot(VolumeId);

        expect(await snapshotOf(SnapshotId)).toMatchObject({ Encrypted: true, KmsKeyId: key });
        expect(await createVolume({ SnapshotId })).toMatchObject({ Encrypted: true, KmsKeyId: key });
        expect(await createVolume({ Size: 1 })).toMatchObject({ Encrypted: false });
        await ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
        expect(await createVolume({ Size: 1 })).toMatchObject({ Encrypted: true });
    });

    test("can be created only from snapshots of another account that it shares", async () => {
        const SnapshotId = await createSnapshot(await emulator.createVolume({ size: 4 }));
        const command = new CreateVolumeCommand({ SnapshotId, AvailabilityZone: zone });
        const other = emulator.ec2({ account: otherAccount });

        expect(await refusal(other.send(command))).toMatch(/^InvalidSnapshot.NotFound: /);
        await shareWith(SnapshotId, otherAccount);
        expect(await other.send(command)).toMatchObject({ SnapshotId, Size: 4 });
    });

    test("are described in pages", async () => {
        const ids: string[] = [];
        for (let number = 0; number < 6; number++) ids.push(await emulator.createVolume());

        const first = await ec2.send(new DescribeVolumesCommand({ MaxResults: 5 }));
        const second = await ec2.send(
            new DescribeVolumesCommand({ MaxResults: 5, NextToken: first.NextToken }),
        );

        expect([first, second].map((page) => page.Volumes?.map(({ VolumeId }) => VolumeId))).toEqual([
            ids.slice(0, 5),
            ids.slice(5),
        ]);
        expect(second.NextToken).toBeUndefined();
    });
});

async function attached(): Promise<{ InstanceId: string; VolumeId: string }> {
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const InstanceId = Instances[0]?.InstanceId ?? "";
    const VolumeId = await emulator.createVolume();
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf" }));
    return { InstanceId, VolumeId };
}

describe("DeleteVolume", () => {
    test("fails with VolumeInUse and the instance id while the volume is attached", async () => {
        const { InstanceId, VolumeId } = await attached();

        expect(await refusal(ec2.send(new DeleteVolumeCommand({ VolumeId })))).toBe(
            `VolumeInUse: Volume ${VolumeId} is currently attached to ${InstanceId}`,
        );
    });

    test.each([
        [false, "detaching"],
        [true, "busy"],
    ])("is rejected until some time after the detachment (forced: %s, shown as %s)", async (Force, shown) => {
        await emulator.set({ detachingSeconds: 20, volumeInUseSeconds: 10 });
        const { InstanceId, VolumeId } = await attached();
        const remove = () => ec2.send(new DeleteVolumeCommand({ VolumeId }));
        const state = async () =>
            (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))).Volumes?.[0];
        await ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId, Force }));

        expect(await state()).toMatchObject({ State: "in-use", Attachments: [{ State: shown, InstanceId }] });
        expect(await refusal(remove())).toMatch(/^VolumeInUse: /);
        await emulator.advance(21);
        const detached = await state();
        expect([detached?.State, detached?.Attachments ?? []]).toEqual(["available", []]);
        expect(await refusal(remove())).toMatch(/^VolumeInUse: /);
        await emulator.advance(10);
        await remove();
        expect(await refusal(state())).toMatch(/^InvalidVolume.NotFound: /);
    });
});

describe("CopyVolumes", () => {
    test("creates one copy per client token, in the zone of its source, with the same or a larger size", async () => {
        const SourceVolumeId = await emulator.createVolume({ size: 4, az: "us-east-1b" });
        const copy = (Size?: number, ClientToken?: string) =>
            ec2.send(
                new CopyVolumesCommand({
                    SourceVolumeId,
                    Size,
                    ClientToken,
                    VolumeType: "gp3",
                    Iops: 4000,
                    Throughput: 250,
                    TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Name", Value: "copy" }] }],
                }),
            );

        const [created] = (await copy(undefined, "once")).Volumes ?? [];
        const [repeated] = (await copy(undefined, "once")).Volumes ?? [];

        expect(created).toMatchObject({
            Size: 4,
            AvailabilityZone: "us-east-1b",
            VolumeType: "gp3",
            Iops: 4000,
            Throughput: 250,
            State: "creating",
            SourceVolumeId,
            Tags: [{ Key: "Name", Value: "copy" }],
        });
        expect(repeated?.VolumeId).toBe(created?.VolumeId);
        expect(await emulator.volumes()).toHaveLength(2);
        expect((await copy(9)).Volumes?.[0]?.Size).toBe(9);
        expect(await refusal(copy(3))).toMatch(/^InvalidParameterValue: /);
        expect(await refusal(copy(9, "once"))).toMatch(/^IdempotentParameterMismatch: /);
    });

    test("allows one uninitialized copy per volume, no copy of an uninitialized copy, and a limited number per region", async () => {
        await emulator.set({ initializationSeconds: 60, volumeCopies: 2 });
        const [one, other, third] = [
            await emulator.createVolume(),
            await emulator.createVolume(),
            await emulator.createVolume(),
        ];
        const copy = async (SourceVolumeId: string) =>
            (await ec2.send(new CopyVolumesCommand({ SourceVolumeId }))).Volumes?.[0];

        const first = await copy(one);

        expect(first).toMatchObject({ VolumeType: "gp2", OwnerId: "123456789012" });
        expect(await refusal(copy(one))).toMatch(/^ConcurrentCopyVolumeLimitExceeded: /);
        expect(await refusal(copy(first?.VolumeId ?? ""))).toMatch(/^IncorrectState: /);
        await copy(other);
        expect(await refusal(copy(third))).toMatch(/^CopyVolumesLimitExceeded: /);
        await emulator.advance(60);
        expect((await copy(first?.VolumeId ?? ""))?.SourceVolumeId).toBe(first?.VolumeId);
    });

    test("is encrypted if its source is encrypted or the account encrypts by default", async () => {
        const plain = await emulator.createVolume();
        const copy = (SourceVolumeId: string) => ec2.send(new CopyVolumesCommand({ SourceVolumeId }));
        expect((await copy(plain)).Volumes?.[0]?.Encrypted).toBe(false);
        await ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
        const [copied] = (await copy(plain)).Volumes ?? [];
        expect(copied?.Encrypted).toBe(true);
    });
});
