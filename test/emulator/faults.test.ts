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
    test("an error has EC2's format, occurs the given number of times for matching calls only, and changes nothing", async () => {
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

    test("an error of STS has the format of STS", async () => {
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

    test("`after` lets the first calls succeed, and the SDK's own retry handles a temporary fault", async () => {
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

    test("with where: after, the snapshot is created and the connection closes before the response", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([{ action: "CreateSnapshot", kind: "reset", where: "after", times: 1 }]);

        const error: unknown = await createSnapshot(volumeId).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({ code: "ECONNRESET" });
        expect(await idsOf({})).toHaveLength(1);
        expect(await emulator.calls((call) => call.fault === "reset")).toMatchObject([{ status: null }]);
    });

    test("the SDK reports a malformed response as an error", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "malformed" }]);

        await expect(describeSnapshots({})).rejects.toThrow();
        await emulator.faults([]);
        expect(await describeSnapshots({})).toEqual([]);
    });

    test("a hanging call blocks no other call, and ends with its connection", async () => {
        await emulator.faults([{ action: "DescribeVolumes", kind: "hang" }]);
        const leave = new AbortController();
        const hanging = ec2.send(new DescribeVolumesCommand({}), { abortSignal: leave.signal });
        await expect.poll(() => emulator.count("DescribeVolumes")).toBe(1);

        expect(await describeSnapshots({})).toEqual([]);
        leave.abort();

        expect(await refusal(hanging)).toMatch(/^AbortError/);
    });

    test("after a delay, EC2 responds normally", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "delay", seconds: 0.3 }]);
        const started = performance.now();

        expect(await describeSnapshots({})).toEqual([]);

        expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    });

    test("a seed makes random faults reproducible", async () => {
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

    test("misspelt rules and settings are rejected instead of ignored", async () => {
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

describe("malformed responses with status 200", () => {
    test.each(["empty", "html"] as const)("%s: replaces EC2's response", async (kind) => {
        await createSnapshot();
        await emulator.faults([{ action: "DescribeSnapshots", kind }]);

        const found = await describeSnapshots({}).catch(() => []);

        expect(found).toEqual([]);
        expect(await emulator.calls((call) => call.fault === kind)).toMatchObject([{ status: 200 }]);
    });

    test("without: EC2's response lacks its list of snapshots, volumes, grants, locks or tiers", async () => {
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

describe("a rejection with status 500 or higher", () => {
    test.each([500, 503])("has an EC2 error code with status %i, and creates nothing", async (status) => {
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
    });
});
