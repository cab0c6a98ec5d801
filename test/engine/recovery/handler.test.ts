// The recovery function against the emulator, with real calls to EC2 and CloudWatch.
// It needs no engine, but what all files of this project have: an emulator as new for each test.

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
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { emulator, test } from "../../fixture";
import { systemClock } from "../../../provider/aws/clock";
import { openEc2 } from "../../../provider/aws/ec2";
import { readConfiguration } from "../../../schema/configuration";
import { everAttached } from "../../../recovery/ever-attached";
import { handle, metricsLine, type RecoveryEvent } from "../../../recovery/handler";
import { recoveryRights } from "../../../sdk/schedule/role";
import type { Recovered } from "../../../recovery/recover";
import type { RecoveryContext } from "../../../recovery/context";
import {
    attachedTag,
    recoveryTag,
    scheduleTag,
    type RecoverySettings,
} from "../../../schema/recovery-settings";

const schedule = "organization/project/test/nightly";
const zone = "us-east-1a";
const timer: RecoveryEvent = {};
const base: RecoverySettings = {
    schedule,
    policies: ["policy-1"],
    availabilityZones: [zone],
    keep: 2,
    maximum: 20,
    volumeType: "gp3",
    onDestroy: "keep",
    carriedTags: ["Name", "Group", "BillingCode"],
    tags: { Group: "payments" },
};

let metrics: Recovered["metrics"][];

test.beforeEach(() => {
    metrics = [];
});

function contextOf(settings: RecoverySettings): RecoveryContext {
    const config: Record<string, string> = {
        ...emulator.pulumiConfig(),
        "aws:accessKey": "AKIATEST123456789012",
        "aws:secretKey": "test",
    };
    const ec2 = openEc2(
        readConfiguration((key) => config[key]),
        "us-east-1",
        undefined,
        { clock: systemClock },
    );
    return { ec2, settings, everAttached: everAttached(cloudWatch()) };
}

function cloudWatch() {
    const credentials = { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" };
    return new CloudWatchClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
}

/** The function as an event calls it. */
const call = (event: RecoveryEvent, settings: Partial<RecoverySettings> = {}) =>
    handle(event, contextOf({ ...base, ...settings }), (done) => metrics.push(done.metrics));

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

test("the timer compensates for a lost event, and surplus volumes are deleted once newer ones are available", async () => {
    const source = await emulator.createVolume();
    const ids: string[] = [];
    for (let night = 0; night < 4; night++) {
        ids.push(await taken(source));
        await call(timer);
    }
    expect(await snapshotsOf()).toEqual(ids.slice(-2).sort());
    // Nothing to do is two looks, whatever there is, and one at the sources.
    await emulator.clearCalls();
    expect(await call(timer)).toMatchObject({ created: [], deleted: [] });
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
    expect(await call(timer, { keep: 1 })).toMatchObject({ created: [], deleted: [] });
    expect((await recovered()).map(({ VolumeId }) => VolumeId)).toEqual([forged.VolumeId]);
});

test("a caller that can only write tags causes no deletion, and does not use up the maximum", async () => {
    const source = await emulator.createVolume();
    const ids = [await taken(source), await taken(source)];
    await call(timer);
    const genuine = await recovered();
    // Volumes of others, of which one even comes from a snapshot of this source.
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
    const done = await call(timer, { keep: 2, maximum: 3 });
    expect(done).toMatchObject({ created: [], deleted: [], metrics: { VolumesUnknown: others.length } });
    ids.push(await taken(source));
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
    await taken(source);
    await call(timer, { keep: 1 });
    const [adopted] = await recovered();
    await emulator.tag(adopted!.VolumeId!, { "pulumi-ebs-snapshots:owner:0a1b2c3d": "1" });
    await taken(source);
    expect((await call(timer, { keep: 1 }))!.deleted).toEqual([]);
    expect((await call({ tf: { action: "delete" } }, { onDestroy: "delete" }))!.deleted).toHaveLength(1);
    expect((await recovered()).map(({ VolumeId }) => VolumeId)).toEqual([adopted!.VolumeId]);
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
    expect((await call(timer))!.deleted).toEqual([]);
    expect(await snapshotsOf()).toEqual([...ids].sort());
    for (const { Tags = [], SnapshotId } of await recovered())
        expect(Tags.some(({ Key }) => Key === attachedTag)).toBe(ids.slice(0, 2).includes(SnapshotId!));
    // Nor does the end of the schedule take them.
    const ended = await call({ tf: { action: "delete" } }, { onDestroy: "delete" });
    expect(ended!.deleted).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(0, 2).sort());
});

test('lowering keep deletes surplus volumes; at the end of the schedule all stay unless onDestroy is "delete"', async () => {
    const source = await emulator.createVolume();
    const ids = [await taken(source), await taken(source), await taken(source)];
    await call(timer, { keep: 3 });
    expect(await snapshotsOf()).toEqual([...ids].sort());
    expect((await call(timer, { keep: 1 }))!.deleted).toHaveLength(2);
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
    expect(await call({ tf: { action: "delete" } })).toMatchObject({ deleted: [] });
    expect(await snapshotsOf()).toEqual(ids.slice(-1));
});

