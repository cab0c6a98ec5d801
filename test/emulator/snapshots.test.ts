import {
    CreateSnapshotCommand,
    DeleteSnapshotCommand,
    DeleteVolumeCommand,
    ModifyVolumeCommand,
    RegisterImageCommand,
    type Snapshot,
    CopySnapshotCommand,
    CreateVolumeCommand,
    DeregisterImageCommand,
    DescribeImagesCommand,
    EnableFastSnapshotRestoresCommand,
    LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { defaultAccount } from "./emulator";
import {
    ec2,
    createSnapshot,
    tagList,
    manyTags,
    snapshotOf,
    idsOf,
    refusal,
    otherAccount,
    shareWith,
    zone,
} from "./calls";

describe("the lifecycle of a snapshot", () => {
    test("CreateSnapshot returns pending without progress, even if Describe shows completed immediately", async () => {
        const volumeId = await emulator.createVolume({ size: 3 });

        const created = await ec2.send(
            new CreateSnapshotCommand({ VolumeId: volumeId, Description: "before the change" }),
        );

        expect(created).toMatchObject({
            VolumeId: volumeId,
            VolumeSize: 3,
            Description: "before the change",
            OwnerId: defaultAccount,
            Encrypted: false,
            State: "pending",
            Progress: "",
        });
        expect(created.CompletionTime).toBeUndefined();
        expect(await snapshotOf(created.SnapshotId ?? "")).toMatchObject({
            State: "completed",
            Progress: "100%",
            StorageTier: "standard",
            FullSnapshotSizeInBytes: 3 * 2 ** 30,
            StartTime: created.StartTime,
            CompletionTime: created.StartTime,
        });
    });

    test("stays pending with increasing progress and a constant start time, then completes on time", async () => {
        await emulator.set({ snapshotSeconds: 1000 });
        const id = await createSnapshot();
        const observed: Snapshot[] = [];
        for (const seconds of [100, 500, 399, 10]) {
            await emulator.advance(seconds);
            observed.push(await snapshotOf(id));
        }

        expect(observed.map(({ State, Progress }) => [State, Progress])).toEqual([
            ["pending", "10%"],
            ["pending", "60%"],
            ["pending", "99%"],
            ["completed", "100%"],
        ]);
        const start = observed[0]?.StartTime?.getTime() ?? 0;
        expect(observed.map(({ StartTime }) => StartTime?.getTime())).toEqual([start, start, start, start]);
        expect(observed.map(({ CompletionTime }) => CompletionTime?.getTime())).toEqual([
            undefined,
            undefined,
            undefined,
            start + 1_000_000,
        ]);
    });

    test("snapshotError makes subsequently created snapshots fail with that message", async () => {
        await emulator.set({ snapshotSeconds: 10 });
        const good = await createSnapshot();
        await emulator.set({ snapshotError: "the key is disabled" });
        const bad = await createSnapshot();
        await emulator.advance(10);

        expect(await snapshotOf(good)).toMatchObject({ State: "completed" });
        const failed = await snapshotOf(bad);
        expect(failed).toMatchObject({ State: "error", StateMessage: "the key is disabled" });
        expect(failed.CompletionTime).toBeUndefined();
    });

    test("a test can force the state of one snapshot, and a new duration resumes its progress", async () => {
        const id = await createSnapshot();

        await emulator.snapshot(id, { status: "error", progress: "42%", statusMessage: "disk on fire" });
        expect(await snapshotOf(id)).toMatchObject({
            State: "error",
            Progress: "42%",
            StateMessage: "disk on fire",
        });

        await emulator.snapshot(id, { seconds: 100 });
        expect(await snapshotOf(id)).toMatchObject({ State: "pending", Progress: "0%" });
        await expect(emulator.snapshot("snap-unknown", {})).rejects.toThrow("snap-unknown");
    });

    test("it keeps its size when its volume grows, and exists after its volume is deleted", async () => {
        const volumeId = await emulator.createVolume({ size: 2 });
        const id = await createSnapshot(volumeId);

        await ec2.send(new ModifyVolumeCommand({ VolumeId: volumeId, Size: 5 }));
        await ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId }));

        expect(await snapshotOf(id)).toMatchObject({ VolumeId: volumeId, VolumeSize: 2 });
    });
});

