/**
 * `listSnapshots` lists snapshots. Programs and scripts call it in their own process.
 *
 * @module
 */
import type { Filter, Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import type { Ec2 } from "../aws/ec2";
import type { Configuration } from "../../schema/configuration";
import { accountIdOf, isShortAccountId, quoteAccountId } from "../../schema/account-id";
import type { ReadKey } from "../../schema/configuration-values";
import { defined, ownValue } from "../../schema/values";
import { listAll } from "../aws/list-all";
import { visibleTags } from "../aws/tags";
import type { TagMap } from "../../schema/tags";
import { stateFilter, volumeIdFilter } from "../../schema/snapshot-filters";
import { anything, mapOf, text } from "../../schema/validators";
import { callOptions, requireValid, type ArgumentsOf } from "./arguments";
import { connect, type CallContext, type CallOptions, type Connection } from "./connect";
import { outputsFrom } from "../snapshot/operations";
import type { SnapshotOutputs } from "../../schema/snapshot";

/**
 * Filters for snapshots: a snapshot must match all of them. In every text, EC2 treats `*` and `?` as wildcards.
 */
export interface SnapshotFilters extends CallOptions {
    /**
     * `"self"`: the snapshots of the account. `"shared"`: those that other accounts share with it. `"public"`: those
     * that anyone may use; they are many, so add filters. An account id or alias: those that this account shares.
     * Default: `"self"`.
     */
    owner?: string;
    /** The tag `Group`. EC2 shows the tags of the account's own snapshots only. Default: any. */
    group?: string;
    /** The tag `BillingCode`. Default: any. */
    billingCode?: string;
    /** The tag `Name`. Default: any. */
    name?: string;
    /** Id of the volume that the snapshots are of. Default: any. */
    volumeId?: string;
    /** Further tags, all of which must match. Default: any. */
    tags?: TagMap;
}

/** Filters of `listSnapshots`: those of `newestSnapshot`, and the state. */
export interface ListSnapshotsArgs extends SnapshotFilters {
    /** Their state, such as `"completed"`. Default: any. */
    state?: "pending" | "completed" | "error" | "recoverable" | "recovering";
}

export const snapshotFilters = {
    ...callOptions,
    // `selectOwner` validates it, because the aliases are in the configuration.
    owner: { validate: anything },
    group: { validate: text() },
    billingCode: { validate: text() },
    name: { validate: text() },
    volumeId: { validate: volumeIdFilter },
    tags: { validate: mapOf(text()) },
} satisfies ArgumentsOf<SnapshotFilters>;

const listArguments = {
    ...snapshotFilters,
    state: { validate: stateFilter },
} satisfies ArgumentsOf<ListSnapshotsArgs>;

/** A snapshot as EC2 shows it; properties that EC2 does not return are absent. */
export interface ListedSnapshot extends Partial<Omit<SnapshotOutputs, "snapshotId" | "arn" | "tagsAll">> {
    /** Id of the snapshot. */
    snapshotId: string;
    /** ARN of the snapshot. */
    arn: string;
    /** Id of the volume that the snapshot is of; for a copy, EC2 shows an arbitrary id. */
    volumeId?: string;
    /** Description of the snapshot. */
    description?: string;
    /** `standard` or `archive`. */
    storageTier?: string;
    /** The tag `Name`, or the one in `ebs-snapshots:tagKeys`. */
    name?: string;
    /** The tag `Group`, or the one in `ebs-snapshots:tagKeys`. */
    group?: string;
    /** The tag `BillingCode`, or the one in `ebs-snapshots:tagKeys`. */
    billingCode?: string;
    /** All tags except the internal ones of this package. */
    tags: TagMap;
}

/** Returns the snapshots, newest first. */
export async function listSnapshots(
    read: ReadKey,
    given: ListSnapshotsArgs,
    context: CallContext = {},
): Promise<ListedSnapshot[]> {
    const args = requireValid<ListSnapshotsArgs>(listArguments, given, context);
    return findSnapshots(await connect(read, args), args);
}

/** Returns the snapshots that match, newest first. */
export async function findSnapshots(
    { ec2, configuration }: Connection,
    args: ListSnapshotsArgs,
): Promise<ListedSnapshot[]> {
    const owned = await selectOwner(ec2, configuration, args.owner ?? "self");
    const Filters = filtersOf(configuration, args);
    const input = {
        ...owned.request,
        ...(Filters.length === 0 ? {} : { Filters }),
        MaxResults: 1_000,
    };
    const found = (await listAll(ec2, "DescribeSnapshots", { input, list: "Snapshots" })).filter(
        owned.isMatch,
    );
    found.sort((a, b) => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0));
    return Promise.all(found.map((observed) => toListedSnapshot(ec2.region, configuration, observed)));
}

/** Returns the part of the request that selects the owner, and a filter for the results. */
async function selectOwner(ec2: Ec2, configuration: Configuration, owner: string) {
    const all = () => true;
    switch (owner) {
        case "self":
            return { request: { OwnerIds: ["self"] }, isMatch: all };
        case "public":
            return { request: { RestorableByUserIds: ["all"] }, isMatch: all };
        case "shared": {
            // EC2 includes the account's own snapshots.
            const self = await ec2.account();
            return {
                request: { RestorableByUserIds: ["self"] },
                isMatch: ({ OwnerId }: Ec2Snapshot) => OwnerId !== self,
            };
        }
        default: {
            const id = accountIdOf(owner, configuration);
            if (id !== undefined) return { request: { OwnerIds: [id] }, isMatch: all };
            throw new Error(
                `owner is ${JSON.stringify(owner)}, but must be "self", "shared", "public", ` +
                    "an account id of 12 digits or an alias of ebs-snapshots:accounts" +
                    (isShortAccountId(owner) ? `: ${quoteAccountId}` : ""),
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
    const tagValues = Object.entries(tags ?? {}).map(([key, value]) => [`tag:${key}`, value] as const);
    return [...Object.entries(values), ...tagValues].flatMap(([Name, value]) =>
        value === undefined ? [] : [{ Name, Values: [value] }],
    );
}

async function toListedSnapshot(
    region: string,
    configuration: Configuration,
    observed: Ec2Snapshot,
): Promise<ListedSnapshot> {
    const tags = visibleTags(observed.Tags, configuration);
    const { tagKeys } = configuration;
    return {
        ...(await outputsFrom(region, observed.SnapshotId ?? "", observed)),
        ...defined({
            volumeId: observed.VolumeId,
            description: observed.Description || undefined,
            storageTier: observed.StorageTier,
            name: ownValue(tags, tagKeys.name),
            group: ownValue(tags, tagKeys.group),
            billingCode: ownValue(tags, tagKeys.billingCode),
        }),
        tags,
    };
}
