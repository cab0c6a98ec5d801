/**
 * EC2 as one region and identity show it: one client, one batcher and one wait loop a kind of resource, shared by
 * every resource of the process.
 *
 * @module
 */
import type { Filter, Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import { readingAhead } from "./ahead";
import { batched, type Fetch } from "./batch";
import { connect, type Api, type Surroundings } from "./client";
import type { Configuration, Credentials } from "./config";
import { inLine } from "./line";
import { allPages } from "./pages";
import { stackTag } from "./tags";
import { watcher, type Wait } from "./watch";

/** Reading and awaiting resources of one kind, however many ask. */
export interface Kind<Value> {
    read(id: string): Promise<Value | undefined>;
    /** As `read`, but many in a row are served by one sweep of all that the stack owns. */
    readAhead(id: string, stack: string): Promise<Value | undefined>;
    wait(wait: Wait<Value>): Promise<Value>;
    /** Everything with these tags; a key without values is looked for whatever its value. */
    tagged(tags: Record<string, string[]>): Promise<Map<string, Value>>;
}

export interface Cloud extends Api {
    readonly clock: Clock;
    readonly snapshots: Kind<Snapshot>;
    readonly volumes: Kind<Volume>;
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
    };
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
    return {
        read,
        readAhead: readingAhead(read, (stack) => tagged({ [stackTag]: [stack] }), clock),
        wait: watcher(fetch, clock),
        tagged,
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
