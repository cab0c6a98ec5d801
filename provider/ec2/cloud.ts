/**
 * EC2 as one region and identity show it: one client, one batcher and one wait loop a kind of resource, shared by
 * every resource of the process.
 *
 * @module
 */
import type {
    DescribeFastSnapshotRestoreSuccessItem,
    Filter,
    LockedSnapshotsInfo,
    Snapshot,
    SnapshotRecycleBinInfo,
    SnapshotTierStatus,
    Volume,
    VolumeModification,
    VolumeStatusItem,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import { readingAhead } from "./ahead";
import { batched, type Fetch } from "./batch";
import { connect, type Api, type Surroundings } from "./client";
import type { Configuration, Credentials } from "./config";
import type { Ec2Error } from "./errors";
import { inLine } from "./line";
import { allPages } from "./pages";
import { claimTag, stackTag } from "./tags";
import { watcher, type Wait } from "./watch";

/** Tags that something has: a key without values is looked for whatever its value. */
export type Tagged = Record<string, string[]>;

/** Reading and awaiting resources of one kind, however many ask. */
export interface Kind<Value> {
    read(id: string): Promise<Value | undefined>;
    /** As `read`, but many in a row are served by one sweep of all that the stack owns. */
    readAhead(id: string, stack: string): Promise<Value | undefined>;
    /** The same, by one sweep of all that has these tags. */
    readAmong(id: string, tags: Tagged): Promise<Value | undefined>;
    wait(wait: Wait<Value>): Promise<Value>;
    tagged(tags: Tagged): Promise<Map<string, Value>>;
    /**
     * What of a stack carries a claim. Looked up once a process unless `fresh` is asked for: what is made later is made
     * by this one.
     */
    claimed(stack: string, fresh: boolean): Promise<Map<string, Value>>;
}

export interface Cloud extends Api {
    readonly clock: Clock;
    readonly snapshots: Kind<Snapshot>;
    readonly volumes: Kind<Volume>;
    /** The last modification of each volume that was ever modified. */
    readonly modifications: Pick<Kind<VolumeModification>, "read" | "wait">;
    readonly volumeStatuses: Pick<Kind<VolumeStatusItem>, "wait">;
    readonly locks: Pick<Kind<LockedSnapshotsInfo>, "read" | "readAhead">;
    /** By snapshot, one entry a zone. */
    readonly fastRestores: Pick<
        Kind<DescribeFastSnapshotRestoreSuccessItem[]>,
        "read" | "readAhead" | "wait"
    >;
    /** What lies in the Recycle Bin. Once it was found empty, or closed to the caller, it is not asked for again. */
    readonly recycled: Pick<Kind<SnapshotRecycleBinInfo>, "read">;
    readonly tiers: Pick<Kind<SnapshotTierStatus>, "read" | "wait">;
    /** Runs works on the same thing one after another, in the order in which they came. */
    inLine<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function openCloud(
    { aws }: Configuration,
    region: string,
    credentials: Credentials | undefined,
    surroundings: Surroundings,
): Cloud {
    const api = connect(aws, region, credentials, surroundings);
    const { clock } = surroundings;
    return {
        ...api,
        clock,
        inLine: inLine(),
        snapshots: kind(clock, "snapshot-id", async (Filters, MaxResults) => {
            const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
            const pages = await allPages((NextToken) => {
                const request = new DescribeSnapshotsCommand({ Filters, NextToken, MaxResults });
                return api.call("DescribeSnapshots", (ec2) => ec2.send(request));
            });
            const found = pages.flatMap((page) => page.Snapshots ?? []);
            return byId(found, (snapshot) => snapshot.SnapshotId);
        }),
        volumes: kind(clock, "volume-id", async (Filters, MaxResults) => {
            const { DescribeVolumesCommand } = await import("@aws-sdk/client-ec2");
            const pages = await allPages((NextToken) => {
                const request = new DescribeVolumesCommand({ Filters, NextToken, MaxResults });
                return api.call("DescribeVolumes", (ec2) => ec2.send(request));
            });
            const found = pages.flatMap((page) => page.Volumes ?? []);
            return byId(found, (volume) => volume.VolumeId);
        }),
        modifications: kind(clock, "volume-id", async (Filters) => {
            const { DescribeVolumesModificationsCommand } = await import("@aws-sdk/client-ec2");
            const pages = await allPages((NextToken) => {
                const request = new DescribeVolumesModificationsCommand({ Filters, NextToken });
                return api.call("DescribeVolumesModifications", (ec2) => ec2.send(request));
            });
            const found = pages.flatMap((page) => page.VolumesModifications ?? []);
            return byId(found, (modification) => modification.VolumeId);
        }),
        volumeStatuses: { wait: watcher((ids) => statuses(api, ids), clock) },
        locks: sight(
            clock,
            (ids) => locks(api, ids),
            () => locks(api),
        ),
        fastRestores: sight(
            clock,
            (Values) => fastRestores(api, [{ Name: "snapshot-id", Values }]),
            () => fastRestores(api, [{ Name: "state", Values: ["enabling", "optimizing", "enabled"] }]),
        ),
        recycled: { read: batched(recycleBin(api), clock) },
        tiers: kind(clock, "snapshot-id", async (Filters) => {
            const { DescribeSnapshotTierStatusCommand } = await import("@aws-sdk/client-ec2");
            const pages = await allPages((NextToken) => {
                const request = new DescribeSnapshotTierStatusCommand({ Filters, NextToken });
                return api.call("DescribeSnapshotTierStatus", (ec2) => ec2.send(request));
            });
            const found = pages.flatMap((page) => page.SnapshotTierStatuses ?? []);
            return byId(found, (status) => status.SnapshotId);
        }),
    };
}

/** The locks of these snapshots, or of all that are locked. */
async function locks(api: Api, SnapshotIds?: string[]): Promise<Map<string, LockedSnapshotsInfo>> {
    const { DescribeLockedSnapshotsCommand } = await import("@aws-sdk/client-ec2");
    const pages = await allPages((NextToken) => {
        const request = new DescribeLockedSnapshotsCommand({ SnapshotIds, NextToken });
        return api.call("DescribeLockedSnapshots", (ec2) => ec2.send(request));
    });
    return byId(
        pages.flatMap((page) => page.Snapshots ?? []),
        (lock) => lock.SnapshotId,
    );
}

async function fastRestores(
    api: Api,
    Filters: Filter[],
): Promise<Map<string, DescribeFastSnapshotRestoreSuccessItem[]>> {
    const { DescribeFastSnapshotRestoresCommand } = await import("@aws-sdk/client-ec2");
    const pages = await allPages((NextToken) => {
        const request = new DescribeFastSnapshotRestoresCommand({ Filters, NextToken });
        return api.call("DescribeFastSnapshotRestores", (ec2) => ec2.send(request));
    });
    const found = new Map<string, DescribeFastSnapshotRestoreSuccessItem[]>();
    for (const one of pages.flatMap((page) => page.FastSnapshotRestores ?? [])) {
        const id = one.SnapshotId ?? "";
        found.set(id, [...(found.get(id) ?? []), one]);
    }
    return found;
}

/** All of the bin, whoever is asked for: what EC2 says of an id that is not in it is nowhere told. */
function recycleBin(api: Api): () => Promise<Map<string, SnapshotRecycleBinInfo>> {
    let closed = false;
    return async () => {
        if (closed) return new Map();
        const { ListSnapshotsInRecycleBinCommand } = await import("@aws-sdk/client-ec2");
        const pages = await allPages((NextToken) => {
            const request = new ListSnapshotsInRecycleBinCommand({ NextToken, MaxResults: pageSize });
            return api.call("ListSnapshotsInRecycleBin", (ec2) => ec2.send(request));
        }).catch((error: unknown) => {
            closed = (error as Partial<Ec2Error>).nature === "forbidden";
            throw error;
        });
        const found = pages.flatMap((page) => page.Snapshots ?? []);
        closed = found.length === 0;
        return byId(found, (snapshot) => snapshot.SnapshotId);
    };
}

/** This Describe has no filter by id, and fails whole if one is unknown: the error names it. */
async function statuses(api: Api, VolumeIds: string[]): Promise<Map<string, VolumeStatusItem>> {
    if (VolumeIds.length === 0) return new Map();
    const { DescribeVolumeStatusCommand } = await import("@aws-sdk/client-ec2");
    const request = new DescribeVolumeStatusCommand({ VolumeIds });
    try {
        const found = await api.call("DescribeVolumeStatus", (ec2) => ec2.send(request));
        return byId(found.VolumeStatuses ?? [], (status) => status.VolumeId);
    } catch (error) {
        const { nature, words } = error as Partial<Ec2Error>;
        const others = VolumeIds.filter((id) => words?.includes(id) !== true);
        if (nature !== "gone" || others.length === VolumeIds.length) throw error;
        return statuses(api, others);
    }
}

type Describe<Value> = (filters: Filter[], pageSize?: number) => Promise<Map<string, Value>>;

/** The largest page that EC2 gives. */
const pageSize = 1_000;

function kind<Value>(clock: Clock, idFilter: string, describe: Describe<Value>): Kind<Value> {
    // By ids a Describe fails whole if one is unknown; by a filter it leaves the unknown out.
    const fetch: Fetch<Value> = (ids) => describe([{ Name: idFilter, Values: ids }]);
    const tagged: Kind<Value>["tagged"] = (tags) =>
        describe(
            Object.entries(tags).map(([key, values]) =>
                values.length === 0
                    ? { Name: "tag-key", Values: [key] }
                    : { Name: `tag:${key}`, Values: values },
            ),
            pageSize,
        );
    let claimedBefore: Promise<Map<string, Value>> | undefined;
    const { readAhead: readAmong, ...seeing } = sight(clock, fetch, tagged);
    return {
        ...seeing,
        readAmong,
        readAhead: (id, stack) => readAmong(id, { [stackTag]: [stack] }),
        tagged,
        claimed(stack, fresh) {
            if (claimedBefore !== undefined && !fresh) return claimedBefore;
            const found = tagged({ [stackTag]: [stack], [claimTag]: [] });
            claimedBefore ??= found;
            return found;
        },
    };
}

/** Reading and awaiting by id; `sweep` gives all that may be asked for, with few calls. */
function sight<Value, Among>(
    clock: Clock,
    fetch: Fetch<Value>,
    sweep: (among: Among) => Promise<Map<string, Value>>,
) {
    const read = batched(fetch, clock);
    return { read, readAhead: readingAhead(read, sweep, clock), wait: watcher(fetch, clock) };
}

function byId<Value>(values: Value[], idOf: (value: Value) => string | undefined): Map<string, Value> {
    return new Map(
        values.flatMap((value) => {
            const id = idOf(value);
            return id === undefined ? [] : [[id, value] as const];
        }),
    );
}
