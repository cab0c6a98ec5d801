/**
 * `SnapshotCopy` copies a snapshot of another region or of another account.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
 *
 * @module
 */
import { originOf } from "../../schema/retention";
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { waitForSnapshot } from "./wait";
import { deadlineOf } from "../aws/clock";
import { rejectUnencrypted } from "../aws/encryption";
import { withErrorContext } from "../aws/errors";
import { isSameKey } from "../aws/kms";
import { toTags } from "../aws/write-tags";
import { creationTags } from "../lifecycle/tags/creation";
import { visibleSnapshotTags } from "./source-tags";
import { noFeatures, type Observed } from "./features";
import { reportDelay } from "./report-delay";
import { rejectArchived } from "./storage-tier";
import { noVolume, rejectUnusable } from "./usable";
import type { Resource } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import { describeFailure, textOf, type CheckFailure } from "../../schema/failure";
import { UNKNOWN } from "../../schema/values";
import { checkSnapshot, snapshotOperations, warnOfFeatures } from "./operations";
import type { SnapshotOutputs } from "../../schema/snapshot";
import type { SnapshotCopyInputs } from "../../schema/snapshot-copy";

const origin = (inputs: object) => originOf.SnapshotCopy({ ...inputs });

const operations = snapshotOperations<SnapshotCopyInputs>(origin, (observed) => ({
    encrypted: observed.Encrypted,
    kmsKeyId: observed.KmsKeyId,
    completionDurationMinutes: observed.CompletionDurationMinutes,
    destinationOutpostArn: observed.OutpostArn,
}));

