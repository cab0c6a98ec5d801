// Tests the recovery function against the emulator, with real calls to EC2 and CloudWatch.
// It needs no engine, but the emulator of this vitest project, which is reset for each test.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import {
    call,
    completed,
    metrics,
    recovered,
    schedule,
    snapshotsOf,
    createPolicySnapshot,
    timer,
    zone,
} from "./recovery-function";
import { emulator, test } from "../../fixture";
import { recoveryTag, scheduleTag } from "../../../schema/recovery-settings";

test.beforeEach(() => void metrics.splice(0));

test("a snapshot gets one volume with the name and codes of its source, even after two events", async () => {
    const source = await emulator.createVolume({
        size: 3,
        tags: { Name: "ledger", BillingCode: "CC-7", Backup: "x" },
    });
    const snapshot = await createPolicySnapshot(source);
    await Promise.all([call(completed(snapshot)), call(completed(snapshot))]);
    await call(timer);
    const [volume, ...others] = await recovered();
    expect(others).toEqual([]);
    expect(volume).toMatchObject({
        SnapshotId: snapshot,
        AvailabilityZone: zone,
        VolumeType: "gp3",
        Size: 3,
    });
    const tags = Object.fromEntries(volume!.Tags!.map(({ Key = "", Value }) => [Key, Value]));
    // Backup is not copied, because the volume would become a target itself.
    expect(tags).toEqual({
        Name: "ledger",
        Group: "payments",
        BillingCode: "CC-7",
        [recoveryTag]: schedule,
        "pulumi-ebs-snapshots:recovery-of": source,
        "pulumi-ebs-snapshots:recovery-taken": expect.any(String) as string,
    });
});

test("an event for a foreign snapshot costs one DescribeSnapshots call; multi-volume snapshots are read together", async () => {
    const source = await emulator.createVolume();
    const foreign = await emulator.createSnapshot(source);
    await emulator.clearCalls();
    expect(await call(completed(foreign))).toBeUndefined();
    expect((await emulator.calls()).map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    const snapshot = await createPolicySnapshot(source);
    const arns = [foreign, snapshot].map((id) => ({
        snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
    }));
    const result = await call({ detail: { event: "createSnapshots", snapshots: arns } });
    expect(result!.created).toHaveLength(1);
    expect(await snapshotsOf()).toEqual([snapshot]);
});

test("the timer compensates for a lost event, and surplus volumes are deleted once newer ones are available", async () => {
    const source = await emulator.createVolume();
    const ids: string[] = [];
    for (let night = 0; night < 4; night++) {
        ids.push(await createPolicySnapshot(source));
        await call(timer);
    }
    expect(await snapshotsOf()).toEqual(ids.slice(-2).sort());
    // Without changes the function makes two reads, plus one of the sources.
    await emulator.clearCalls();
    expect(await call(timer)).toMatchObject({ created: [], deleted: [] });
    expect((await emulator.calls()).map(({ action }) => action).sort()).toEqual([
        "DescribeSnapshots",
        "DescribeVolumes",
        "DescribeVolumes",
    ]);
});

test("a forged tag neither creates nor deletes a volume", async () => {
    const source = await emulator.createVolume();
    await emulator.createSnapshot(source, [{ Key: scheduleTag, Value: schedule }]);
    const forged = await emulator.ec2().send(
        new CreateVolumeCommand({
            AvailabilityZone: zone,
            Size: 1,
            TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: recoveryTag, Value: schedule }] }],
        }),
    );
    expect(await call(timer, { keep: 1 })).toMatchObject({ created: [], deleted: [] });
    expect((await recovered()).map(({ VolumeId }) => VolumeId)).toEqual([forged.VolumeId]);
});

test("if the newest snapshot's key is denied, older volumes are kept, the failure is reported and retried later", async () => {
    const source = await emulator.createVolume();
    const [older] = [await createPolicySnapshot(source)];
    await call(timer, { keep: 1 });
    const newest = await createPolicySnapshot(source);
    await emulator.set({ volumeError: "vanish", volumeSeconds: 1 });
    await expect(call(completed(newest), { keep: 1 })).rejects.toThrow(
        /vol-\w+ of snap-\w+: disappeared while it was created, usually because its KMS key was not accessible/,
    );
    expect(metrics.at(-1)).toMatchObject({ VolumesFailed: 1 });
    expect(await snapshotsOf()).toEqual([older]);
    // The limit is per hour; the function tries again in the next one.
    const [request] = await emulator.calls(
        ({ action, params }) => action === "CreateVolume" && params["SnapshotId"] === newest,
    );
    expect(request!.params["ClientToken"]).toMatch(/^[0-9a-f]{64}$/);
});

test("a rejected volume does not block the others, and the event fails so that it is redelivered", async () => {
    const sources = [await emulator.createVolume(), await emulator.createVolume()];
    const [first, second] = [
        await createPolicySnapshot(sources[0]!),
        await createPolicySnapshot(sources[1]!),
    ];
    await emulator.faults([
        {
            action: "CreateVolume",
            params: { SnapshotId: first },
            code: "VolumeLimitExceeded",
            message: "limit",
            times: 2,
        },
    ]);
    // This does not fail an `up`.
    const deployed = await call({ tf: { action: "update" } });
    expect(deployed!.failures).toEqual([expect.stringContaining("VolumeLimitExceeded: limit")]);
    await expect(call(timer)).rejects.toThrow("VolumeLimitExceeded: limit");
    expect(await snapshotsOf()).toEqual([second]);
    await call(timer);
    expect(await snapshotsOf()).toEqual([first, second].sort());
});

test("there are never more volumes than the maximum, and missing ones are counted", async () => {
    for (let count = 0; count < 3; count++) await createPolicySnapshot(await emulator.createVolume());
    expect((await call(timer, { maximum: 2 }))!.created).toHaveLength(2);
    expect(metrics.at(-1)).toEqual({
        VolumesFailed: 0,
        VolumesBeyondMaximum: 1,
        VolumesUnknown: 0,
        MissedRecoveryPoints: 0,
    });
    expect((await call(timer, { maximum: 2 }))!.created).toHaveLength(0);
});

test("500 volumes are created in one run with few reads", async () => {
    const sources = await emulator.seed({ volumes: 500 });
    for (const source of sources) await createPolicySnapshot(source);
    await emulator.clearCalls();
    const result = await call(timer, { keep: 1, maximum: 1_000 });
    expect(result!.created).toHaveLength(500);
    expect(await emulator.count("CreateVolume")).toBe(500);
    const reads = await emulator.calls(({ action }) => action.startsWith("Describe"));
    expect(reads.length).toBeLessThan(40);
    expect((await recovered()).length).toBe(500);
});
