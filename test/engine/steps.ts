/**
 * Provides programs as source text for the engine tests, the calls of a step, and the resources in EC2.
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

/** Returns the CommonJS source of a program. */
export function program(...lines: string[]): string {
    return [
        'const pulumi = require("@pulumi/pulumi");',
        'const { Snapshot, VolumeFromSnapshot } = require("pulumi-ebs-snapshots");',
        ...lines,
    ].join("\n");
}

/** Returns a line that declares a snapshot in a variable of its name; `options` is JavaScript. */
export function snapshot(name: string, args: object, options = "undefined"): string {
    return `const ${name} = new Snapshot("${name}", ${JSON.stringify(args)}, ${options});`;
}

/** Returns a line that declares a volume in a variable of its name; `args` and `options` are JavaScript. */
export function volume(name: string, args: object | string, options = "undefined"): string {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    return `const ${name} = new VolumeFromSnapshot("${name}", ${text}, ${options});`;
}

/** The package writes tags with this prefix for itself; lifecycle/interrupted.test.ts tests their purpose. */
const ownPrefix = "pulumi-ebs-snapshots:";

export interface Step<Result> {
    result: Result;
    /** Lists all AWS calls of the step in their order. */
    all: Call[];
    /** Lists the calls without those for claims and the Recycle Bin. */
    calls: Call[];
    actions: string[];
}

/** Runs a step, and returns its calls. */
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

/** Returns the tags of a CreateTags, DeleteTags or CreateSnapshot without the package's own. */
export function tagsSent({ params }: Call): Record<string, string> {
    const keys = Object.entries(params).filter(([name]) => /(^|\.)Tag\.\d+\.Key$/.test(name));
    return withoutOwn(keys.map(([name, key]) => [key, params[name.replace(/Key$/, "Value")] ?? ""]));
}

/** Returns the snapshots of an account, oldest first. */
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

/** Returns the one resource of this name that is not pending deletion. */
export async function live(project: Project, name: string): Promise<StateResource> {
    const found = (await project.state()).filter(
        ({ urn, delete: condemned }) => urn.endsWith(`::${name}`) && condemned !== true,
    );
    const [resource] = found;
    if (resource === undefined || found.length > 1)
        throw new Error(`the state has ${String(found.length)} of ${name}`);
    return resource;
}

/** Kills an `up` after this number of EC2 calls; the provider process is killed too or left as an orphan. */
export async function killUp(
    project: Project,
    until: () => Promise<boolean>,
    {
        orphan,
        last = () => Promise.resolve(),
        command = "up",
    }: { orphan: boolean; last?: (up: ChildProcess) => Promise<void>; command?: string },
): Promise<void> {
    const { cli: up, ended } = await project.startWithOwnProvider(command, "--yes", "--skip-preview");
    while (!(await until())) {
        if (up.exitCode !== null) throw new Error("the run ended before it was killed");
        await sleep(50);
    }
    await last(up);
    project.kill(up, { orphan });
    await ended;
    await project.succeed("cancel", "--yes");
}

/**
 * Returns lines that declare a class `Volume` of another provider. A change of its `zone` replaces it, and its id is
 * unknown before its creation. With `deleteFirst` its provider returns `deleteBeforeReplace`.
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

/** Returns lines that declare a resource that fails at apply, after the resources in the variables `after`. */
export function failing(...after: string[]): string {
    return `
const bad = { async create() { throw new Error("this one fails"); } };
new (class Bad extends pulumi.dynamic.Resource {})(bad, "bad", {}, { dependsOn: [${after.join(", ")}] });`;
}