export const snapshotCopy: Resource<SnapshotCopyInputs, Partial<SnapshotOutputs>, Observed> = {
    ...operations,
    describe: (inputs) => `copy of ${origin(inputs)}`,
    type: "SnapshotCopy",
    isEquivalent: { kmsKeyId: isSameKey },

    check({ inputs, configuration }) {
        const failures = checkSnapshot({ inputs, configuration });
        if (inputs["kmsKeyId"] === undefined || inputs["encrypted"] !== false) return failures;
        const reason = "cannot be combined with encrypted: false. Remove one of them.";
        return [...failures, { property: "kmsKeyId", reason }];
    },

    importId: {
        expected:
            'the id of a snapshot, such as "snap-0123456789abcdef0", or <id>,<source region>/<source snapshot id>',
        pattern: /^snap-[0-9a-f]+(,.*)?$/,
    },

    // EC2 shows the source of a copy only in its default description.
    async findImported({ ctx, id: given }) {
        const [id = "", from] = given.split(",");
        const found = await operations.findImported?.({ ctx, id });
        if (found === undefined) return undefined;
        const { encrypted, ...inputs } = found.inputs as Partial<SnapshotCopyInputs>;
        const [, region, source] = /^([^/]+)\/(snap-\w+)$/.exec(from ?? "") ?? [];
        const inDescription = /^\[Copied (snap-\w+) from ([\w-]+)\]/.exec(inputs.description ?? "");
        const [sourceSnapshotId, sourceRegion] = [source ?? inDescription?.[1], region ?? inDescription?.[2]];
        if (sourceSnapshotId === undefined)
            throw new Error(
                `its source is not known to EC2; import it as ${id},<source region>/<source snapshot id>`,
            );
        const isEncrypted = encrypted === true ? true : undefined;
        // EC2's default description needs no declaration.
        const description = inDescription === null ? inputs.description : undefined;
        return {
            id,
            inputs: { ...inputs, sourceSnapshotId, sourceRegion, encrypted: isEncrypted, description },
        };
    },

    async validateRemote(args) {
        const { ctx, inputs: given, olds, isAdopted } = args;
        const inputs = given as unknown as SnapshotCopyInputs;
        warnOfFeatures(args);
        const asked = ["sourceSnapshotId", "sourceRegion", "encrypted"] as const;
        if (asked.every((key) => inputs[key] === olds[key])) return [];
        if ([inputs.sourceSnapshotId, inputs.sourceRegion].includes(UNKNOWN)) return [];
        if (isAdopted) return [];
        const id = inputs.sourceSnapshotId;
        const source = await ctx.inRegion(inputs.sourceRegion).snapshots.read(id);
        if (source?.VolumeId === noVolume && inputs.sourceRegion === ctx.ec2.region)
            ctx.warn(`${id} is a copy itself, in the same region: its data is kept, and paid for, once more`);
        return validateSource(ctx, inputs, source);
    },

    tagSources: {
        async read({ ctx, inputs: { sourceSnapshotId, sourceRegion } }) {
            if (sourceRegion === UNKNOWN) return [];
            return visibleSnapshotTags(ctx, ctx.inRegion(sourceRegion), sourceSnapshotId);
        },
    },

    async create({ ctx, inputs, ownTags }) {
        const deadline = deadlineOf(ctx.ec2.clock, inputs);
        const source = await completedSource(ctx, inputs, deadline);
        const [failure] = await validateSource(ctx, inputs, source);
        if (failure !== undefined) throw new Error(describeFailure(failure, ctx.secrets));
        const tags = creationTags(
            ctx,
            { ...inputs },
            { source: { id: inputs.sourceSnapshotId, tags: source.Tags }, internal: ownTags },
        );
        const { SnapshotId: id = "", ...answer } = await ctx.ec2.send(
            "CopySnapshot",
            {
                SourceSnapshotId: inputs.sourceSnapshotId,
                SourceRegion: inputs.sourceRegion,
                Description: inputs.description,
                // EC2 rejects `false`, and a key requires encryption.
                Encrypted: inputs.encrypted === true || inputs.kmsKeyId !== undefined ? true : undefined,
                KmsKeyId: inputs.kmsKeyId,
                CompletionDurationMinutes: inputs.completionDurationMinutes,
                DestinationOutpostArn: inputs.destinationOutpostArn,
                TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
            },
            {
                deadline,
                idempotent: false,
                mayBeNew: true,
                requires: "SnapshotId",
                // EC2 allows 20 concurrent copies into one region by default.
                isRetryable: ({ code }) => code === "ResourceLimitExceeded",
                onRetry: reportDelay(ctx),
            },
        );
        return { id, observed: { ...answer, ...noFeatures, SnapshotId: id, State: "pending" } };
    },
};

/** Waits until the source is completed, and shows its progress. */
async function completedSource(
    ctx: ResourceContext,
    inputs: SnapshotCopyInputs,
    deadline: number,
): Promise<Ec2Snapshot> {
    const { sourceSnapshotId: id, sourceRegion } = inputs;
    const status = (line: string) => {
        ctx.status(`source ${id}: ${line}`);
    };
    const completion = waitForSnapshot({ ec2: ctx.inRegion(sourceRegion), status }, id, deadline);
    return withErrorContext(`waiting for the source ${id}`, completion);
}

/** Returns the reasons why this source cannot be copied. */
async function validateSource(
    ctx: ResourceContext,
    { sourceSnapshotId: id, sourceRegion, encrypted }: SnapshotCopyInputs,
    source: Ec2Snapshot | undefined,
): Promise<CheckFailure[]> {
    const unusable = await rejectUnusable(ctx.inRegion(sourceRegion), "sourceSnapshotId", {
        id,
        snapshot: source,
    });
    if (source === undefined || unusable.length > 0) return unusable;
    return [
        ...rejectArchived("sourceSnapshotId", id, source),
        ...(encrypted === false
            ? await rejectUnencrypted(
                  ctx.ec2,
                  textOf`snapshot ${{ property: "sourceSnapshotId", value: id }}`,
                  { isSourceEncrypted: source.Encrypted === true },
              )
            : []),
    ];
}
