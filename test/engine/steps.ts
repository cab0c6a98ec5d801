/**
 * Provides programs as text for the engine tests, the calls of a step, and the resources in EC2.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import {
    CreateTagsCommand,
    DeleteSnapshotCommand,
    DeleteTagsCommand,
    DescribeSnapshotsCommand,
    type Snapshot,
} from "@aws-sdk/client-ec2";
import type { Call } from "../emulator/controls";
import type { Emulator } from "../emulator/emulator";
import type { Project, StateResource } from "./project";

/** The CommonJS text of a program. */
export function program(...lines: string[]): string {
    return [
        'const pulumi = require("@pulumi/pulumi");',
        'const { Snapshot, VolumeFromSnapshot } = require("pulumi-ebs-snapshots");',
        ...lines,
    ].join("\n");
}

/** A line that declares a snapshot in a variable of its name; `options` is JavaScript. */
export function snapshot(name: string, args: object, options = "undefined"): string {
    return `const ${name} = new Snapshot("${name}", ${JSON.stringify(args)}, ${options});`;
}

/** A line that declares a volume from a snapshot in a variable of its name; `args` and `options` are JavaScript. */
export function volume(name: string, args: object | string, options = "undefined"): string {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    return `const ${name} = new VolumeFromSnapshot("${name}", ${text}, ${options});`;
}

/** The tags that the package writes for itself; lifecycle/interrupted.test.ts says what becomes of them. */
const ownPrefix = "pulumi-ebs-snapshots:";

export interface Step<Result> {
    result: Result;
    /** Everything that the step called of AWS, in order. */
    all: Call[];
    /** Without what only serves claims, or tells of the Recycle Bin. */
    calls: Call[];
    actions: string[];
}

/** Takes a step, and gives what it called. */
export async function during<Result>(emulator: Emulator, step: () => Promise<Result>): Promise<Step<Result>> {
    await emulator.clearCalls();
    const result = await step();
    const all = await emulator.calls();
    const calls = all.filter((call) => !servesClaims(call) && call.action !== "ListSnapshotsInRecycleBin");
    return { result, all, calls, actions: calls.map(({ action }) => action) };
}

function servesClaims({ action, params }: Call): boolean {
    if (/^Describe(Snapshots|Volumes)$/.test(action))
        return (params["Filter.2.Value.1"] ?? "").startsWith(ownPrefix);
    const keys = Object.entries(params).flatMap(([name, key]) => (/^Tag\.\d+\.Key$/.test(name) ? [key] : []));
    return /^(Create|Delete)Tags$/.test(action) && keys.every((key) => key.startsWith(ownPrefix));
}

function withoutOwn(tags: [string, string][]): Record<string, string> {
    return Object.fromEntries(tags.filter(([key]) => !key.startsWith(ownPrefix)));
}

/** The tags that a CreateTags, DeleteTags or CreateSnapshot carried, without the package's own. */
export function tagsSent({ params }: Call): Record<string, string> {
    const keys = Object.entries(params).filter(([name]) => /(^|\.)Tag\.\d+\.Key$/.test(name));
    return withoutOwn(keys.map(([name, key]) => [key, params[name.replace(/Key$/, "Value")] ?? ""]));
}

/** The snapshots of an account, oldest first. */
export async function snapshotsIn(
    emulator: Emulator,
    where: { account?: string; region?: string } = {},
): Promise<Snapshot[]> {
    const found = await emulator.ec2(where).send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    return found.Snapshots ?? [];
}

export async function snapshotIds(
    emulator: Emulator,
    where?: { account?: string; region?: string },
): Promise<string[]> {
    return (await snapshotsIn(emulator, where)).map(({ SnapshotId = "" }) => SnapshotId);
}

export async function tagsOf(emulator: Emulator, id: string): Promise<Record<string, string>> {
    const found = (await snapshotsIn(emulator)).find(({ SnapshotId }) => SnapshotId === id);
    return withoutOwn((found?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Changes a snapshot outside of Pulumi. */
export async function outside(
    emulator: Emulator,
    id: string,
    {
        tag = {},
        untag = [],
        remove = false,
    }: { tag?: Record<string, string>; untag?: string[]; remove?: boolean },
): Promise<void> {
    const ec2 = emulator.ec2();
    const tags = Object.entries(tag).map(([Key, Value]) => ({ Key, Value }));
    if (tags.length > 0) await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tags }));
    if (untag.length > 0) {
        await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: untag.map((Key) => ({ Key })) }));
    }
    if (remove) await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
}

/** The one resource of this name that is not waiting to be deleted. */
export async function live(project: Project, name: string): Promise<StateResource> {
    const found = (await project.state()).filter(
        ({ urn, delete: condemned }) => urn.endsWith(`::${name}`) && condemned !== true,
    );
    const [resource] = found;
    if (resource === undefined || found.length > 1)
        throw new Error(`the state has ${String(found.length)} of ${name}`);
    return resource;
}

/** Kills an `up` once EC2 was called so often; the provider process goes with it, or is left as an orphan. */
export async function killUp(
    project: Project,
    until: () => Promise<boolean>,
    orphan: boolean,
    last: (up: ChildProcess) => Promise<void> = () => Promise.resolve(),
    command = "up",
): Promise<void> {
    const { cli: up, ended } = await project.startWithOwnProvider(command, "--yes", "--skip-preview");
    while (!(await until())) {
        if (up.exitCode !== null) throw new Error("the run ended before it was killed");
        await sleep(50);
    }
    await last(up);
    project.kill(up, orphan);
    await ended;
    await project.succeed("cancel", "--yes");
}

/**
 * Lines that declare a class `Volume` with a `zone`, whose change replaces it: a resource of another provider, whose id
 * is not known before it is made. `deleteFirst` makes its provider say `deleteBeforeReplace`.
 */
export function volumes(emulator: Emulator): string {
    return `
const call = async (command, input) => {
    const sdk = require("@aws-sdk/client-ec2");
    const ec2 = new sdk.EC2Client({ endpoint: ${JSON.stringify(emulator.endpoint)}, region: "us-east-1" });
    return ec2.send(new sdk[command](input));
};
const volumeProvider = {
    async diff(id, olds, news) {
        const changes = olds.zone !== news.zone;
        return { changes, replaces: changes ? ["zone"] : [], deleteBeforeReplace: news.deleteFirst === true };
    },
    async create(inputs) {
        const created = await call("CreateVolumeCommand", { AvailabilityZone: inputs.zone, Size: 1, SnapshotId: inputs.snapshotId });
        return { id: created.VolumeId, outs: inputs };
    },
    async delete(id) {
        await call("DeleteVolumeCommand", { VolumeId: id });
    },
};
class Volume extends pulumi.dynamic.Resource {
    constructor(name, props, opts) {
        super(volumeProvider, name, props, opts);
    }
}`;
}

/** Lines that declare a resource which fails at apply, once those in the variables `after` are done. */
export function failing(...after: string[]): string {
    return `
const bad = { async create() { throw new Error("this one fails"); } };
new (class Bad extends pulumi.dynamic.Resource {})(bad, "bad", {}, { dependsOn: [${after.join(", ")}] });`;
}
