// Tests a YAML program from the first preview to destroy.
// It needs the engine for its YAML host, `pulumi import` and the schema command.

import { resolve } from "node:path";
import { expect } from "vitest";
import { emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, snapshotIds, tagsOf, tagsSent } from "../steps";
import { createPluginProject, pluginConfig, pluginState } from "./fixture";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

function declare(project: Project, properties: object): Promise<void> {
    const resources = {
        nightly: { type: "ebs-snapshots:Snapshot", properties: { volumeId, ...properties } },
    };
    // JSON is valid YAML.
    return project.write(
        "Main.yaml",
        JSON.stringify({ resources, outputs: { id: "${nightly.snapshotId}" } }),
    );
}

test("a YAML program creates, updates, replaces, imports and destroys a snapshot; a second up makes no call", async () => {
    const project = await createPluginProject("yaml", { config: pluginConfig() });
    const tags = { "b/c": "x", Tier: "gold" };
    await declare(project, { group: "payments", tags });
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain('name         : "nightly"');
    expect(previewed.actions).toEqual([]);

    const created = await during(emulator, () => project.up());
    expect(created.actions).toEqual(["CreateSnapshot", "DescribeSnapshots"]);
    const [id = ""] = await snapshotIds(emulator);
    expect(await project.outputs()).toEqual({ id });
    const repeated = await during(emulator, () => project.up());
    expect(repeated.result).toContain("2 unchanged");
    expect(repeated.all).toEqual([]);

    await declare(project, { group: "payments", tags: { "b/c": "y", Tier: "gold" } });
    const updated = await during(emulator, () => project.succeed("up", "--yes", "--diff"));
    expect(updated.result).toContain('b/c: "x" => "y"');
    expect(updated.calls.filter(({ action }) => action === "CreateTags").map(tagsSent)).toEqual([
        { "b/c": "y" },
    ]);
    expect(await snapshotIds(emulator)).toEqual([id]);

    await declare(project, { description: "two" });
    const replacement = await project.preview();
    expect(replacement).toContain(`replacement will delete snapshot ${id}`);
    expect(replacement).toContain('+ description: "two"');
    await project.up();
    const after = await snapshotIds(emulator);
    const [second = ""] = after;
    expect(after).toHaveLength(1);
    expect(after).not.toContain(id);
    expect(await tagsOf(emulator, second)).toEqual({ Name: "nightly" });

    const [{ urn } = { urn: "" }] = await pluginState(project);
    await project.succeed("state", "delete", "--yes", urn);
    const imported = await project.succeed(
        ...["import", "ebs-snapshots:index:Snapshot", "nightly", second],
        ...["--yes", "--skip-preview", "--protect=false"],
    );
    expect(imported).toContain("description: two");
    const unchanged = await during(emulator, () => project.preview());
    expect(unchanged.result).toContain("2 unchanged");

    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("an imported volume, clone and copy show no diff, although the program declares fewer properties", async () => {
    const project = await createPluginProject("yaml", { config: pluginConfig() });
    const snapshotId = "${data.snapshotId}";
    const resources = {
        data: { type: "ebs-snapshots:Snapshot", properties: { volumeId } },
        copy: {
            type: "ebs-snapshots:SnapshotCopy",
            properties: { sourceSnapshotId: snapshotId, sourceRegion: "us-east-1" },
        },
        volume: {
            type: "ebs-snapshots:VolumeFromSnapshot",
            properties: { snapshotId, availabilityZone: "us-east-1a", tags: { Tier: "gold" } },
        },
        clone: { type: "ebs-snapshots:VolumeClone", properties: { sourceVolumeId: volumeId } },
    };
    await project.write("Main.yaml", JSON.stringify({ resources }));
    await project.up();
    const state = await pluginState(project);
    const idOf = (name: string) => state.find(({ urn }) => urn.endsWith(`::${name}`))?.id ?? "";
    for (const [name, type, id] of [
        ["volume", "VolumeFromSnapshot", idOf("volume")],
        ["clone", "VolumeClone", idOf("clone")],
        ["copy", "SnapshotCopy", `${idOf("copy")},us-east-1/${idOf("data")}`],
    ] as const) {
        const urn = state.find((resource) => resource.urn.endsWith(`::${name}`))?.urn ?? "";
        await project.succeed("state", "delete", "--yes", urn);
        await project.succeed(
            ...["import", `ebs-snapshots:index:${type}`, name, id],
            ...["--yes", "--skip-preview", "--protect=false"],
        );
    }
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("5 unchanged");
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("the CLI validates schema.json without errors", async () => {
    const project = await createPluginProject("yaml", { config: pluginConfig() });
    const schema = resolve(__dirname, "../../../schema.json");
    expect((await project.run("schema", "check", schema)).code).toBe(0);
});
