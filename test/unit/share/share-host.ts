/**
 * Runs snapshot shares against EC2 responses with one snapshot or several, and their grants.
 *
 * @module
 */
import { Host, baseConfig } from "../host";
import { answer, stsAnswer, type Answering, type WireRequest } from "../wire";

export const snapshotId = "snap-0123456789abcdef0";
export const [owner, alice, bob, carol] = [
    "123456789012",
    "111122223333",
    "444455556666",
    "777788889999",
] as const;
export const config = { ...baseConfig, "ebs-snapshots:accounts": `{"prod":"${alice}","audit":${carol}}` };
export const open = { ...config, "ebs-snapshots:allowPublicSharing": "true" };

/** Simulates EC2 with one snapshot. */
export function ec2(grants: string[] = [], snapshot = ""): Answering {
    return ec2Of([snapshotId], grants, snapshot);
}

/** Simulates EC2 with several snapshots that have the same grants. */
export function ec2Of(ids: string[], grants: string[] = [], snapshot = ""): Answering {
    const current = new Set(grants);
    return ({ action, params }: WireRequest) => {
        switch (action) {
            case "GetCallerIdentity":
                return stsAnswer(action, `<Account>${owner}</Account>`);
            case "DescribeSnapshots":
                return answer(
                    action,
                    `<snapshotSet>${ids
                        .filter((id) => ids.length === 1 || Object.values(params).includes(id))
                        .filter(() => params["RestorableBy.1"] !== "all" || current.has("all"))
                        .map(
                            (id) =>
                                `<item><snapshotId>${id}</snapshotId><ownerId>${owner}</ownerId>` +
                                `${snapshot.includes("<status>") ? "" : "<status>completed</status>"}${snapshot}</item>`,
                        )
                        .join("")}</snapshotSet>`,
                );
            case "DescribeSnapshotAttribute":
                return answer(
                    action,
                    `<createVolumePermission>${[...current].map(item).join("")}</createVolumePermission>`,
                );
            case "ModifySnapshotAttribute":
                for (const [name, grant] of Object.entries(params)) {
                    if (name.includes(".Add.")) current.add(grant);
                    if (name.includes(".Remove.")) current.delete(grant);
                }
                return answer(action, "<return>true</return>");
            default:
                return answer(action);
        }
    };
}

const item = (grant: string) =>
    grant === "all" ? "<item><group>all</group></item>" : `<item><userId>${grant}</userId></item>`;

export function hostOf(settings: Record<string, string> = config, answering: Answering = ec2()): Host {
    return new Host(settings, answering, "SnapshotShare");
}
