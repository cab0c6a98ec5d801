/**
 * Provides EC2 for one region and identity: one client, one batcher and one wait loop for each kind of resource, which
 * all resources of the process share.
 *
 * @module
 */
import type {
    DescribeFastSnapshotRestoreSuccessItem,
    Filter,
    LockedSnapshotsInfo,
    Snapshot,
    SnapshotTierStatus,
    Volume,
    VolumeModification,
    VolumeStatusItem,
} from "@aws-sdk/client-ec2";
import type { Configuration } from "../../schema/configuration";
import type { Credentials } from "../../schema/credentials";
import { claimTag, ownerPrefix, stackTag } from "../../schema/tags";
import { batched, type Fetch } from "./batch";
import { createCache } from "./cache";
import { connect, type Api, type ClientDependencies } from "./client";
import type { Clock } from "./clock";
import { Ec2Error } from "./errors";
import { listAll } from "./list-all";
import { waitInPlace } from "./place";
import { createPolicyReader, type PolicyReader } from "./policies";
import { createPoller, type Wait } from "./poll";
import { createSweep, type SweepEpoch } from "./sweep";

/** Selects resources by tags: a key without values matches any value. */
export type Tagged = Record<string, string[]>;

/** Reads resources of one kind and waits for them, with shared calls for any number of callers. */
export interface Reader<Value> {
    read(id: string): Promise<Value | undefined>;
    /** Reads as `read` does, but serves consecutive reads from one sweep of everything that the stack owns. */
    readCached(id: string, stack: string): Promise<Value | undefined>;
    /** Reads as `readCached` does, from one sweep of everything that has these tags. */
    readTagged(id: string, tags: Tagged): Promise<Value | undefined>;
    wait(wait: Wait<Value>): Promise<Value>;
    tagged(tags: Tagged): Promise<Map<string, Value>>;
    /**
     * Returns the resources of a stack that carry a claim. They are read once per process unless `fresh` is set:
     * claims that appear later belong to this process.
     */
    findClaimed(stack: string, options: { isFresh: boolean }): Promise<Map<string, Value>>;
    /** Returns the resources that a stack owns; they are read once per process. */
    findOwned(stack: string): Promise<Map<string, Value>>;
}

export interface Ec2 extends Api {
    readonly clock: Clock;
    readonly snapshots: Reader<Snapshot>;
    readonly volumes: Reader<Volume>;
    /** Reads the last modification of each volume that was ever modified. */
    readonly modifications: Pick<Reader<VolumeModification>, "read" | "wait">;
    readonly volumeStatuses: Pick<Reader<VolumeStatusItem>, "wait">;
    readonly locks: Pick<Reader<LockedSnapshotsInfo>, "read" | "readCached">;
    /** Reads by snapshot; each result has one entry per zone. */
    readonly fastRestores: Pick<
        Reader<DescribeFastSnapshotRestoreSuccessItem[]>,
        "read" | "readCached" | "wait"
    >;
    /** Reads the policies of Data Lifecycle Manager. */
    readonly policies: PolicyReader;
    readonly tiers: Pick<Reader<SnapshotTierStatus>, "read" | "wait">;
    /** Discards the sweeps, so that the next cached read sends a call again. */
    forgetSweeps(): void;
}

export function openEc2(
    { aws }: Configuration,
    { region, credentials }: { region: string; credentials: Credentials | undefined },
    dependencies: ClientDependencies,
): Ec2 {
    const api = connect(aws, { region, credentials }, dependencies);
    const { clock } = dependencies;
    const sweeps: SweepEpoch = { current: 0 };
    const createTagged = <Value>(idFilter: string, describe: Describe<Value>) =>
        createTaggedReader({ api, clock, epoch: sweeps }, idFilter, describe);
    return {
        ...api,
        clock,
        forgetSweeps() {
            sweeps.current++;
        },
        snapshots: createTagged("snapshot-id", async (Filters, MaxResults) => {
            const found = await listAll(api, "DescribeSnapshots", {
                input: { Filters, MaxResults },
                list: "Snapshots",
            });
            return byId(found, (snapshot) => snapshot.SnapshotId);
        }),
        volumes: createTagged("volume-id", async (Filters, MaxResults) => {
            const found = await listAll(api, "DescribeVolumes", {
                input: { Filters, MaxResults },
                list: "Volumes",
            });
            return byId(found, (volume) => volume.VolumeId);
        }),
        modifications: createTagged("volume-id", async (Filters) => {
            const action = "DescribeVolumesModifications";
            const found = await listAll(api, action, { input: { Filters }, list: "VolumesModifications" });
            return byId(found, (modification) => modification.VolumeId);
        }),
        volumeStatuses: {
            wait: waitInPlace(
                api,
                createPoller((ids) => statuses(api, ids), clock),
            ),
        },
        locks: createReader(
            { api, clock },
            (ids) => locks(api, ids),
            () => locks(api),
        ),
        fastRestores: createReader(
            { api, clock },
            (Values) => fastRestores(api, [{ Name: "snapshot-id", Values }]),
            () => fastRestores(api, [{ Name: "state", Values: ["enabling", "optimizing", "enabled"] }]),
        ),
        policies: createPolicyReader(api, clock),
        tiers: createTagged("snapshot-id", async (Filters) => {
            const action = "DescribeSnapshotTierStatus";
            const found = await listAll(api, action, { input: { Filters }, list: "SnapshotTierStatuses" });
            return byId(found, (status) => status.SnapshotId);
        }),
    };
}

