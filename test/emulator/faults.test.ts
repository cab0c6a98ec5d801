import {
    CreateSnapshotCommand,
    DescribeVolumesCommand,
    CreateReplaceRootVolumeTaskCommand,
    DescribeLockedSnapshotsCommand,
    DescribeSnapshotAttributeCommand,
    DescribeSnapshotTierStatusCommand,
    DescribeSnapshotsCommand,
    LockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { ec2, createSnapshot, describeSnapshots, idsOf, refusal, otherAccount, shareWith } from "./calls";

describe("faults", () => {
    test("an error takes EC2's form, so many times, only for calls that match, and nothing happens", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([
            { action: "CreateSnapshot", params: { VolumeId: "vol-1" }, code: "NeverSeen" },
            {
                action: "CreateSnapshot",
                times: 1,
                code: "UnauthorizedOperation",
                message: "You are not authorized <& so on>",
                status: 403,
            },
        ]);
        const error: unknown = await createSnapshot(volumeId).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({
            name: "UnauthorizedOperation",
            message: "You are not authorized <& so on>",
            $metadata: { httpStatusCode: 403 },
        });
        expect(await idsOf({})).toEqual([]);
        await createSnapshot(volumeId);
        expect(await emulator.calls((call) => call.fault !== null)).toMatchObject([
            { action: "CreateSnapshot", status: 403, error: "UnauthorizedOperation", fault: "error" },
        ]);
    });

    test("an error of STS has the form of STS", async () => {
        await emulator.faults([
            { action: "GetCallerIdentity", code: "ExpiredToken", message: "too old", status: 403 },
        ]);
        const sts = new STSClient({
            endpoint: emulator.endpoint,
            region: "us-east-1",
            credentials: { accessKeyId: "test", secretAccessKey: "test" },
        });

        expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toMatch(
            /^ExpiredToken\w*: too old$/,
        );
    });

    test("`after` lets calls through first, and the SDK's own retry gets over a passing fault", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.clearCalls();
        await emulator.faults([
            { action: "CreateSnapshot", after: 1, times: 1, code: "RequestLimitExceeded", status: 503 },
        ]);
        const patient = emulator.ec2({ maxAttempts: 2 });

        await createSnapshot(volumeId);
        await patient.send(new CreateSnapshotCommand({ VolumeId: volumeId }));

        expect((await emulator.calls()).map(({ error }) => error)).toEqual([
            null,
            "RequestLimitExceeded",
            null,
        ]);
    });

    test("with where: after, the snapshot is created, and the connection ends before the answer", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([{ action: "CreateSnapshot", kind: "reset", where: "after", times: 1 }]);

        const error: unknown = await createSnapshot(volumeId).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({ code: "ECONNRESET" });
        expect(await idsOf({})).toHaveLength(1);
        expect(await emulator.calls((call) => call.fault === "reset")).toMatchObject([{ status: null }]);
    });

    test("a broken answer is no answer to the SDK", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "malformed" }]);

        await expect(describeSnapshots({})).rejects.toThrow();
        await emulator.faults([]);
        expect(await describeSnapshots({})).toEqual([]);
    });

    test("a call that hangs holds up no other, and ends with its connection", async () => {
        await emulator.faults([{ action: "DescribeVolumes", kind: "hang" }]);
        const leave = new AbortController();
        const hanging = ec2.send(new DescribeVolumesCommand({}), { abortSignal: leave.signal });
        await expect.poll(() => emulator.count("DescribeVolumes")).toBe(1);

        expect(await describeSnapshots({})).toEqual([]);
        leave.abort();

        expect(await refusal(hanging)).toMatch(/^AbortError/);
    });

    test("a delay takes its time, then EC2 answers as ever", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "delay", seconds: 0.3 }]);
        const started = performance.now();

        expect(await describeSnapshots({})).toEqual([]);

        expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    });

    test("a seed makes chance repeatable", async () => {
        const run = async () => {
            await emulator.clearCalls();
            await emulator.set({ seed: 7 });
            await emulator.faults([{ action: "DescribeSnapshots", probability: 0.5, code: "Throttling" }]);
            for (let call = 0; call < 20; call++) await describeSnapshots({}).catch(() => undefined);
            return (await emulator.calls()).map(({ error }) => error);
        };
        const first = await run();

        expect(new Set(first)).toEqual(new Set([null, "Throttling"]));
        expect(await run()).toEqual(first);
    });

    test("misspelt rules and settings are refused instead of ignored", async () => {
        const misspelt = { acton: "CreateSnapshot" };
        await expect(emulator.faults([misspelt as object])).rejects.toThrow("acton");
        const unknown = { snapshotSecond: 1 };
        await expect(emulator.set(unknown as object)).rejects.toThrow("snapshotSecond");
    });

    test("an unsupported call fails immediately, and the error names it", async () => {
        const patient = emulator.ec2({ maxAttempts: 3 });
        await emulator.clearCalls();

        expect(
            await refusal(patient.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId: "i-1" }))),
        ).toMatch(/^EmulatorFailure: CreateReplaceRootVolumeTask: NotImplementedError/);
        expect(await emulator.count("CreateReplaceRootVolumeTask")).toBe(1);
    });
});

describe("answers with status 200 that are none", () => {
    test.each(["empty", "html"] as const)("%s: instead of EC2's answer", async (kind) => {
        await createSnapshot();
        await emulator.faults([{ action: "DescribeSnapshots", kind }]);

        const found = await describeSnapshots({}).catch(() => []);

        expect(found).toEqual([]);
        expect(await emulator.calls((call) => call.fault === kind)).toMatchObject([{ status: 200 }]);
    });

    test("without: EC2's answer lacks its set, of snapshots, volumes, grants, locks and tiers", async () => {
        const SnapshotId = await createSnapshot();
        await shareWith(SnapshotId, otherAccount);
        await ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: "governance", LockDuration: 1 }));
        const sets = async () => [
            (await ec2.send(new DescribeSnapshotsCommand({}))).Snapshots?.length,
            (await ec2.send(new DescribeVolumesCommand({}))).Volumes?.length,
            (
                await ec2.send(
                    new DescribeSnapshotAttributeCommand({
                        SnapshotId,
                        Attribute: "createVolumePermission",
                    }),
                )
            ).CreateVolumePermissions?.length,
            (await ec2.send(new DescribeLockedSnapshotsCommand({}))).Snapshots?.length,
            (await ec2.send(new DescribeSnapshotTierStatusCommand({}))).SnapshotTierStatuses?.length,
        ];

        expect(await sets()).toEqual([1, 1, 1, 1, 1]);
        await emulator.faults([{ kind: "without" }]);
        expect(await sets()).toEqual([undefined, undefined, undefined, undefined, undefined]);
    });
});

describe("a refusal with a status of 500 or more", () => {
    test.each([500, 503])(
        "carries a code of EC2's own with status %i, and nothing is made",
        async (status) => {
            await emulator.faults([
                {
                    action: "CreateVolume",
                    code: "InsufficientVolumeCapacity",
                    message: "no capacity",
                    status,
                },
            ]);

            const error: unknown = await emulator.createVolume().catch((thrown: unknown) => thrown);

            expect(error).toMatchObject({
                name: "InsufficientVolumeCapacity",
                message: "no capacity",
                $metadata: { httpStatusCode: status },
            });
            expect(await emulator.volumes()).toEqual([]);
        },
    );
});
