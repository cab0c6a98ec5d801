/**
 * Tests examples/volume-clone, unchanged. It needs the engine, which runs the program.
 *
 * @module
 */
import { resolve } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";

test("volume-clone: clones the volume, and replaces the clone for the next generation", async () => {
    const source = await emulator.createVolume({ size: 8 });
    const project = await createProject("", {
        main: resolve(__dirname, "../../../examples/volume-clone"),
        runtime: "runtime: nodejs\n",
        config: { "project:volumeId": source },
    });
    const copies = async () =>
        (await emulator.volumes()).map(({ VolumeId }) => VolumeId).filter((id) => id !== source);
    await project.up();
    const { volumeId } = await project.outputs();
    expect(await copies()).toEqual([volumeId]);

    await project.stack.configure({ "project:generation": "2" });
    await project.up();
    const { volumeId: next } = await project.outputs();
    expect(next).not.toBe(volumeId);
    expect(await copies()).toEqual([next]);
    await project.destroy();
    expect(await copies()).toEqual([]);
});
