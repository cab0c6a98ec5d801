// Tests the recovery volumes that the function keeps: foreign, adopted and previously attached ones.
// It needs no engine, but the emulator of this vitest project, which is reset for each test.

import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateVolumeCommand, DetachVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import {
    attach,
    call,
    cloudWatch,
    recovered,
    schedule,
    snapshotsOf,
    createPolicySnapshot,
    timer,
    zone,
} from "./recovery-function";
import { emulator, test } from "../../fixture";
import { attachedTag, recoveryTag } from "../../../schema/recovery-settings";

test("a caller that can only write tags cannot cause a deletion or exhaust the maximum", async () => {
    const source = await emulator.createVolume();
    const ids = [await createPolicySnapshot(source), await createPolicySnapshot(source)];
    await call(timer);
    const genuine = await recovered();
    // These volumes have another owner; one is from a snapshot of this source.
    const manual = await emulator.createSnapshot(source);
    const { VolumeId: restored = "" } = await emulator
        .ec2()
        .send(new CreateVolumeCommand({ AvailabilityZone: zone, SnapshotId: manual }));
    const others = [restored, ...(await emulator.seed({ volumes: 3 }))];
    for (const [index, id] of others.entries())
        await emulator.tag(id, {
            [recoveryTag]: schedule,
            "pulumi-ebs-snapshots:recovery-of": source,
            "pulumi-ebs-snapshots:recovery-taken": new Date(index % 2 === 0 ? 0 : 4e12).toISOString(),
        });
    const result = await call(timer, { keep: 2, maximum: 3 });
    expect(result).toMatchObject({ created: [], deleted: [], metrics: { VolumesUnknown: others.length } });
    ids.push(await createPolicySnapshot(source));
    expect(await call(timer, { keep: 2, maximum: 3 })).toMatchObject({
        created: [expect.stringMatching(/^vol-/)],
        deleted: [genuine.find(({ SnapshotId }) => SnapshotId === ids[0])!.VolumeId],
    });
    const ended = await call({ tf: { action: "delete" } }, { onDestroy: "delete" });
    expect(ended!.deleted).toHaveLength(2);
    expect((await recovered()).map(({ VolumeId }) => VolumeId).sort()).toEqual([...others].sort());
});

test("a volume that a stack has adopted is not deleted", async () => {
    const source = await emulator.createVolume();
    await createPolicySnapshot(source);
    await call(timer, { keep: 1 });
    const [adopted] = await recovered();
    await emulator.tag(adopted!.VolumeId!, { "pulumi-ebs-snapshots:owner:0a1b2c3d": "1" });
    await createPolicySnapshot(source);
    expect((await call(timer, { keep: 1 }))!.deleted).toEqual([]);
    expect((await call({ tf: { action: "delete" } }, { onDestroy: "delete" }))!.deleted).toHaveLength(1);
    expect((await recovered()).map(({ VolumeId }) => VolumeId)).toEqual([adopted!.VolumeId]);
});

test("a volume that is or was attached is never deleted, even if it was detached before the function ran", async () => {
    const source = await emulator.createVolume();
    const ids = [await createPolicySnapshot(source), await createPolicySnapshot(source)];
    await call(timer);
    const [attached, written] = await recovered();
    const instance = await attach(attached!.VolumeId!);
    await call(timer);
    await emulator
        .ec2()
        .send(new DetachVolumeCommand({ VolumeId: attached!.VolumeId!, InstanceId: instance }));
    // The other one was attached and written to between two runs, which only its metrics show.
    await cloudWatch().send(
        new PutMetricDataCommand({
            Namespace: "AWS/EBS",
            MetricData: [
                {
                    MetricName: "VolumeWriteOps",
                    Dimensions: [{ Name: "VolumeId", Value: written!.VolumeId! }],
                    Value: 12,
                    Timestamp: new Date(Date.now() + 1_000),
                },
            ],
        }),
    );
    ids.push(await createPolicySnapshot(source), await createPolicySnapshot(source));
    expect((await call(timer))!.deleted).toEqual([]);
    expect(await snapshotsOf()).toEqual([...ids].sort());
    for (const { Tags = [], SnapshotId } of await recovered())
        expect(Tags.some(({ Key }) => Key === attachedTag)).toBe(ids.slice(0, 2).includes(SnapshotId!));
    // Destroying the schedule does not delete them.
    const ended = await call({ tf: { action: "delete" } }, { onDestroy: "delete" });
    expect(ended!.deleted).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(0, 2).sort());
});

test('lowering keep deletes surplus volumes; destroying the schedule keeps all unless onDestroy is "delete"', async () => {
    const source = await emulator.createVolume();
    const ids = [
        await createPolicySnapshot(source),
        await createPolicySnapshot(source),
        await createPolicySnapshot(source),
    ];
    await call(timer, { keep: 3 });
    expect(await snapshotsOf()).toEqual([...ids].sort());
    expect((await call(timer, { keep: 1 }))!.deleted).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
    expect(await call({ tf: { action: "delete" } })).toMatchObject({ deleted: [] });
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
});