test("if the key of the newest is refused, the older ones stay, the failure is reported, and it is retried later", async () => {
    const source = await emulator.createVolume();
    const [older] = [await taken(source)];
    await call(timer, { keep: 1 });
    const newest = await taken(source);
    await emulator.set({ volumeError: "vanish", volumeSeconds: 1 });
    await expect(call(completed(newest), { keep: 1 })).rejects.toThrow(
        /vol-\w+ of snap-\w+: disappeared while it was created, usually because its KMS key was not accessible/,
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
    expect(metrics.at(-1)).toEqual({
        VolumesFailed: 0,
        VolumesBeyondMaximum: 1,
        VolumesUnknown: 0,
        MissedRecoveryPoints: 0,
    });
    expect((await call(timer, { maximum: 2 }))!.created).toHaveLength(0);
});

test("500 volumes are created in one run, with few reads", async () => {
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

test("metrics are printed in a line that CloudWatch reads", () => {
    const done: Recovered = {
        created: [],
        deleted: [],
        failures: [],
        metrics: { VolumesFailed: 1, VolumesBeyondMaximum: 2, VolumesUnknown: 0, MissedRecoveryPoints: 0 },
    };
    expect(JSON.parse(metricsLine(base, done, 5))).toEqual({
        _aws: {
            Timestamp: 5,
            CloudWatchMetrics: [
                {
                    Namespace: "EbsSnapshots",
                    Dimensions: [["Schedule"]],
                    Metrics: [
                        "VolumesFailed",
                        "VolumesBeyondMaximum",
                        "VolumesUnknown",
                        "MissedRecoveryPoints",
                    ].map((Name) => ({
                        Name,
                        Unit: "Count",
                    })),
                },
            ],
        },
        Schedule: schedule,
        VolumesFailed: 1,
        VolumesBeyondMaximum: 2,
        VolumesUnknown: 0,
        MissedRecoveryPoints: 0,
    });
});

test("the bundle runs as in Lambda, where only NODE_PATH leads to the AWS SDK and import() ignores it", async () => {
    const snapshot = await taken(await emulator.createVolume());
    const folder = await mkdtemp(join(tmpdir(), "recovery-"));
    const root = resolve(__dirname, "../../..");
    await copyFile(join(root, "dist/recovery/index.js"), join(folder, "index.js"));
    const script = `require("./index.js").handler({}).then((done) => console.log(JSON.stringify(done)))`;
    const output = execFileSync(process.execPath, ["-e", script], {
        cwd: folder,
        encoding: "utf8",
        env: {
            ...emulator.env(),
            NODE_PATH: join(root, "node_modules"),
            AWS_ENDPOINT_URL: emulator.endpoint,
            RECOVERY_VOLUMES: JSON.stringify(base),
        },
    });
    await rm(folder, { recursive: true });
    const [line, done] = output.trim().split("\n");
    expect(JSON.parse(line!)).toMatchObject({ Schedule: schedule, VolumesFailed: 0 });
    expect((JSON.parse(done!) as Recovered).created).toHaveLength(1);
    expect(await snapshotsOf()).toEqual([snapshot]);
});

test("the function calls what its role allows, and nothing else", async () => {
    const uses = { policies: ["policy-1"], logStreams: "arn:aws:logs:x", failures: "arn:aws:sqs:x" };
    const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
    const { Statement: statements } = recoveryRights({ id: schedule }, place, uses);
    const allowed = statements.flatMap(({ Action }) => Action);
    await emulator.clearCalls();
    const source = await emulator.createVolume();
    await taken(source);
    await call(timer, { keep: 1 });
    const [first] = await recovered();
    const instance = await attach(first!.VolumeId!);
    const arranged = await emulator.calls();
    await call(timer, { keep: 1 });
    await emulator.ec2().send(new DetachVolumeCommand({ VolumeId: first!.VolumeId!, InstanceId: instance }));
    await taken(source);
    await call(timer, { keep: 2 });
    await taken(source);
    await call(timer, { keep: 1 });
    const calls = await emulator.calls();
    expect(calls.length).toBeGreaterThan(arranged.length);
    const arranging = ["CreateSnapshot", "DetachVolume", "RunInstances", "AttachVolume"];
    const called = calls.flatMap(({ service, action, params }) =>
        arranging.includes(action)
            ? []
            : [
                  `${service === "monitoring" ? "cloudwatch" : service}:${action.split(".").at(-1) ?? ""}`,
                  ...(action === "CreateVolume" && "TagSpecification.1.ResourceType" in params
                      ? ["ec2:CreateTags"]
                      : []),
              ],
    );
    // Lambda writes the log and sends to the queue; KMS is called by EC2 on behalf of the function.
    const byOthers = /^(logs|sqs|kms):/;
    expect([...new Set(called)].sort()).toEqual(
        [...new Set(allowed)].filter((action) => !byOthers.test(action)).sort(),
    );
});
