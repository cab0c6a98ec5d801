// Tests the lifecycle of a copy of a volume from the preview to destroy.
// It needs the engine for previews and the state between the steps.

import { expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live } from "../steps";

vi.setConfig({ testTimeout: 300_000 });

test("a clone is previewed, created by one call, unchanged, grown in place, refreshed and destroyed", async () => {
    const source = await emulator.createVolume({ size: 8, tags: { Team: "payments" } });
    const text = (args: object) => `
        const { VolumeClone } = require("pulumi-ebs-snapshots");
        const clone = new VolumeClone("staging", ${JSON.stringify({ sourceVolumeId: source, copyTagsFromVolume: true, ...args })});
        exports.id = clone.volumeId; exports.zone = clone.availabilityZone; exports.grow = clone.filesystemNeedsGrowing;
    `;
    const project = await createProject(text({ size: 5 }));
    const refused = await project.run("preview");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(
        `property size value {5} has a problem: is 5, but volume ${source} has 8 GiB`,
    );

    await project.program(text({}));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("ebs:VolumeClone");
    expect(previewed.actions).not.toContain("CopyVolumes");

    await emulator.set({ volumeSeconds: 1 });
    const up = await during(emulator, () => project.up());
    const changes = up.calls.filter(({ action }) => !/^(Describe|Get)/.test(action));
    expect(changes.map(({ action }) => action)).toEqual(["CopyVolumes"]);
    const { id = "", outputs } = await live(project, "staging");
    expect(await project.outputs()).toEqual({ id, zone: "us-east-1a", grow: false });
    expect(outputs).toMatchObject({
        state: "available",
        size: 8,
        volumeType: "gp3",
        tagsAll: { Name: "staging", Team: "payments" },
    });

    for (const operation of [() => project.preview(), () => project.up()]) {
        const { result, all } = await during(emulator, operation);
        expect(result).toContain("2 unchanged");
        expect(all).toEqual([]);
    }

    await project.program(text({ size: 20 }));
    const grown = await during(emulator, () => project.up());
    expect(grown.calls.filter(({ action }) => action === "ModifyVolume").map(({ params }) => params)).toEqual(
        [{ VolumeId: id, Size: "20" }],
    );
    expect(grown.result).toContain("the volume (20 GiB) is larger than its source (8 GiB)");
    await project.refresh();
    expect(await project.up()).toContain("2 unchanged");
    expect((await live(project, "staging")).outputs).toMatchObject({
        size: 20,
        filesystemNeedsGrowing: true,
    });

    const gone = await during(emulator, () => project.destroy());
    expect(gone.actions.filter((action) => action.startsWith("Delete"))).toEqual(["DeleteVolume"]);
    expect((await emulator.volumes()).map(({ VolumeId }) => VolumeId)).toEqual([source]);
});
