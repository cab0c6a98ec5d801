/**
 * `Snapshot`: a point-in-time copy of a volume.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html
 *
 * @module
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { deadlineOf } from "./duration";
import { toTags } from "./ec2/tagging";
import { copiableTags, copyTagsRule, declaredTags, type TagMap } from "./ec2/tags";
import { bare, type Seen } from "./features";
import type { Act, Resource } from "./resource";
import { oneOf, outpostArn, resourceId, type Rules } from "./rules";
import { snapshotActs, snapshotOptionRules, type SnapshotOptions, type SnapshotOutputs } from "./snapshots";

export interface SnapshotInputs extends SnapshotOptions {
    /**
     * Id of the volume that the snapshot is of. One that is still being made is waited for. A change replaces the
     * snapshot; the old one, the last copy of the other volume, stays in the account unless `keepReplaced` is `false`.
     * An id that is not known at the preview yet shows as an update.
     */
    volumeId: string;
    /**
     * ARN of the Outpost to keep the snapshot on, for a volume that is there. Default: none, it is kept in the region. A
     * change replaces the snapshot.
     */
    outpostArn?: string;
    /**
     * For a volume in a Local Zone: `"local"` keeps the snapshot in that zone, `"regional"` in its region. Default: EC2's
     * own, the region. A change replaces the snapshot.
     */
    location?: "local" | "regional";
    /**
     * Whether the volume's tags are copied to the snapshot when it is made, except those that begin with `aws:`.
     * Declared tags win over them. Default: `false`. A change does nothing to a snapshot that exists.
     */
    copyTagsFromVolume?: boolean;
}

export const snapshotRules = {
    ...snapshotOptionRules,
    volumeId: { accepts: resourceId("vol"), required: true, onChange: "replace" },
    outpostArn: { accepts: outpostArn, onChange: "replace" },
    location: { accepts: oneOf("local", "regional"), onChange: "replace" },
    copyTagsFromVolume: copyTagsRule,
} satisfies Rules<SnapshotInputs>;

export const snapshot: Resource<SnapshotInputs, Partial<SnapshotOutputs>, Seen> = {
    ...snapshotActs<SnapshotInputs>(origin, ({ VolumeId, OutpostArn }) => ({
        volumeId: VolumeId,
        outpostArn: OutpostArn,
    })),
    describe: (inputs) => `snapshot of ${origin(inputs)}`,
    rules: snapshotRules,

    async make(act, inputs, ownTags) {
        const { CreateSnapshotCommand } = await import("@aws-sdk/client-ec2");
        const copied = await tagsOfVolume(act, inputs);
        const tags = { ...copied, ...declaredTags(inputs, act.configuration), ...ownTags };
        const request = new CreateSnapshotCommand({
            VolumeId: inputs.volumeId,
            Description: inputs.description,
            OutpostArn: inputs.outpostArn,
            Location: inputs.location,
            TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
        });
        const send = async (ec2: EC2Client) => {
            await act.stillHeard();
            return ec2.send(request);
        };
        const began = act.cloud.clock.now();
        // EC2 limits what is begun and pending of one volume: one asks at a time, in the order of the program.
        const answer = await act.cloud.inLine(inputs.volumeId, () =>
            act.cloud.call("CreateSnapshot", send, {
                deadline: deadlineOf(act.cloud.clock, inputs),
                repeatable: false,
                // A volume that is still being made cannot be copied yet; one that has failed never.
                passes: ({ code }) =>
                    code === "IncorrectState" && act.cloud.clock.now() - began < volumePatience,
                delayed: ({ code, words }) => {
                    act.status(`waiting to begin: ${code}: ${words}`);
                },
            }),
        );
        if (answer.SnapshotId === undefined) throw new Error("EC2 answered without the id of a snapshot");
        return { id: answer.SnapshotId, seen: { ...answer, ...bare } };
    },
};

function origin({ volumeId = "unknown" }: Partial<SnapshotInputs>): string {
    return `volume ${volumeId}`;
}

/** How long a volume may take until a copy of it can begin. */
const volumePatience = 10 * 60_000;

async function tagsOfVolume(act: Act, inputs: SnapshotInputs): Promise<TagMap> {
    if (inputs.copyTagsFromVolume !== true) return {};
    const volume = await act.cloud.volumes.read(inputs.volumeId);
    if (volume === undefined)
        throw new Error(`volume ${inputs.volumeId} does not exist in ${act.cloud.region}`);
    return copiableTags(volume.Tags, act.configuration);
}
