/**
 * `listSnapshots`: which snapshots there are. Called by programs and scripts, in their own process.
 *
 * @module
 */
import type { Filter, Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import type { Cloud } from "./ec2/cloud";
import { accountIdOf, defined, type Configuration, type ReadKey } from "./ec2/config";
import { allPages } from "./ec2/pages";
import { visibleTags, type TagMap } from "./ec2/tags";
import { open, type Where } from "./open";
import { factsOf, type SnapshotOutputs } from "./snapshots";

/** Which snapshots: those that meet all that is given. In every text, EC2 takes `*` and `?` for any characters. */
export interface ListSnapshotsArgs extends Where {
    /**
     * `"self"`: the account's own. `"shared"`: those that other accounts share with it. `"public"`: those that anyone may
     * use, very many, so name more. Or an account, by its id or alias: what it shares. Default: `"self"`.
     */
    owner?: string;
    /** The tag `Group`. EC2 shows the tags of one's own snapshots alone. Default: any. */
    group?: string;
    /** The tag `BillingCode`. Default: any. */
    billingCode?: string;
    /** The tag `Name`. Default: any. */
    name?: string;
    /** Id of the volume that they were taken of. Default: any. */
    volumeId?: string;
    /** Further tags, which all must be there. Default: any. */
    tags?: TagMap;
    /** Their state, such as `"completed"`. Default: any. */
    state?: "pending" | "completed" | "error" | "recoverable" | "recovering";
}

/** A snapshot as EC2 shows it: what it leaves out is absent. */
export interface ListedSnapshot extends Partial<Omit<SnapshotOutputs, "snapshotId" | "arn" | "tagsAll">> {
    /** Id of the snapshot. */
    snapshotId: string;
    /** ARN of the snapshot. */
    arn: string;
    /** Id of the volume that it was taken of; a made-up one for a copy. */
    volumeId?: string;
    /** What it is described by. */
    description?: string;
    /** `standard` or `archive`. */
    storageTier?: string;
    /** The tag `Name`, or the one in `ebs-snapshots:tagKeys`. */
    name?: string;
    /** The tag `Group`, or the one in `ebs-snapshots:tagKeys`. */
    group?: string;
    /** The tag `BillingCode`, or the one in `ebs-snapshots:tagKeys`. */
    billingCode?: string;
    /** All tags but this package's own. */
    tags: TagMap;
}

/** The newest first. */
export async function listSnapshots(read: ReadKey, args: ListSnapshotsArgs): Promise<ListedSnapshot[]> {
    const { cloud, configuration } = await open(read, args);
    const owned = await ownership(cloud, configuration, args.owner ?? "self");
    const Filters = filtersOf(configuration, args);
    const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
    const pages = await allPages((NextToken) => {
        const request = new DescribeSnapshotsCommand({
            ...owned.asked,
            ...(Filters.length === 0 ? {} : { Filters }),
            NextToken,
            MaxResults: 1_000,
        });
        return cloud.call("DescribeSnapshots", (ec2) => ec2.send(request));
    });
    const found = pages.flatMap(({ Snapshots = [] }) => Snapshots).filter(owned.meant);
    found.sort((a, b) => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0));
    return Promise.all(found.map((seen) => listed(cloud.region, configuration, seen)));
}

/** What EC2 is asked for, and which of its answers are meant. */
async function ownership(cloud: Cloud, configuration: Configuration, owner: string) {
    const all = () => true;
    switch (owner) {
        case "self":
            return { asked: { OwnerIds: ["self"] }, meant: all };
        case "public":
            return { asked: { RestorableByUserIds: ["all"] }, meant: all };
        case "shared": {
            // EC2 counts one's own among them.
            const self = await cloud.account();
            return {
                asked: { RestorableByUserIds: ["self"] },
                meant: ({ OwnerId }: Ec2Snapshot) => OwnerId !== self,
            };
        }
        default: {
            const id = accountIdOf(owner, configuration);
            if (id !== undefined) return { asked: { OwnerIds: [id] }, meant: all };
            throw new Error(
                `listSnapshots: owner is ${JSON.stringify(owner)}, but must be "self", "shared", "public", ` +
                    "an account id of 12 digits or an alias of ebs-snapshots:accounts",
            );
        }
    }
}

function filtersOf({ tagKeys }: Configuration, args: ListSnapshotsArgs): Filter[] {
    const { name, group, billingCode, tags, volumeId, state } = args;
    const values = {
        "volume-id": volumeId,
        status: state,
        [`tag:${tagKeys.name}`]: name,
        [`tag:${tagKeys.group}`]: group,
        [`tag:${tagKeys.billingCode}`]: billingCode,
    };
    const more = Object.entries(tags ?? {}).map(([key, value]) => [`tag:${key}`, value] as const);
    return [...Object.entries(values), ...more].flatMap(([Name, value]) =>
        value === undefined ? [] : [{ Name, Values: [value] }],
    );
}

async function listed(
    region: string,
    configuration: Configuration,
    seen: Ec2Snapshot,
): Promise<ListedSnapshot> {
    const tags = visibleTags(seen.Tags, configuration);
    const { tagKeys } = configuration;
    return {
        ...(await factsOf(region, seen.SnapshotId ?? "", seen)),
        ...defined({
            volumeId: seen.VolumeId,
            description: seen.Description || undefined,
            storageTier: seen.StorageTier,
            name: tags[tagKeys.name],
            group: tags[tagKeys.group],
            billingCode: tags[tagKeys.billingCode],
        }),
        tags,
    };
}
