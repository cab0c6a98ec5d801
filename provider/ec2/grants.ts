/**
 * Who besides its owner may use a snapshot: looked at, changed, awaited, and noted on the snapshot itself. A grant is an
 * account id, or `all` for everyone.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { CreateVolumePermission, PermissionGroup } from "@aws-sdk/client-ec2";
import type { Cloud } from "./cloud";
import { Ec2Error } from "./errors";
import { ownPrefix } from "./tags";

/** EC2's name for the group of all AWS accounts. */
export const everyone: PermissionGroup = "all";

/** The most changes of one call. */
export const mostChanges = 500;

/** All grants of a snapshot, sorted; `undefined` where it is gone. */
export async function grantsOf(cloud: Cloud, id: string): Promise<string[] | undefined> {
    const { DescribeSnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
    const request = new DescribeSnapshotAttributeCommand({
        SnapshotId: id,
        Attribute: "createVolumePermission",
    });
    try {
        const answer = await cloud.call("DescribeSnapshotAttribute", (ec2) => ec2.send(request));
        const grants = (answer.CreateVolumePermissions ?? []).map(({ UserId, Group }) => UserId ?? Group);
        return grants.filter((grant) => grant !== undefined).sort();
    } catch (error) {
        if (error instanceof Ec2Error && error.nature === "gone") return undefined;
        throw error;
    }
}

/** EC2 takes additions and removals in separate calls, and does nothing about those that are as wanted already. */
export async function modifyGrants(
    cloud: Cloud,
    id: string,
    operation: "add" | "remove",
    grants: string[],
    deadline: number,
): Promise<void> {
    const { ModifySnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
    for (let start = 0; start < grants.length; start += mostChanges) {
        const part = grants
            .slice(start, start + mostChanges)
            .map((grant): CreateVolumePermission =>
                grant === everyone ? { Group: everyone } : { UserId: grant },
            );
        const request = new ModifySnapshotAttributeCommand({
            SnapshotId: id,
            Attribute: "createVolumePermission",
            CreateVolumePermission: operation === "add" ? { Add: part } : { Remove: part },
        });
        await cloud.call("ModifySnapshotAttribute", (ec2) => ec2.send(request), { deadline });
    }
}

/** How long EC2 may take to show a change of grants. */
const visibility = 10 * 60_000;
const longestPause = 15_000;

/** Looks until EC2 shows the change; gives all grants. */
export async function grantsVisible(
    cloud: Cloud,
    id: string,
    { added, removed }: { added: string[]; removed: string[] },
): Promise<string[]> {
    const end = cloud.clock.now() + visibility;
    for (let pause = 500; ; pause = Math.min(2 * pause, longestPause)) {
        const grants = await grantsOf(cloud, id);
        if (grants === undefined) throw new Error("the snapshot does not exist any more");
        const missing = without(added, grants);
        const left = common(removed, grants);
        if (missing.length + left.length === 0) return grants;
        if (cloud.clock.now() + pause > end) {
            const told = [
                ...(missing.length === 0 ? [] : [`does not show the access of ${missing.join(", ")} yet`]),
                ...(left.length === 0 ? [] : [`still shows the access of ${left.join(", ")}`]),
            ];
            throw new Error(`EC2 ${told.join(" and ")}; the next up looks again`);
        }
        await cloud.clock.sleep(pause);
    }
}

/**
 * The tag that holds what the shares of a stack have granted. EC2 does not say who made a grant, and a state knows it
 * neither after a run that was killed nor in the share that takes over from another.
 */
export function grantedTag(stack: string): string {
    return `${ownPrefix}granted-${createHash("sha256").update(stack).digest("hex").slice(0, 8)}`;
}

const longestValue = 256;
const allBut = "all but";

/**
 * What the tag says: the grants, or, where those are too many for a tag (more than 19), the ones that others made.
 * `undefined`, no tag, where there are none, or where both are too many.
 */
export function grantedText(granted: string[], all: string[]): string | undefined {
    if (granted.length === 0) return undefined;
    const texts = [granted, [allBut, ...without(all, granted)]].map((words) => words.join(" "));
    return texts.find((text) => text.length <= longestValue);
}

/** Which grants the tag means. */
export function grantedBy(text: string | undefined, all: string[]): string[] {
    if (text === undefined) return [];
    const named = text.split(" ");
    return text.startsWith(allBut) ? without(all, named.slice(2)) : common(all, named);
}

export function without(some: string[], others: string[]): string[] {
    return some.filter((one) => !others.includes(one));
}

export function common(some: string[], others: string[]): string[] {
    return some.filter((one) => others.includes(one));
}

/** Both, sorted, each once. */
export function union(some: string[], others: string[]): string[] {
    return [...new Set([...some, ...others])].sort();
}
