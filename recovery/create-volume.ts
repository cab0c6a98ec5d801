/**
 * Creates a recovery volume from a snapshot, and waits until it is available.
 *
 * @module
 */
import type { Volume } from "@aws-sdk/client-ec2";
import { createHash } from "node:crypto";
import type { Ec2 } from "../provider/aws/ec2";
import { withErrorContext } from "../provider/aws/errors";
import { toTags } from "../provider/aws/write-tags";
import type { PollResult } from "../provider/aws/poll";
import type { ObservedSnapshot, Tags, VolumeToCreate } from "./reconcile";
import { recoveryTag, sourceTag, takenTag, type RecoverySettings } from "../schema/recovery-settings";
import type { RecoveryContext } from "./context";

/** Volumes become available within seconds; the next run checks one that takes longer. */
const volumeTimeout = 120_000;

interface StartedVolume {
    id: string;
    snapshotId: string;
}

export async function createVolume(
    { ec2, settings }: RecoveryContext,
    { snapshot, zone }: VolumeToCreate,
    sources: Map<string, Tags>,
): Promise<StartedVolume> {
    const tags = {
        ...settings.tags,
        ...copiedTags(snapshot.tags, settings),
        ...copiedTags(sources.get(snapshot.volumeId) ?? {}, settings),
        [recoveryTag]: settings.schedule,
        [sourceTag]: snapshot.volumeId,
        [takenTag]: new Date(snapshot.startTime).toISOString(),
    };
    const { VolumeId: id = "" } = await ec2.send(
        "CreateVolume",
        {
            SnapshotId: snapshot.id,
            AvailabilityZone: zone,
            VolumeType: settings.volumeType as NonNullable<Volume["VolumeType"]>,
            ClientToken: tokenOf(settings, snapshot, { zone, time: ec2.clock.now() }),
            TagSpecifications: [{ ResourceType: "volume", Tags: toTags(tags) }],
        },
        { mayBeNew: true, requires: "VolumeId" },
    );
    return { id, snapshotId: snapshot.id };
}

export async function waitForVolume(ec2: Ec2, { id, snapshotId }: StartedVolume): Promise<string> {
    const deadline = ec2.clock.now() + volumeTimeout;
    const completion = ec2.volumes.wait({
        key: id,
        subject: "volume creation",
        deadline,
        evaluate: evaluateVolume,
    });
    await withErrorContext(`${id} of ${snapshotId}`, completion);
    return id;
}

/**
 * Returns a client token that is equal in consecutive runs, which may not see each other's volumes yet. It changes every
 * hour, because EC2 returns the same volume for a token for hours, even if that volume has failed.
 */
function tokenOf(
    { schedule }: RecoverySettings,
    { id }: ObservedSnapshot,
    { zone, time }: { zone: string; time: number },
): string {
    const hour = Math.floor(time / 3_600_000);
    return createHash("sha256").update([schedule, id, zone, hour].join("\n")).digest("hex");
}

function evaluateVolume(observed: Volume | undefined): PollResult {
    switch (observed?.State) {
        case "available":
        case "in-use":
            return "done";
        case "creating":
            return { pending: "creating" };
        case undefined:
            return {
                failed:
                    "disappeared while it was created, usually because its KMS key was not accessible. Allow the role " +
                    "of the function kms:CreateGrant, kms:Decrypt, kms:DescribeKey, " +
                    "kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt* in the policy of the key",
            };
        default:
            return { failed: `is ${observed?.State ?? "unknown"}` };
    }
}

function copiedTags(tags: Tags, { carriedTags }: RecoverySettings): Tags {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => carriedTags.includes(key)));
}
