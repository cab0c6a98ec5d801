// The recovery function against the emulator, with real calls to EC2 and CloudWatch.

import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
    AttachVolumeCommand,
    CreateVolumeCommand,
    DescribeVolumesCommand,
    DetachVolumeCommand,
    RunInstancesCommand,
    type Volume,
} from "@aws-sdk/client-ec2";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../provider/clock";
import { openCloud } from "../provider/ec2/cloud";
import { readConfiguration } from "../provider/ec2/config";
import { everAttached } from "../provider/recovery/attached";
import { handle, metricsLine, type RecoveryEvent } from "../provider/recovery/handler";
import type { Recovered, Surroundings } from "../provider/recovery/recover";
import { attachedTag, recoveryTag, scheduleTag, type RecoveryWanted } from "../provider/recovery/wanted";
import { startEmulator, type Emulator } from "./emulator/emulator";

const schedule = "organization/project/test/nightly";
const zone = "us-east-1a";
const timer: RecoveryEvent = {};
const base: RecoveryWanted = {
    schedule,
    availabilityZones: [zone],
    keep: 2,
    maximum: 20,
    volumeType: "gp3",
    onDestroy: "keep",
    carriedTags: ["Name", "Group", "BillingCode"],
    tags: { Group: "payments" },
};

let emulator: Emulator;
let metrics: Recovered["metrics"][];

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    metrics = [];
    await emulator.reset();
});
afterAll(() => emulator.stop());

function surroundings(wanted: RecoveryWanted): Surroundings {
    const config: Record<string, string> = {
        ...emulator.pulumiConfig(),
        "aws:accessKey": "AKIATEST123456789012",
        "aws:secretKey": "test",
    };
    const cloud = openCloud(
        readConfiguration((key) => config[key]),
        "us-east-1",
        undefined,
        { clock: systemClock },
    );
    return { cloud, wanted, everAttached: everAttached(cloudWatch()) };
}

function cloudWatch() {
    const credentials = { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" };
    return new CloudWatchClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
}

/** The function as an event calls it. */
const call = (event: RecoveryEvent, wanted: Partial<RecoveryWanted> = {}) =>
    handle(event, surroundings({ ...base, ...wanted }), (done) => metrics.push(done.metrics));

/** A snapshot as a policy takes it: no one else can write the second tag. */
async function taken(volumeId: string, tags: Record<string, string> = {}): Promise<string> {
    const id = await emulator.createSnapshot(volumeId, [{ Key: scheduleTag, Value: schedule }]);
    await emulator.snapshot(id, { tags: { "aws:dlm:lifecycle-policy-id": "policy-1", ...tags } });
    return id;
}

const completed = (id: string): RecoveryEvent => ({
    detail: {
        event: "createSnapshot",
        result: "succeeded",
        snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
    },
});

async function recovered(): Promise<Volume[]> {
    const filter = { Name: `tag:${recoveryTag}`, Values: [schedule] };
    const found = await emulator.ec2().send(new DescribeVolumesCommand({ Filters: [filter] }));
    return found.Volumes ?? [];
}

const snapshotsOf = async () => (await recovered()).map(({ SnapshotId }) => SnapshotId).sort();

async function attach(volumeId: string): Promise<string> {
    const ec2 = emulator.ec2();
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
            ImageId: "ami-12345678",
            MinCount: 1,
            MaxCount: 1,
            Placement: { AvailabilityZone: zone },
        }),
    );
    const InstanceId = Instances[0]!.InstanceId!;
    await ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId, Device: "/dev/sdf" }));
    return InstanceId;
}

test("a snapshot gets a volume with the name and codes of its source, and two events for it get one", async () => {
    const source = await emulator.createVolume({
        size: 3,
        tags: { Name: "ledger", BillingCode: "CC-7", Backup: "x" },
    });
    const snapshot = await taken(source);
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
    // Not Backup: the volume would be a target itself.
    expect(tags).toEqual({
        Name: "ledger",
        Group: "payments",
        BillingCode: "CC-7",
        [recoveryTag]: schedule,
        "pulumi-ebs-snapshots:recovery-of": source,
        "pulumi-ebs-snapshots:recovery-taken": expect.any(String) as string,
    });
});

