/**
 * `SnapshotCopy`: a snapshot of one's own, from one in another region or of another account.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
 *
 * @module
 */
import type { EC2Client, Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { completed } from "./completion";
import { deadlineOf } from "./duration";
import { mustEncrypt } from "./ec2/encryption";
import { kmsKey, sameKey, sameKeyName } from "./ec2/kms";
import { toTags } from "./ec2/tagging";
import { declaredTags } from "./ec2/tags";
import { bare, type Seen } from "./features";
import { archived } from "./storage-tier";
import type { Act, Resource } from "./resource";
import {
    flag,
    multipleOf,
    outpostArn,
    resourceId,
    sameOrLeftOut,
    unknown,
    type CheckFailure,
    type Rules,
} from "./rules";
import {
    checkSnapshot,
    snapshotActs,
    snapshotOptionRules,
    warnOfFeatures,
    type SnapshotOptions,
    type SnapshotOutputs,
} from "./snapshots";
import { regionRule } from "./placement";

export interface SnapshotCopyInputs extends SnapshotOptions {
    /**
     * Id of the snapshot to copy: one's own, or one that another account shares. A pending one is waited for, within
     * `timeout`, with its own progress shown. One that does not exist, is not shared with this account, or has failed is
     * refused at the preview. A change replaces the copy; the old one, which may be the last of the other snapshot, stays
     * in the account unless `keepReplaced` is `false`.
     */
    sourceSnapshotId: string;
    /** Region that the source is in; the copy is made in `region`. A change replaces the copy, as of the source itself. */
    sourceRegion: string;
    /**
     * Whether the copy is encrypted. `false` is refused where the source is encrypted, or the account encrypts by
     * default. Default: as the source, or as the account encrypts by default. A change replaces the copy; leaving it out
     * later changes nothing.
     */
    encrypted?: boolean;
    /**
     * KMS key of an encrypted copy, of the copy's region: id, ARN, alias or ARN of an alias. It means `encrypted: true`,
     * and is refused together with `encrypted: false`. With a key that EC2 may not use, the copy ends in `error`. Default:
     * the account's default key for EBS. A change replaces the copy; another name of the same key, or none, is no
     * difference.
     */
    kmsKeyId?: string;
    /**
     * Within how many minutes EC2 completes the copy, at a price. Default: when it can. A change replaces the copy.
     * https://docs.aws.amazon.com/ebs/latest/userguide/time-based-copies.html
     */
    completionDurationMinutes?: number;
    /** ARN of the Outpost to copy to. Default: none, the copy is in the region. A change replaces the copy. */
    destinationOutpostArn?: string;
}

export const snapshotCopyRules = {
    ...snapshotOptionRules,
    sourceSnapshotId: { accepts: resourceId("snap"), required: true, onChange: "replace" },
    sourceRegion: { ...regionRule, required: true },
    encrypted: { accepts: flag, onChange: "replace", same: sameOrLeftOut },
    kmsKeyId: { accepts: kmsKey, onChange: "replace", same: sameKeyName },
    completionDurationMinutes: { accepts: multipleOf(15, 2_880), onChange: "replace" },
    destinationOutpostArn: {
        accepts: outpostArn,
        onChange: "replace",
    },
} satisfies Rules<SnapshotCopyInputs>;

export const snapshotCopy: Resource<SnapshotCopyInputs, Partial<SnapshotOutputs>, Seen> = {
    ...snapshotActs<SnapshotCopyInputs>(origin, (seen) => ({
        encrypted: seen.Encrypted,
        kmsKeyId: seen.KmsKeyId,
        completionDurationMinutes: seen.CompletionDurationMinutes,
        destinationOutpostArn: seen.OutpostArn,
    })),
    describe: (inputs) => `copy of ${origin(inputs)}`,
    rules: snapshotCopyRules,
    alike: { kmsKeyId: sameKey },

    check(inputs, configuration) {
        const failures = checkSnapshot(inputs, configuration);
        if (inputs["kmsKeyId"] === undefined || inputs["encrypted"] !== false) return failures;
        const reason =
            "is given, but encrypted is false: a key is for an encrypted copy; leave out one of them";
        return [...failures, { property: "kmsKeyId", reason }];
    },

    async lookUp(act, given, olds) {
        const inputs = given as unknown as SnapshotCopyInputs;
        warnOfFeatures(act, given, olds);
        const asked = ["sourceSnapshotId", "sourceRegion", "encrypted"] as const;
        if (asked.every((key) => inputs[key] === olds[key])) return [];
        if ([inputs.sourceSnapshotId, inputs.sourceRegion].includes(unknown)) return [];
        const id = inputs.sourceSnapshotId;
        const source = await act.elsewhere(inputs.sourceRegion).snapshots.read(id);
        if (source?.VolumeId === volumeOfCopies && inputs.sourceRegion === act.cloud.region)
            act.warn(`${id} is a copy itself, in the same region: its data is kept, and paid for, once more`);
        return refusals(act, inputs, source);
    },

    async make(act, inputs, ownTags) {
        const { CopySnapshotCommand } = await import("@aws-sdk/client-ec2");
        const deadline = deadlineOf(act.cloud.clock, inputs);
        const source = await completedSource(act, inputs, deadline);
        const [refusal] = await refusals(act, inputs, source);
        if (refusal !== undefined) throw new Error(`${refusal.property} ${refusal.reason}`);
        const tags = { ...declaredTags(inputs, act.configuration), ...ownTags };
        const request = new CopySnapshotCommand({
            SourceSnapshotId: inputs.sourceSnapshotId,
            SourceRegion: inputs.sourceRegion,
            Description: inputs.description,
            // EC2 refuses `false`; a key is for an encrypted copy.
            Encrypted: inputs.encrypted === true || inputs.kmsKeyId !== undefined ? true : undefined,
            KmsKeyId: inputs.kmsKeyId,
            CompletionDurationMinutes: inputs.completionDurationMinutes,
            DestinationOutpostArn: inputs.destinationOutpostArn,
            TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
        });
        const send = async (ec2: EC2Client) => {
            await act.stillHeard();
            return ec2.send(request);
        };
        const answer = await act.cloud.call("CopySnapshot", send, {
            deadline,
            repeatable: false,
            // 20 copies into one region at once, as EC2 has it by default.
            passes: ({ code }) => code === "ResourceLimitExceeded",
            delayed: ({ code, words }) => {
                act.status(`waiting to begin: ${code}: ${words}`);
            },
        });
        if (answer.SnapshotId === undefined) throw new Error("EC2 answered without the id of a snapshot");
        return { id: answer.SnapshotId, seen: { ...answer, ...bare, State: "pending" } };
    },
};

function origin({
    sourceSnapshotId = "unknown",
    sourceRegion = "unknown",
}: Partial<SnapshotCopyInputs>): string {
    return `snapshot ${sourceSnapshotId} in ${sourceRegion}`;
}

/** Waits until there is something to copy, showing how far the source itself is. */
async function completedSource(act: Act, inputs: SnapshotCopyInputs, deadline: number): Promise<Ec2Snapshot> {
    const { sourceSnapshotId: id, sourceRegion } = inputs;
    const status = (line: string) => {
        act.status(`source ${id}: ${line}`);
    };
    try {
        return await completed({ cloud: act.elsewhere(sourceRegion), status }, id, deadline);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`waiting for the source ${id}: ${reason}`, { cause: error });
    }
}

/** What stands against a copy of this source. */
async function refusals(
    act: Act,
    { sourceSnapshotId: id, sourceRegion, encrypted }: SnapshotCopyInputs,
    source: Ec2Snapshot | undefined,
): Promise<CheckFailure[]> {
    const refuse = (reason: string) => [
        { property: "sourceSnapshotId", reason: `is ${id}, but that ${reason}` },
    ];
    if (source === undefined)
        return refuse(`does not exist in ${sourceRegion}, or is not shared with this account`);
    if (source.State === "error")
        return refuse(`has failed: ${source.StateMessage ?? "EC2 gives no reason"}`);
    return [
        ...archived("sourceSnapshotId", id, source),
        ...(encrypted === false ? await mustEncrypt(act.cloud, id, source.Encrypted === true) : []),
    ];
}

/** EC2 shows one and the same made-up volume for every copy. */
const volumeOfCopies = "vol-ffffffff";
