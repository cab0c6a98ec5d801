/**
 * Reads the volumes of an instance, and copies their tags to the members of multi-volume snapshots.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";
import type { InstanceSnapshotsInputs } from "../../schema/instance-snapshots";
import { copyTagsOption, ownPrefix, type TagMap } from "../../schema/tags";
import { messageOf } from "../aws/errors";
import { listAll } from "../aws/list-all";
import { toTags, writeTags } from "../aws/write-tags";
import type { ResourceContext } from "../lifecycle/resource-context";
import { creationTags } from "../lifecycle/tags/creation";
import { idOf } from "./set-members";

/** Returns the volumes of the instance, except those that are left out; the root volume is among them. */
export async function attachedVolumes(
    ctx: ResourceContext,
    inputs: InstanceSnapshotsInputs,
): Promise<Volume[]> {
    const Filters = [{ Name: "attachment.instance-id", Values: [inputs.instanceId] }];
    const volumes = await listAll(ctx.ec2, "DescribeVolumes", { input: { Filters }, list: "Volumes" });
    return volumes.filter(({ VolumeId = "" }) => inputs.excludeDataVolumeIds?.includes(VolumeId) !== true);
}

/**
 * Copies the tags of each volume to its snapshot. EC2's own `CopyTagsFromSource` fails if a volume has a key that is
 * declared too, such as `Name` on nearly every instance. The set is complete without these tags, so that a failure is a
 * warning.
 */
export async function withVolumeTags(
    ctx: ResourceContext,
    inputs: InstanceSnapshotsInputs,
    members: Ec2Snapshot[],
): Promise<Ec2Snapshot[]> {
    if (copyTagsOption({ ...inputs }) === undefined) return members;
    return Promise.all(
        members.map(async (member) => {
            const volumeId = member.VolumeId ?? "";
            try {
                const volume = await ctx.ec2.volumes.read(volumeId);
                const current = tagMap(member.Tags);
                const internal = Object.fromEntries(
                    Object.entries(current).filter(([key]) => key.startsWith(ownPrefix)),
                );
                const source = { id: volumeId, tags: volume?.Tags };
                const tags = creationTags(ctx, { ...inputs }, { source, internal });
                const write = Object.fromEntries(
                    Object.entries(tags).filter(([key, value]) => current[key] !== value),
                );
                if (Object.keys(write).length > 0)
                    await writeTags(ctx.ec2, { ids: [idOf(member)], tags: write });
                return { ...member, Tags: toTags({ ...current, ...write }) };
            } catch (error) {
                ctx.warn(
                    `the tags of volume ${volumeId} were not copied to ${idOf(member)}: ${messageOf(error)}`,
                );
                return member;
            }
        }),
    );
}

function tagMap(tags: Tag[] = []): TagMap {
    return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
