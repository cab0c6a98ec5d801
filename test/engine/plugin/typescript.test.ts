// Tests TypeScript programs with the plugin: a switch of the provider, several instances, cancelled waits.
// It needs the engine, which implements provider instances and cancellation.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { emulator, test } from "../../fixture";
import { during, snapshotIds, snapshotsIn } from "../steps";
import { createPluginProject, launcher, pluginState } from "./fixture";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

function program(...lines: string[]): string {
    const names = "Provider, Snapshot, SnapshotShare, VolumeClone, VolumeFromSnapshot";
    return [
        'const pulumi = require("@pulumi/pulumi");',
        `const { ${names} } = require("pulumi-ebs-snapshots");`,
        ...lines,
    ].join("\n");
}

test("switching between dynamic provider and plugin leaves every resource unchanged and makes no call", async () => {
    const accounts = ["111122223333"];
    const declared = program(
        `const data = new Snapshot("data", { volumeId: "${volumeId}", tags: { Tier: pulumi.secret("gold") } });`,
        `new SnapshotShare("share", { snapshotId: data.snapshotId, accounts: ${JSON.stringify(accounts)} });`,
        'new VolumeFromSnapshot("volume", { snapshotId: data.snapshotId, availabilityZone: "us-east-1a" });',
        `new VolumeClone("clone", { sourceVolumeId: "${volumeId}" });`,
    );
    const project = await createPluginProject("nodejs", { program: declared });
    await project.up();
    expect((await project.state()).map(({ type }) => type)).toHaveLength(4);

    await project.stack.configure({ "ebs-snapshots:plugin": "true" });
    const created = await during(emulator, () => project.up());
    expect(created.result).toContain("5 unchanged");
    expect(created.calls).toEqual([]);
    expect(await project.state()).toEqual([]);
    const state = await pluginState(project);
    expect(state).toHaveLength(4);
    expect(JSON.stringify(state)).not.toContain("gold");

    await project.stack.configure({ "ebs-snapshots:plugin": "false" });
    const back = await during(emulator, () => project.up());
    expect(back.result).toContain("5 unchanged");
    expect(back.calls).toEqual([]);
    expect(await pluginState(project)).toEqual([]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("resources created by the plugin are refreshed and deleted by the dynamic provider", async () => {
    const lines = [
        `const data = new Snapshot("data", { volumeId: "${volumeId}" });`,
        'new SnapshotShare("share", { snapshotId: data.snapshotId, accounts: ["111122223333"] });',
        'new VolumeFromSnapshot("volume", { snapshotId: data.snapshotId, availabilityZone: "us-east-1a" });',
    ];
    const config = { "ebs-snapshots:plugin": "true" };
    const project = await createPluginProject("nodejs", { program: program(...lines), config });
    await project.up();
    const positions = (await pluginState(project)).map(({ sourcePosition }) => sourcePosition);
    expect(positions.sort()).toEqual(["3,14", "4,1", "5,1"].map((line) => `project:///index.js#${line}`));

    await project.stack.configure({ "ebs-snapshots:plugin": "false" });
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toContain("4 unchanged");
    expect(moved.calls).toEqual([]);
    const refreshed = await during(emulator, () => project.refresh());
    expect(refreshed.result).toContain("4 unchanged");

    await project.program(program(...lines.slice(0, 2)));
    expect(await project.up()).toContain("1 deleted");
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test.for<[string, string, string]>([
    ["to the plugin", "false", "true"],
    ["to dynamic resources", "true", "false"],
])(
    "a rename and a move with aliases in the same run as a change of door %s are unchanged",
    async ([, from, to]) => {
        const resources = (renamed: string, moved: string) => [
            `const data = new Snapshot("data", { volumeId: "${volumeId}" });`,
            `const zone = { snapshotId: data.snapshotId, availabilityZone: "us-east-1a" };`,
            "class Disks extends pulumi.ComponentResource {",
            '    constructor() { super("test:index:Disks", "disks"); }',
            "}",
            renamed,
            moved,
        ];
        const before = resources(
            'new VolumeFromSnapshot("renamed", zone);',
            'new VolumeFromSnapshot("moved", zone);',
        );
        const config = { "ebs-snapshots:plugin": from };
        const project = await createPluginProject("nodejs", { program: program(...before), config });
        await project.up();

        const after = resources(
            'new VolumeFromSnapshot("new-name", zone, { aliases: [{ name: "renamed" }] });',
            'new VolumeFromSnapshot("moved", zone, { parent: new Disks(), aliases: [{ parent: pulumi.rootStackResource }] });',
        );
        await project.program(program(...after));
        await project.stack.configure({ "ebs-snapshots:plugin": to });
        const changed = await during(emulator, () => project.up());
        expect(changed.result).not.toMatch(/Snapshot \S+ (creating|updating|replacing|deleting)/);
        expect(changed.actions.filter((action) => !action.startsWith("Describe"))).toEqual([]);
        await project.destroy();
        expect(await snapshotIds(emulator)).toEqual([]);
    },
);

test("resources created by an earlier plugin are updated in the state only when the program switches providers", async () => {
    const config = { "ebs-snapshots:plugin": "true" };
    const declared = program(`new Snapshot("data", { volumeId: "${volumeId}" });`);
    const project = await createPluginProject("nodejs", { program: declared, config });
    await project.up();
    await project.stack.edit((resources) => {
        for (const { outputs = {} } of resources) Reflect.deleteProperty(outputs, "__provider");
    });
    await project.stack.configure({ "ebs-snapshots:plugin": "false" });
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toContain("1 updated");
    expect(moved.actions.filter((action) => !action.startsWith("Describe"))).toEqual([]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("two provider instances manage two regions; get reads by region and id; an imported share shows no diff", async () => {
    const created = await emulator
        .ec2({ region: "us-west-2" })
        .send(new CreateVolumeCommand({ AvailabilityZone: "us-west-2a", Size: 1 }));
    const west = created.VolumeId ?? "";
    const lines = [
        'const endpoints = JSON.parse(new pulumi.Config("aws").require("endpoints"));',
        'const east = new Provider("east", { region: "us-east-1", endpoints });',
        'const west = new Provider("west", { region: "us-west-2", endpoints });',
        `const data = new Snapshot("data", { volumeId: "${volumeId}" }, { provider: east });`,
        `const far = new Snapshot("far", { volumeId: "${west}" }, { provider: west });`,
        'const share = new SnapshotShare("share", { snapshotId: data.id, accounts: ["111122223333"] }, { provider: east });',
        "exports.far = far.id;",
    ];
    const project = await createPluginProject("nodejs", { program: program(...lines) });
    await project.up();
    const [inEast = ""] = await snapshotIds(emulator);
    const [inWest = ""] = await snapshotIds(emulator, { region: "us-west-2" });
    expect(await project.outputs()).toEqual({ far: inWest });

    const get = `exports.size = Snapshot.get("found", "us-west-2/${inWest}", { provider: east }).volumeSize;`;
    await project.program(program(...lines, get));
    await project.up();
    expect(await project.outputs()).toEqual({ far: inWest, size: 1 });

    await project.program(program(...lines));
    await project.up();
    const share = (await pluginState(project)).find(({ urn }) => urn.endsWith("::share"));
    await project.succeed("state", "delete", "--yes", share?.urn ?? "");
    const withImport = lines.map((line) =>
        line.startsWith("const share") ? line.replace("{ provider", `{ import: "${inEast}", provider`) : line,
    );
    await project.program(program(...withImport));
    expect(await project.up()).toContain("1 imported");
    await project.program(program(...lines));
    const unchanged = await during(emulator, () => project.preview());
    expect(unchanged.result).toContain("6 unchanged");
    expect(unchanged.all).toEqual([]);
    await project.destroy();
    expect(await snapshotIds(emulator, { region: "us-west-2" })).toEqual([]);
});

test("a cancelled run stops waiting immediately and keeps the id; the next up waits for the same snapshot", async () => {
    await emulator.set({ snapshotSeconds: 600 });
    const declared = program(`new Snapshot("data", { volumeId: "${volumeId}" });`);
    const config = { "ebs-snapshots:plugin": "true" };
    const project = await createPluginProject("nodejs", { program: declared, config });
    const up = project.start("up", "--yes", "--skip-preview");
    let output = "";
    up.stdout?.on("data", (text: Buffer) => (output += text.toString()));
    const ended = new Promise((resolve) => up.once("close", resolve));
    while ((await snapshotsIn(emulator)).length === 0) await sleep(100);
    await sleep(1_000);
    const cancelledAt = Date.now();
    process.kill(-(up.pid ?? 0), "SIGINT");
    await ended;
    expect(Date.now() - cancelledAt).toBeLessThan(15_000);
    const [id = ""] = await snapshotIds(emulator);
    expect(output).toContain(`the run was cancelled while ${id} was still in progress`);
    expect((await pluginState(project)).map((resource) => resource.id)).toEqual([id]);

    await emulator.snapshot(id, { status: "completed" });
    await project.up();
    expect(await snapshotIds(emulator)).toEqual([id]);
    const [resource] = await pluginState(project);
    expect([resource?.outputs["state"], resource?.initErrors ?? []]).toEqual(["completed", []]);
});

test("customTimeouts end an operation, the id is kept, and the timeouts are not stored in the state", async () => {
    await emulator.set({ snapshotSeconds: 600 });
    const declared = program(
        `new Snapshot("data", { volumeId: "${volumeId}" }, { customTimeouts: { create: "3s" } });`,
    );
    const config = { "ebs-snapshots:plugin": "true" };
    const project = await createPluginProject("nodejs", { program: declared, config });
    const failed = await project.upFails();
    expect(failed).toMatch(/timed out|timeout/);
    const [id = ""] = await snapshotIds(emulator);
    const [kept] = await pluginState(project);
    expect([kept?.id, kept?.outputs["timeout"], kept?.outputs["state"]]).toEqual([id, undefined, "pending"]);
});

test("a manually started launcher serves several runs, as a debugger requires", async () => {
    const config = { "ebs-snapshots:plugin": "true" };
    const declared = program(`new Snapshot("data", { volumeId: "${volumeId}" });`);
    const project = await createPluginProject("nodejs", { program: declared, config });
    const server = spawn(process.execPath, [launcher], {
        env: project.env,
        stdio: ["ignore", "pipe", "inherit"],
    });
    try {
        const [port] = (await once(server.stdout, "data")) as [Buffer];
        project.env["PULUMI_DEBUG_PROVIDERS"] = `ebs-snapshots:${port.toString().trim()}`;
        await project.up();
        const [id = ""] = await snapshotIds(emulator);
        await project.program(
            program(`new Snapshot("data", { volumeId: "${volumeId}", description: "two" });`),
        );
        expect(await project.preview()).toContain(`replacement will delete snapshot ${id}`);
        await project.destroy();
        expect(await snapshotIds(emulator)).toEqual([]);
    } finally {
        server.kill();
    }
});

test("a provider whose region changes warns, and moves no resource", async () => {
    const declared = (region: string) =>
        program(
            'const endpoints = JSON.parse(new pulumi.Config("aws").require("endpoints"));',
            `const provider = new Provider("home", { region: "${region}", endpoints });`,
            `new Snapshot("data", { volumeId: "${volumeId}" }, { provider });`,
        );
    const project = await createPluginProject("nodejs", { program: declared("us-east-1") });
    await project.up();
    await project.program(declared("us-west-2"));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toContain("existing resources stay in their Regions");
    expect(moved.actions).toEqual([]);
    const [resource] = await pluginState(project);
    expect(resource?.inputs["region"]).toBe("us-east-1");
});
