/**
 * `VolumeClone` copies a volume in its own zone, at once and without a snapshot.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copying-volume.html
 *
 * @module
 */
import { textOf } from "../../schema/failure";
import { UNKNOWN } from "../../schema/values";
import { checkVolumeClone, typeOfNewVolume } from "../../schema/volume-checks";
import type { VolumeCloneInputs } from "../../schema/volume-clone";
import { incompleteAnswer, withErrorContext } from "../aws/errors";
import { requestOptions } from "./create";
import {
    taggedVolume,
    validateAgainstVolume,
    visibleVolumeTags,
    waitUntilCopyable,
    zoneOfVolume,
} from "./source-volume";
import { volumeOf } from "./volume";

export const volumeClone = volumeOf<VolumeCloneInputs>({
    type: "VolumeClone",
    describe: ({ sourceVolumeId }) => `clone of volume ${sourceVolumeId}`,
    check: checkVolumeClone,
    // The source of an existing clone may no longer exist, and need not be read.
    validateRemote: ({ ctx, inputs, olds }) =>
        olds["sourceVolumeId"] === undefined ? validateAgainstVolume(ctx, inputs) : Promise.resolve([]),
    matchesInputs: ({ inputs, observed }) => observed.SourceVolumeId === inputs.sourceVolumeId,
    tagSources: { read: ({ ctx, inputs }) => visibleVolumeTags(ctx, inputs.sourceVolumeId) },

    formatSource: ({ sourceVolumeId = UNKNOWN }) =>
        sourceVolumeId === UNKNOWN
            ? "a volume whose id is not known yet"
            : textOf`volume ${{ property: "sourceVolumeId", value: sourceVolumeId }}`,

    async open(ctx, inputs, deadline) {
        const { sourceVolumeId: SourceVolumeId } = inputs;
        const availabilityZone = await zoneOfVolume(ctx, SourceVolumeId, inputs);
        const request = {
            ...requestOptions(inputs, typeOfNewVolume({ ...inputs, availabilityZone })),
            SourceVolumeId,
        };
        return {
            async send(creation, options) {
                const { Volumes: [volume] = [] } = await ctx.ec2.send(
                    "CopyVolumes",
                    { ...request, ...creation },
                    // EC2 copies a volume once at a time.
                    { ...options, requires: "Volumes", serializeBy: SourceVolumeId },
                );
                if (volume?.VolumeId === undefined) throw incompleteAnswer("CopyVolumes", "VolumeId");
                return volume;
            },
            waitUntilReady: () =>
                withErrorContext(
                    `waiting for volume ${SourceVolumeId}`,
                    waitUntilCopyable(ctx, SourceVolumeId, deadline),
                ),
        };
    },

    sizeOf: async (ctx, { sourceVolumeId }) => (await ctx.ec2.volumes.read(sourceVolumeId))?.Size,
    readTagged: (ctx, inputs) => taggedVolume(ctx, inputs.sourceVolumeId, inputs),

    importFrom({ SourceVolumeId: sourceVolumeId, SnapshotId }) {
        if (!sourceVolumeId)
            throw new Error(
                `it is not a copy of a volume; import it as ${SnapshotId ? "VolumeFromSnapshot" : "aws.ebs.Volume"}`,
            );
        return { sourceVolumeId };
    },
});
