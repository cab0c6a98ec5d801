/**
 * Reads and changes the grants of a snapshot, and waits for them. A grant is an account id, or `all` for everyone.
 *
 * @module
 */
import type { CreateVolumePermission, PermissionGroup } from "@aws-sdk/client-ec2";
import type { Ec2 } from "../aws/ec2";
import { Ec2Error, messageOf } from "../aws/errors";
import { formatPlace } from "../aws/place";
import { visibilityTimeoutMs as newIdTimeoutMs } from "../aws/retry";
import { without, common } from "../../schema/values";

/** EC2's name for the group of all AWS accounts. */
export const everyone: PermissionGroup = "all";

/** EC2 accepts at most this number of changes in one call. */
const maxChanges = 500;

/** Changes of the grants of one snapshot. */
export interface GrantChanges {
    added: string[];
    removed: string[];
}

/** Returns all grants of a snapshot, sorted; `undefined` if the snapshot does not exist. */
export async function grantsOf(ec2: Ec2, id: string): Promise<string[] | undefined> {
    const input = { SnapshotId: id, Attribute: "createVolumePermission" } as const;
    // An answer without the list must not count as "no grants", which would hide existing access.
    const requires = "CreateVolumePermissions";
    try {
        const answer = await ec2.send("DescribeSnapshotAttribute", input, { requires });
        const grants = (answer.CreateVolumePermissions ?? []).map(({ UserId, Group }) => UserId ?? Group);
        return grants.filter((grant) => grant !== undefined).sort();
    } catch (error) {
        if (error instanceof Ec2Error && error.kind === "notFound") return undefined;
        throw error;
    }
}

/** Signals that EC2 may have carried out only a part of a change, so that any of its grants may exist or not. */
export class PartialChangeError extends Error {
    override readonly name = "PartialChangeError";
}

/**
 * Adds grants, then removes grants, in separate calls of at most 500, which is EC2's limit. EC2 ignores changes that
 * already exist. If EC2 rejects the first call, or the snapshot no longer exists, that error is thrown unchanged;
 * any other failure is a `PartialChangeError`.
 */
export async function modifyGrants(
    ec2: Ec2,
    id: string,
    { changes: { added, removed }, deadline }: { changes: GrantChanges; deadline: number },
): Promise<void> {
    const changes = [
        ...chunksOf(added).map((Add) => ({ Add })),
        ...chunksOf(removed).map((Remove) => ({ Remove })),
    ];
    for (const [index, CreateVolumePermission] of changes.entries()) {
        const input = {
            SnapshotId: id,
            Attribute: "createVolumePermission",
            CreateVolumePermission,
        } as const;
        try {
            await ec2.send("ModifySnapshotAttribute", input, { deadline, mayBeNew: added.length > 0 });
        } catch (error) {
            const kind = error instanceof Ec2Error ? error.kind : undefined;
            const changesNothing = index === 0 && (kind === "rejected" || kind === "forbidden");
            if (kind === "notFound" || changesNothing) throw error;
            throw new PartialChangeError(messageOf(error), { cause: error });
        }
    }
}

function chunksOf(grants: string[]): CreateVolumePermission[][] {
    const count = Math.ceil(grants.length / maxChanges);
    return Array.from({ length: count }, (_, index) =>
        grants
            .slice(index * maxChanges, (index + 1) * maxChanges)
            .map((grant) => (grant === everyone ? { Group: everyone } : { UserId: grant })),
    );
}

/** EC2 shows a change of grants within this time. */
const visibilityTimeoutMs = 10 * 60_000;
const maxPauseMs = 15_000;

/** Reads until EC2 shows the change, and returns all grants. `format` formats grants for the message. */
export async function waitForGrants(
    ec2: Ec2,
    id: string,
    { changes: { added, removed }, format }: { changes: GrantChanges; format: (grants: string[]) => string },
): Promise<string[]> {
    const start = ec2.clock.now();
    const end = start + visibilityTimeoutMs;
    for (let pause = 500; ; pause = Math.min(2 * pause, maxPauseMs)) {
        const observed = await grantsOf(ec2, id);
        // EC2 is eventually consistent, so that a new snapshot may not be visible yet.
        if (observed === undefined && ec2.clock.now() - start >= newIdTimeoutMs)
            throw new Error(`snapshot ${id} was not found in ${await formatPlace(ec2)}`);
        const grants = observed ?? [];
        const missing = without(added, grants);
        const remaining = common(removed, grants);
        if (observed !== undefined && missing.length + remaining.length === 0) return grants;
        if (ec2.clock.now() + pause > end) {
            const reasons = [
                ...(missing.length === 0 ? [] : [`does not show the access of ${format(missing)} yet`]),
                ...(remaining.length === 0 ? [] : [`still shows the access of ${format(remaining)}`]),
            ];
            throw new Error(
                `EC2 ${reasons.join(" and ")} after 10 minutes; run \`pulumi up\` again to check again`,
            );
        }
        await ec2.clock.sleep(pause);
    }
}
