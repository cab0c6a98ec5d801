/**
 * EC2 as one region and identity show it: one client, one batcher and one wait loop a kind of resource, shared by
 * every resource of the process.
 *
 * @module
 */
import type { Filter, Snapshot, Volume, VolumeModification, VolumeStatusItem } from "@aws-sdk/client-ec2";
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

/** Reading and awaiting resources of one kind, however many ask. */
export interface Kind<Value> {
    read(id: string): Promise<Value | undefined>;
    /** As `read`, but many in a row are served by one sweep of all that the stack owns. */
    readAhead(id: string, stack: string): Promise<Value | undefined>;
    wait(wait: Wait<Value>): Promise<Value>;
    /** Everything with these tags; a key without values is looked for whatever its value. */
    tagged(tags: Record<string, string[]>): Promise<Map<string, Value>>;
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
    const read = batched(fetch, clock);
    let claimedBefore: Promise<Map<string, Value>> | undefined;
    return {
        read,
        readAhead: readingAhead(read, (stack) => tagged({ [stackTag]: [stack] }), clock),
        wait: watcher(fetch, clock),
        tagged,
        claimed(stack, fresh) {
            if (claimedBefore !== undefined && !fresh) return claimedBefore;
            const found = tagged({ [stackTag]: [stack], [claimTag]: [] });
            claimedBefore ??= found;
            return found;
        },
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
