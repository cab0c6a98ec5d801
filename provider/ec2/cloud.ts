/**
 * EC2 as one region and identity show it: one client, one batcher and one wait loop a kind of resource, shared by
 * every resource of the process.
 *
 * @module
 */
import type { Filter, Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import { batched, type Fetch } from "./batch";
import { connect, type Api, type Surroundings } from "./client";
import type { Configuration, Credentials } from "./config";
import { watcher, type Wait } from "./watch";

/** Reading and awaiting resources of one kind, however many ask. */
export interface Kind<Value> {
    read(id: string): Promise<Value | undefined>;
    wait(wait: Wait<Value>): Promise<Value>;
}

export interface Cloud extends Api {
    readonly clock: Clock;
    readonly snapshots: Kind<Snapshot>;
    readonly volumes: Kind<Volume>;
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
        snapshots: kind(clock, async (ids) => {
            const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
            const found = await allPages((NextToken) =>
                api.call("DescribeSnapshots", (ec2) =>
                    ec2.send(new DescribeSnapshotsCommand({ Filters: among("snapshot-id", ids), NextToken })),
                ),
            );
            return byId(
                found.flatMap((page) => page.Snapshots ?? []),
                (snapshot) => snapshot.SnapshotId,
            );
        }),
        volumes: kind(clock, async (ids) => {
            const { DescribeVolumesCommand } = await import("@aws-sdk/client-ec2");
            const found = await allPages((NextToken) =>
                api.call("DescribeVolumes", (ec2) =>
                    ec2.send(new DescribeVolumesCommand({ Filters: among("volume-id", ids), NextToken })),
                ),
            );
            return byId(
                found.flatMap((page) => page.Volumes ?? []),
                (volume) => volume.VolumeId,
            );
        }),
    };
}

/** By ids a Describe fails whole if one is unknown; by a filter it leaves the unknown out. */
function among(name: string, ids: string[]): Filter[] {
    return [{ Name: name, Values: ids }];
}

function kind<Value>(clock: Clock, fetch: Fetch<Value>): Kind<Value> {
    return { read: batched(fetch, clock), wait: watcher(fetch, clock) };
}

async function allPages<Page extends { NextToken?: string | undefined }>(
    fetch: (token: string | undefined) => Promise<Page>,
): Promise<Page[]> {
    const pages: Page[] = [];
    let token: string | undefined;
    do {
        const page = await fetch(token);
        pages.push(page);
        token = page.NextToken || undefined;
    } while (token !== undefined);
    return pages;
}

function byId<Value>(values: Value[], idOf: (value: Value) => string | undefined): Map<string, Value> {
    return new Map(
        values.flatMap((value) => {
            const id = idOf(value);
            return id === undefined ? [] : [[id, value] as const];
        }),
    );
}
