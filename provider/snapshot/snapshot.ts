/**
 * `Snapshot` creates a point-in-time copy of a volume.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html
 *
 * @module
 */
import { originOf } from "../../schema/retention";
import { deadlineOf } from "../aws/clock";
import { toTags } from "../aws/write-tags";
import { creationTags } from "../lifecycle/tags/creation";
import { noFeatures, type Observed } from "./features";
import type { Resource } from "../lifecycle/resource";
import { snapshotOperations } from "./operations";
import { taggedVolume, visibleVolumeTags } from "../volume/source-volume";
import { reportDelay } from "./report-delay";
import type { SnapshotInputs, SnapshotOutputs } from "../../schema/snapshot";

const origin = (inputs: object) => originOf.Snapshot({ ...inputs });

export const snapshot: Resource<SnapshotInputs, Partial<SnapshotOutputs>, Observed> = {
    ...snapshotOperations<SnapshotInputs>(origin, ({ VolumeId, OutpostArn }) => ({
        volumeId: VolumeId,
        outpostArn: OutpostArn,
    })),
    describe: (inputs) => `snapshot of ${origin(inputs)}`,
    type: "Snapshot",
    matchesInputs: ({ inputs, observed }) => observed.VolumeId === inputs.volumeId,

    tagSources: { read: ({ ctx, inputs }) => visibleVolumeTags(ctx, inputs.volumeId) },

    async create({ ctx, inputs, ownTags }) {
        const source = await taggedVolume(ctx, inputs.volumeId, inputs);
        const tags = creationTags(ctx, { ...inputs }, { source, internal: ownTags });
        const start = ctx.ec2.clock.now();
        const { SnapshotId: id = "", ...answer } = await ctx.ec2.send(
            "CreateSnapshot",
            {
                VolumeId: inputs.volumeId,
                Description: inputs.description,
                OutpostArn: inputs.outpostArn,
                Location: inputs.location,
                TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
            },
            {
                deadline: deadlineOf(ctx.ec2.clock, inputs),
                idempotent: false,
                mayBeNew: true,
                requires: "SnapshotId",
                // EC2 limits how many snapshots of one volume are started and pending, so that they start one at a
                // time, in the order of the program.
                serializeBy: inputs.volumeId,
                // A volume that is still being created can be copied later; a failed one never can.
                isRetryable: ({ code }) =>
                    code === "IncorrectState" && ctx.ec2.clock.now() - start < volumeReadyMs,
                onRetry: reportDelay(ctx),
            },
        );
        return { id, observed: { ...answer, ...noFeatures, SnapshotId: id } };
    },
};

/** A new volume can be copied within this time. */
const volumeReadyMs = 10 * 60_000;
