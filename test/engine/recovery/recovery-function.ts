/**
 * Calls the recovery function against the emulator, with real calls to EC2 and CloudWatch, and reads its volumes.
 *
 * @module
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import {
    AttachVolumeCommand,
    DescribeVolumesCommand,
    RunInstancesCommand,
    type Volume,
} from "@aws-sdk/client-ec2";
import { emulator } from "../../fixture";
import { systemClock } from "../../../provider/aws/clock";
import { openEc2 } from "../../../provider/aws/ec2";
import { readConfiguration } from "../../../schema/configuration";
import { everAttached } from "../../../recovery/ever-attached";
import { handle, type RecoveryEvent } from "../../../recovery/handler";
import type { Recovered } from "../../../recovery/recover";
import type { RecoveryContext } from "../../../recovery/context";
import { recoveryTag, scheduleTag, type RecoverySettings } from "../../../schema/recovery-settings";

export const schedule = "organization/project/test/nightly";
export const zone = "us-east-1a";
export const timer: RecoveryEvent = {};
export const base: RecoverySettings = {
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

/** Contains the metrics of each call. */
export const metrics: Recovered["metrics"][] = [];

export function contextOf(settings: RecoverySettings): RecoveryContext {
    const config: Record<string, string> = {
        ...emulator.pulumiConfig(),
        "aws:accessKey": "AKIATEST123456789012",
        "aws:secretKey": "test",
    };
    const ec2 = openEc2(
        readConfiguration((key) => config[key]),
        { region: "us-east-1", credentials: undefined },
        { clock: systemClock },
    );
    return { ec2, settings, everAttached: everAttached(cloudWatch()) };
}

export function cloudWatch() {
    const credentials = { accessKeyId: "AKIATEST123456789012", secretAccessKey: "test" };
    return new CloudWatchClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
}

/** Calls the function with an event. */
export const call = (event: RecoveryEvent, settings: Partial<RecoverySettings> = {}) =>
    handle(event, contextOf({ ...base, ...settings }), (result) => metrics.push(result.metrics));

/** Creates a snapshot as a policy does: only DLM can write the second tag. */
export async function createPolicySnapshot(
    volumeId: string,
    tags: Record<string, string> = {},
): Promise<string> {
    const id = await emulator.createSnapshot(volumeId, [{ Key: scheduleTag, Value: schedule }]);
    await emulator.snapshot(id, { tags: { "aws:dlm:lifecycle-policy-id": "policy-1", ...tags } });
    return id;
}

export const completed = (id: string): RecoveryEvent => ({
    detail: {
        event: "createSnapshot",
        result: "succeeded",
        snapshot_id: `arn:aws:ec2::us-east-1:snapshot/${id}`,
    },
});

export async function recovered(): Promise<Volume[]> {
    const filter = { Name: `tag:${recoveryTag}`, Values: [schedule] };
    const found = await emulator.ec2().send(new DescribeVolumesCommand({ Filters: [filter] }));
    return found.Volumes ?? [];
}

export const snapshotsOf = async () => (await recovered()).map(({ SnapshotId }) => SnapshotId).sort();

export async function attach(volumeId: string): Promise<string> {
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