/** Returns the locks of these snapshots, or all locks if no ids are given. */
async function locks(api: Api, SnapshotIds?: string[]): Promise<Map<string, LockedSnapshotsInfo>> {
    const found = await listAll(api, "DescribeLockedSnapshots", {
        input: { SnapshotIds },
        list: "Snapshots",
    });
    return byId(found, (lock) => lock.SnapshotId);
}

async function fastRestores(
    api: Api,
    Filters: Filter[],
): Promise<Map<string, DescribeFastSnapshotRestoreSuccessItem[]>> {
    const zones = await listAll(api, "DescribeFastSnapshotRestores", {
        input: { Filters },
        list: "FastSnapshotRestores",
    });
    const found = new Map<string, DescribeFastSnapshotRestoreSuccessItem[]>();
    for (const one of zones) {
        const id = one.SnapshotId ?? "";
        found.set(id, [...(found.get(id) ?? []), one]);
    }
    return found;
}

/** Reads by id: this Describe has no filter by id, and fails entirely if one id is unknown. The error names that id. */
async function statuses(api: Api, VolumeIds: string[]): Promise<Map<string, VolumeStatusItem>> {
    if (VolumeIds.length === 0) return new Map();
    try {
        const found = await listAll(api, "DescribeVolumeStatus", {
            input: { VolumeIds },
            list: "VolumeStatuses",
        });
        return byId(found, (status) => status.VolumeId);
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.kind !== "notFound") throw error;
        const others = VolumeIds.filter((id) => !error.awsMessage.includes(id));
        if (others.length === VolumeIds.length) throw error;
        return statuses(api, others);
    }
}

interface ReaderDependencies {
    api: Api;
    clock: Clock;
    epoch?: SweepEpoch;
}

type Describe<Value> = (filters: Filter[], pageSize?: number) => Promise<Map<string, Value>>;

/** EC2 returns at most this many entries per page. */
const pageSize = 1_000;

/** Creates a reader that reads by an id filter and by tags. */
function createTaggedReader<Value>(
    dependencies: ReaderDependencies,
    idFilter: string,
    describe: Describe<Value>,
): Reader<Value> {
    // A Describe by ids fails entirely if one id is unknown; a filter omits unknown ids.
    const fetch: Fetch<Value> = (ids) => describe([{ Name: idFilter, Values: ids }]);
    const tagged: Reader<Value>["tagged"] = (tags) =>
        describe(
            Object.entries(tags).map(([key, values]) =>
                values.length === 0
                    ? { Name: "tag-key", Values: [key] }
                    : { Name: `tag:${key}`, Values: values },
            ),
            pageSize,
        );
    const claimed = createCache<Map<string, Value>>();
    const owned = createCache<Map<string, Value>>();
    const { readCached: readTagged, ...reader } = createReader(dependencies, fetch, tagged);
    return {
        ...reader,
        readTagged,
        readCached: (id, stack) => readTagged(id, { [stackTag]: [stack] }),
        tagged,
        findOwned: (stack) => owned(stack, () => tagged({ [stackTag]: [stack], [`${ownerPrefix}*`]: [] })),
        findClaimed(stack, { isFresh }) {
            const find = () => tagged({ [stackTag]: [stack], [claimTag]: [] });
            return isFresh ? find() : claimed(stack, find);
        },
    };
}

/** Creates a reader that reads by id; `sweep` returns everything that may be read, with few calls. */
function createReader<Value, Selection>(
    { api, clock, epoch }: ReaderDependencies,
    fetch: Fetch<Value>,
    sweep: (selection: Selection) => Promise<Map<string, Value>>,
) {
    const read = batched(fetch, clock);
    return {
        read,
        readCached: createSweep(read, sweep, { clock, epoch }),
        wait: waitInPlace(api, createPoller(fetch, clock)),
    };
}

function byId<Value>(values: Value[], idOf: (value: Value) => string | undefined): Map<string, Value> {
    return new Map(
        values.flatMap((value) => {
            const id = idOf(value);
            return id === undefined ? [] : [[id, value] as const];
        }),
    );
}
