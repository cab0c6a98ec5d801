/**
 * The end of a volume: never of one that is attached, and not before its final snapshot is completed.
 *
 * @module
 */
import type { Snapshot, Volume } from "@aws-sdk/client-ec2";
import { completed } from "../completion";
import { Ec2Error, unlessGone } from "../ec2/errors";
import { toTags } from "../ec2/tagging";
import { ownPrefix, type TagMap } from "../ec2/tags";
import type { Act } from "../resource";
import { isUsable } from "./check";

/** Names the volume that a final snapshot is of, so that an interrupted deletion takes no second one. */
const finalTag = `${ownPrefix}final`;

export interface Removal {
    id: string;
    /** The tags of the final snapshot; none if none is wanted. */
    finalTags: TagMap | undefined;
    /** How long it may take, in milliseconds. */
    patience: number;
}

export async function removed(act: Act, { id, finalTags, patience }: Removal): Promise<"done" | "gone"> {
    const { DeleteVolumeCommand } = await import("@aws-sdk/client-ec2");
    const deadline = act.cloud.clock.now() + patience;
    if (finalTags !== undefined) {
        const volume = await act.cloud.volumes.read(id);
        if (volume === undefined) return "gone";
        refuseAttached(volume);
        if (isUsable(volume.State)) await takeFinal(act, id, finalTags, patience);
    }
    const request = new DeleteVolumeCommand({ VolumeId: id });
    try {
        const send = act.cloud.call("DeleteVolume", (ec2) => ec2.send(request), { deadline });
        if ((await unlessGone(send)) === "gone") return "gone";
    } catch (error) {
        if (error instanceof Ec2Error && error.code === "VolumeInUse") {
            refuseAttached(await act.cloud.volumes.read(id));
        }
        throw error;
    }
    await act.cloud.volumes.wait({
        key: id,
        deadline,
        seen: { VolumeId: id },
        judge: (seen) =>
            seen === undefined || seen.State === "deleted" ? "done" : { again: seen.State ?? "deleting" },
    });
    return "done";
}

function refuseAttached(volume: Volume | undefined): void {
    const attached = attachmentsOf(volume);
    if (attached === "") return;
    throw new Error(
        `it is attached to ${attached}: detach it (or remove its attachment from the program) first`,
    );
}

/** `instance i-1 as /dev/sdf`; empty where it is attached to none. */
export function attachmentsOf(volume: Volume | undefined): string {
    return (volume?.Attachments ?? [])
        .filter(({ State }) => State !== "detached")
        .map(({ InstanceId = "unknown", Device = "unknown" }) => `instance ${InstanceId} as ${Device}`)
        .join(" and ");
}

/** Takes the final snapshot, or goes on with the one that an interrupted deletion has begun. */
async function takeFinal(act: Act, volumeId: string, tags: TagMap, patience: number): Promise<void> {
    const { clock, snapshots } = act.cloud;
    const deadline = clock.now() + patience;
    const [begun] = [...(await snapshots.tagged({ [finalTag]: [volumeId] }))].filter(([, seen]) =>
        isLastWord(seen, clock.now(), patience),
    );
    const id = begun?.[0] ?? (await snapshotOf(act, volumeId, { ...tags, [finalTag]: volumeId }, deadline));
    await completed(act, id, deadline);
    act.info(`final snapshot ${id} of volume ${volumeId} is completed; it stays in the account, not managed`);
}

const hour = 3_600_000;

/** Whether a final snapshot may be gone on with: what was written after it was begun is not in it. */
export function isLastWord(
    { State, StartTime, CompletionTime }: Snapshot,
    now: number,
    patience: number,
): boolean {
    if (State === "pending") return now - (StartTime?.getTime() ?? 0) <= patience;
    return State === "completed" && now - (CompletionTime?.getTime() ?? 0) <= hour;
}

async function snapshotOf(act: Act, VolumeId: string, tags: TagMap, deadline: number): Promise<string> {
    const { CreateSnapshotCommand } = await import("@aws-sdk/client-ec2");
    const request = new CreateSnapshotCommand({
        VolumeId,
        Description: `final snapshot of ${VolumeId}`,
        TagSpecifications: [{ ResourceType: "snapshot", Tags: toTags(tags) }],
    });
    const { SnapshotId } = await act.cloud.call("CreateSnapshot", (ec2) => ec2.send(request), {
        deadline,
        repeatable: false,
    });
    if (SnapshotId === undefined) throw new Error("EC2 answered without the id of a snapshot");
    return SnapshotId;
}
