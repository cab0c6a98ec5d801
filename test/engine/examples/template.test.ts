/**
 * Tests templates/: the result of `pulumi new` and its program. It needs the engine, because its CLI has `pulumi new`.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";

const template = resolve(__dirname, "../../../templates/ebs-snapshots-typescript");

test("the template's program creates a snapshot, and a new one for each release", async () => {
    const project = await createProject("", {
        main: template,
        runtime: "runtime: nodejs\n",
        config: { "project:volumeId": await emulator.createVolume({ size: 8 }) },
    });
    await project.up();
    const { snapshotId } = await project.outputs();
    expect((await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([snapshotId]);

    const folder = join(project.folder, "made");
    await project.succeed("new", template, "--generate-only", "--yes", "--name", "backups", "--dir", folder);
    expect((await readdir(folder)).sort()).toEqual((await readdir(template)).sort());
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ name: "backups" });

    await project.stack.configure({ "project:release": "2.0.0" });
    await project.up();
    const { snapshotId: next } = await project.outputs();
    expect(next).not.toBe(snapshotId);
    expect((await emulator.snapshots()).map(({ SnapshotId }) => SnapshotId)).toEqual([next]);
    await project.destroy();
});