test("an event of somebody else's snapshot costs one look, and a set of an instance is looked at whole", async () => {
    const source = await emulator.createVolume();
    const foreign = await emulator.createSnapshot(source);
    await emulator.clearCalls();
    expect(await call(completed(foreign))).toBeUndefined();
    expect((await emulator.calls()).map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    const snapshot = await taken(source);
    const arns = [foreign, snapshot].map((id) => ({
        snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
    }));
    const done = await call({ detail: { event: "createSnapshots", snapshots: arns } });
    expect(done!.created).toHaveLength(1);
    expect(await snapshotsOf()).toEqual([snapshot]);
});

test("a lost event is made up for by the timer, and what is too old goes once newer ones are available", async () => {
    const source = await emulator.createVolume();
    const ids: string[] = [];
    for (let night = 0; night < 4; night++) {
        ids.push(await taken(source));
        await call(timer);
    }
    expect(await snapshotsOf()).toEqual(ids.slice(-2).sort());
    // Nothing to do is two looks, whatever there is, and one at the sources.
    await emulator.clearCalls();
    expect(await call(timer)).toMatchObject({ created: [], removed: [] });
    expect((await emulator.calls()).map(({ action }) => action).sort()).toEqual([
        "DescribeSnapshots",
        "DescribeVolumes",
        "DescribeVolumes",
    ]);
});

test("a forged tag makes no volume of a snapshot, and deletes no volume", async () => {
    const source = await emulator.createVolume();
    await emulator.createSnapshot(source, [{ Key: scheduleTag, Value: schedule }]);
    const forged = await emulator.ec2().send(
        new CreateVolumeCommand({
            AvailabilityZone: zone,
            Size: 1,
            TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: recoveryTag, Value: schedule }] }],
        }),
    );
    expect(await call(timer, { keep: 1 })).toMatchObject({ created: [], removed: [] });
    expect((await recovered()).map(({ VolumeId }) => VolumeId)).toEqual([forged.VolumeId]);
});

test("a volume that is or was attached stays for good, even if it was detached before anybody looked", async () => {
    const source = await emulator.createVolume();
    const ids = [await taken(source), await taken(source)];
    await call(timer);
    const [seen, unseen] = await recovered();
    const instance = await attach(seen!.VolumeId!);
    await call(timer);
    await emulator.ec2().send(new DetachVolumeCommand({ VolumeId: seen!.VolumeId!, InstanceId: instance }));
    // The other one was attached and written to between two runs: only its metrics tell.
    await cloudWatch().send(
        new PutMetricDataCommand({
            Namespace: "AWS/EBS",
            MetricData: [
                {
                    MetricName: "VolumeWriteOps",
                    Dimensions: [{ Name: "VolumeId", Value: unseen!.VolumeId! }],
                    Value: 12,
                    Timestamp: new Date(Date.now() + 1_000),
                },
            ],
        }),
    );
    ids.push(await taken(source), await taken(source));
    expect((await call(timer))!.removed).toEqual([]);
    expect(await snapshotsOf()).toEqual([...ids].sort());
    for (const { Tags = [], SnapshotId } of await recovered())
        expect(Tags.some(({ Key }) => Key === attachedTag)).toBe(ids.slice(0, 2).includes(SnapshotId!));
    // Nor does the end of the schedule take them.
    const ended = await call({ tf: { action: "delete" } }, { onDestroy: "delete" });
    expect(ended!.removed).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(0, 2).sort());
});

test("with keep lowered those that are too many go; at the end of the schedule all stay, unless told otherwise", async () => {
    const source = await emulator.createVolume();
    const ids = [await taken(source), await taken(source), await taken(source)];
    await call(timer, { keep: 3 });
    expect(await snapshotsOf()).toEqual([...ids].sort());
    expect((await call(timer, { keep: 1 }))!.removed).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
    expect(await call({ tf: { action: "delete" } })).toMatchObject({ removed: [] });
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
});