describe("CreateSnapshot", () => {
    test("writes tags, and rejects forbidden ones before anything is created", async () => {
        const volumeId = await emulator.createVolume();
        const id = await createSnapshot(volumeId, { Name: "nightly", Group: "payments" });

        expect((await snapshotOf(id)).Tags).toEqual(tagList({ Name: "nightly", Group: "payments" }));
        expect(await refusal(createSnapshot(volumeId, { "aws:mine": "x" }))).toContain(
            "Tag keys starting with 'aws:' are reserved for internal use",
        );
        const tooMany = Object.fromEntries(manyTags(51).map(({ Key }) => [Key ?? "", ""]));
        expect(await refusal(createSnapshot(volumeId, tooMany))).toMatch(/^TagLimitExceeded: /);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([id]);
    });

    test("fails with InvalidVolume.NotFound and the id for an unknown volume", async () => {
        expect(await refusal(createSnapshot("vol-0123456789abcdef0"))).toBe(
            "InvalidVolume.NotFound: The volume 'vol-0123456789abcdef0' does not exist.",
        );
    });

    test("a sixth pending snapshot of one volume is rejected until one completes", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const volumeId = await emulator.createVolume();
        for (let number = 0; number < 5; number++) await createSnapshot(volumeId);

        expect(await refusal(createSnapshot(volumeId))).toBe(
            "ConcurrentSnapshotLimitExceeded: Maximum allowed in-progress snapshots for a single volume exceeded.",
        );
        await createSnapshot(await emulator.createVolume());
        await emulator.advance(60);
        await createSnapshot(volumeId);
    });

    test("perVolumeRateSeconds rejects a second snapshot of the same volume within that time", async () => {
        await emulator.set({ perVolumeRateSeconds: 15 });
        const volumeId = await emulator.createVolume();
        await createSnapshot(volumeId);

        expect(await refusal(createSnapshot(volumeId))).toMatch(/^SnapshotCreationPerVolumeRateExceeded: /);
        await createSnapshot(await emulator.createVolume());
        await emulator.advance(15);
        await createSnapshot(volumeId);
    });
});

describe("DeleteSnapshot", () => {
    test("deletes a pending snapshot, and fails with InvalidSnapshot.NotFound the second time", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const SnapshotId = await createSnapshot();

        await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));

        expect(await idsOf({})).toEqual([]);
        expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
            `InvalidSnapshot.NotFound: The snapshot '${SnapshotId}' does not exist.`,
        );
    });

    test("is rejected with the AMI's id while an AMI uses the snapshot", async () => {
        const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: "golden" }));
        const [SnapshotId = ""] = await idsOf({ OwnerIds: ["self"] });

        expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
            `InvalidSnapshot.InUse: The snapshot ${SnapshotId} is currently in use by ${ImageId}`,
        );
    });
});

describe("new ids", () => {
    test("are found by calls only after newIdSeconds", async () => {
        const old = await createSnapshot();
        await emulator.set({ newIdSeconds: 30 });
        await emulator.advance(30);
        const volumeId = await emulator.createVolume();
        expect(await refusal(createSnapshot(volumeId))).toMatch(/^InvalidVolume.NotFound: /);
        await emulator.advance(30);
        const SnapshotId = await createSnapshot(volumeId);
        const calls = {
            CreateVolume: () => ec2.send(new CreateVolumeCommand({ SnapshotId, AvailabilityZone: zone })),
            CopySnapshot: () =>
                ec2.send(
                    new CopySnapshotCommand({ SourceSnapshotId: SnapshotId, SourceRegion: "us-east-1" }),
                ),
            ModifySnapshotAttribute: () => shareWith(SnapshotId, otherAccount),
            LockSnapshot: () =>
                ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: "governance", LockDuration: 1 })),
            EnableFastSnapshotRestores: () =>
                ec2.send(
                    new EnableFastSnapshotRestoresCommand({
                        SourceSnapshotIds: [SnapshotId],
                        AvailabilityZones: [zone],
                    }),
                ),
            DescribeSnapshots: () => snapshotOf(SnapshotId),
        };

        for (const call of Object.values(calls)) {
            expect(await refusal(call())).toMatch(/^InvalidSnapshot.NotFound: /);
        }
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([old]);
        await emulator.advance(30);
        for (const call of Object.values(calls)) await call();
    });
});

describe("a deregistered AMI", () => {
    test("keeps its snapshot in use for imageReleaseSeconds", async () => {
        await emulator.set({ imageReleaseSeconds: 60 });
        const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: "golden" }));
        const [SnapshotId = ""] = await idsOf({ OwnerIds: ["self"] });
        const Filters = [{ Name: "block-device-mapping.snapshot-id", Values: [SnapshotId] }];
        const using = async () => (await ec2.send(new DescribeImagesCommand({ Filters }))).Images;
        expect(await using()).toMatchObject([{ ImageId }]);
        await ec2.send(new DeregisterImageCommand({ ImageId }));
        expect(await using()).toEqual([]);

        expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
            `InvalidSnapshot.InUse: The snapshot ${SnapshotId} is currently in use by ${ImageId}`,
        );
        await emulator.advance(60);
        await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([]);
    });
});
