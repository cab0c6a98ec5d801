/**
 * `VolumeFromSnapshot` creates a volume from a snapshot, ready to be attached.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import { textOf } from "../../schema/failure";
import { copyTagsOption } from "../../schema/tags";
import { defined, UNKNOWN } from "../../schema/values";
import { checkVolumeFromSnapshot } from "../../schema/volume-checks";
import type { VolumeFromSnapshotInputs } from "../../schema/volume-from-snapshot";
import { deadlineOf } from "../aws/clock";
import { visibleSnapshotTags } from "../snapshot/source-tags";
import { waitUntilVisible } from "../snapshot/wait";
import { fromSnapshot, sourceSnapshot, validateAgainstSource } from "./source-snapshot";
import { volumeOf } from "./volume";

export const volumeFromSnapshot = volumeOf<VolumeFromSnapshotInputs>({
    type: "VolumeFromSnapshot",
    describe: ({ snapshotId }) => `volume from snapshot ${snapshotId}`,
    check: checkVolumeFromSnapshot,
    // The snapshot of an existing volume may no longer exist, and need not be read.
    validateRemote: ({ ctx, inputs, olds }) =>
        olds["snapshotId"] === undefined || inputs["allowShrinkByReplacement"] === true
            ? validateAgainstSource(ctx, inputs)
            : Promise.resolve([]),
    matchesInputs: ({ inputs, observed }) => observed.SnapshotId === inputs.snapshotId,
    tagSources: { read: ({ ctx, inputs }) => visibleSnapshotTags(ctx, ctx.ec2, inputs.snapshotId) },

    formatSource: ({ snapshotId = UNKNOWN }) =>
        snapshotId === UNKNOWN
            ? "a snapshot whose id is not known yet"
            : textOf`snapshot ${{ property: "snapshotId", value: snapshotId }}`,

    open: (ctx, inputs, deadline) => Promise.resolve(fromSnapshot(ctx, inputs, deadline)),

    sizeOf: async (ctx, { snapshotId }) => (await sourceSnapshot(ctx, snapshotId))?.VolumeSize,

    async readTagged(ctx, inputs) {
        if (copyTagsOption({ ...inputs }) === undefined) return undefined;
        const { snapshotId: id } = inputs;
        const snapshot =
            (await ctx.ec2.snapshots.read(id)) ??
            (await waitUntilVisible(ctx, id, deadlineOf(ctx.ec2.clock, inputs)));
        return { id, tags: snapshot.Tags };
    },

    importFrom({ SnapshotId: snapshotId, SourceVolumeId, AvailabilityZone, OutpostArn }) {
        if (!snapshotId)
            throw new Error(
                `it was not created from a snapshot; import it as ${SourceVolumeId ? "VolumeClone" : "aws.ebs.Volume"}`,
            );
        return {
            snapshotId,
            ...defined({ availabilityZone: AvailabilityZone, outpostArn: OutpostArn }),
        };
    },
});