test("where the key of the newest is refused the older ones stay, it is told, and tried again later", async () => {
    const source = await emulator.createVolume();
    const [older] = [await taken(source)];
    await call(timer, { keep: 1 });
    const newest = await taken(source);
    await emulator.set({ volumeError: "vanish", volumeSeconds: 1 });
    await expect(call(completed(newest), { keep: 1 })).rejects.toThrow(
        /vol-\w+ of snap-\w+: it vanished while it was made; as a rule its KMS key was refused/,
    );
    expect(metrics.at(-1)).toMatchObject({ VolumesFailed: 1 });
    expect(await snapshotsOf()).toEqual([older]);
    // Of the hour: the next one tries anew.
    const [asked] = await emulator.calls(
        ({ action, params }) => action === "CreateVolume" && params["SnapshotId"] === newest,
    );
    expect(asked!.params["ClientToken"]).toMatch(/^[0-9a-f]{64}$/);
});

test("one that EC2 refuses stops no other, and the event fails so that it comes again", async () => {
    const sources = [await emulator.createVolume(), await emulator.createVolume()];
    const [first, second] = [await taken(sources[0]!), await taken(sources[1]!)];
    await emulator.faults([
        {
            action: "CreateVolume",
            params: { SnapshotId: first },
            code: "VolumeLimitExceeded",
            message: "limit",
            times: 2,
        },
    ]);
    // No reason to fail an `up`.
    const deployed = await call({ tf: { action: "update" } });
    expect(deployed!.failures).toEqual([expect.stringContaining("VolumeLimitExceeded: limit")]);
    await expect(call(timer)).rejects.toThrow("VolumeLimitExceeded: limit");
    expect(await snapshotsOf()).toEqual([second]);
    await call(timer);
    expect(await snapshotsOf()).toEqual([first, second].sort());
});

test("there are never more than the maximum, and what is missing is counted", async () => {
    for (let count = 0; count < 3; count++) await taken(await emulator.createVolume());
    expect((await call(timer, { maximum: 2 }))!.created).toHaveLength(2);
    expect(metrics.at(-1)).toEqual({ VolumesFailed: 0, VolumesBeyondMaximum: 1, MissedRecoveryPoints: 0 });
    expect((await call(timer, { maximum: 2 }))!.created).toHaveLength(0);
});

test("500 volumes are made in one run, with few looks", async () => {
    const sources = await emulator.seed({ volumes: 500 });
    for (const source of sources) await taken(source);
    await emulator.clearCalls();
    const done = await call(timer, { keep: 1, maximum: 1_000 });
    expect(done!.created).toHaveLength(500);
    expect(await emulator.count("CreateVolume")).toBe(500);
    const looks = await emulator.calls(({ action }) => action.startsWith("Describe"));
    expect(looks.length).toBeLessThan(40);
    expect((await recovered()).length).toBe(500);
});

test("metrics stand in a line that CloudWatch reads", () => {
    const done: Recovered = {
        created: [],
        removed: [],
        failures: [],
        metrics: { VolumesFailed: 1, VolumesBeyondMaximum: 2, MissedRecoveryPoints: 0 },
    };
    expect(JSON.parse(metricsLine(base, done, 5))).toEqual({
        _aws: {
            Timestamp: 5,
            CloudWatchMetrics: [
                {
                    Namespace: "EbsSnapshots",
                    Dimensions: [["Schedule"]],
                    Metrics: ["VolumesFailed", "VolumesBeyondMaximum", "MissedRecoveryPoints"].map(
                        (Name) => ({
                            Name,
                            Unit: "Count",
                        }),
                    ),
                },
            ],
        },
        Schedule: schedule,
        VolumesFailed: 1,
        VolumesBeyondMaximum: 2,
        MissedRecoveryPoints: 0,
    });
});

test("the bundle that Lambda runs does the same, as it is in the package", async () => {
    const snapshot = await taken(await emulator.createVolume());
    const bundle = resolve(__dirname, "../dist/recovery/index.js");
    const script = `require(${JSON.stringify(bundle)}).handler({}).then((done) => console.log(JSON.stringify(done)))`;
    const output = execFileSync(process.execPath, ["-e", script], {
        encoding: "utf8",
        env: {
            ...emulator.env(),
            AWS_ENDPOINT_URL: emulator.endpoint,
            RECOVERY_VOLUMES: JSON.stringify(base),
        },
    });
    const [line, done] = output.trim().split("\n");
    expect(JSON.parse(line!)).toMatchObject({ Schedule: schedule, VolumesFailed: 0 });
    expect((JSON.parse(done!) as Recovered).created).toHaveLength(1);
    expect(await snapshotsOf()).toEqual([snapshot]);
});
