/**
 * Reads and summarizes the members of multi-volume snapshots, with their joint state, start and tags.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot, Tag } from "@aws-sdk/client-ec2";
import type { InstanceSnapshot } from "../../schema/instance-snapshots";
import { textsIn, type Properties } from "../../schema/values";
import { tagOf } from "../aws/tags";

export interface Observed {
    members: Ec2Snapshot[];
    missing: string[];
    /** Lists the members whose failure the state contains, so that an earlier run has reported it. */
    reported?: string[];
}

export function membersOf({ snapshots }: Properties): InstanceSnapshot[] {
    return Array.isArray(snapshots) ? (snapshots as InstanceSnapshot[]) : [];
}

export function memberIds(state: Properties): string[] {
    return membersOf(state).map(({ snapshotId }) => snapshotId);
}

export function failedIds(state: Properties): string[] {
    return membersOf(state)
        .filter((member) => member.state === "error")
        .map(({ snapshotId }) => snapshotId);
}

/** Returns the state of the members that have not failed. */
export function stateOfOthers(state: Properties): string {
    const states = membersOf(state).map((member) => member.state);
    return states.find((one) => one !== "error" && one !== "completed") ?? "completed";
}

export function missingIds({ missingSnapshotIds }: Properties): string[] {
    return textsIn(missingSnapshotIds);
}

/** Reads the members in the state. A missing member may exist again after a restore from the Recycle Bin. */
export async function readMembers(
    state: Properties,
    read: (id: string) => Promise<Ec2Snapshot | undefined>,
): Promise<Observed | undefined> {
    const ids = [...memberIds(state), ...missingIds(state)];
    const found = await Promise.all(ids.map(read));
    const members = found.flatMap((observed) => observed ?? []);
    if (members.length === 0) return undefined;
    return { members, missing: ids.filter((_, index) => found[index] === undefined) };
}

export function entryOf({ SnapshotId = "", VolumeId = "", VolumeSize = 0, State = "pending" }: Ec2Snapshot) {
    return { snapshotId: SnapshotId, volumeId: VolumeId, volumeSize: VolumeSize, state: State };
}

export function idOf({ SnapshotId = "" }: Ec2Snapshot): string {
    return SnapshotId;
}

export function stateOf(members: Ec2Snapshot[]): string {
    const states = members.map(({ State = "pending" }): string => State);
    return ["error", "pending"].find((state) => states.includes(state)) ?? states[0] ?? "completed";
}

export function startOf(members: Ec2Snapshot[]): Date | undefined {
    const times = members.flatMap(({ StartTime }) => StartTime?.getTime() ?? []);
    return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** Returns the tags that all members have with the same value. */
export function commonTags([first, ...others]: Ec2Snapshot[]): Tag[] {
    return (first?.Tags ?? []).filter(({ Key = "", Value }) =>
        others.every((other) => tagOf(other, Key) === Value),
    );
}
