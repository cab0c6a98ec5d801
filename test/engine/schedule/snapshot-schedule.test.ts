// Tests a schedule against the emulated DLM. With an explicit role and without recovery volumes and alarms it needs no
// @pulumi/aws. It needs the engine for previews and the state of a component and its children.

import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";

test.override("emulatorScope", { scope: "file" }, "file");

interface Rule {
    name: string;
    every: string;
    keep: number | string;
}

const nightly: Rule = { name: "nightly", every: "12 hours", keep: 14 };
const weekly: Rule = { name: "weekly", every: "24 hours", keep: "30 days" };

function schedule(targets: object, rules: Rule[], more: object = {}): string {
    const args = { targets, rules, role: "arn:aws:iam::123456789012:role/dlm", ...more };
    return `
    const { SnapshotSchedule } = require("pulumi-ebs-snapshots");
    const { policyIds } = new SnapshotSchedule("s", ${JSON.stringify(args)});
    exports.policyIds = policyIds;`;
}

const tagged = (...values: string[]) => ({ anyTag: { Backup: values } });

async function previewOf(project: Project, program: string): Promise<string> {
    await project.program(program);
    return project.preview();
}

test("a schedule works without @pulumi/aws: previews report what a change loses, and policies keep their ids", async () => {
    const project = await createProject(schedule(tagged("a", "b"), [nightly, weekly]));
    await project.up();
    const { policyIds } = (await project.outputs()) as { policyIds: string[] };
    expect(policyIds).toHaveLength(2);
    expect(await policies()).toMatchObject([
        { State: "ENABLED", PolicyDetails: { Schedules: [{ Name: "nightly" }, { Name: "weekly" }] } },
        { State: "ENABLED" },
    ]);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    const changed = schedule(tagged("a", "b"), [{ ...nightly, keep: 4 }]);
    const lowered = await previewOf(project, changed);
    expect(lowered).toContain("schedule nightly: 14 retained becomes 4: 10 restore points of each volume");
    expect(lowered).toContain("schedule weekly: it is removed: up to 30 restore points of each volume");
    await project.up();
    expect(((await project.outputs()) as { policyIds: string[] }).policyIds).toEqual(policyIds);

    const turned = schedule(tagged("a", "b"), [{ ...nightly, keep: "7 days" }]);
    expect(await previewOf(project, turned)).toContain("from a number to an age: up to 4 restore points");
    await project.up();
    const after = (await project.outputs()) as { policyIds: string[] };
    expect(after.policyIds).not.toEqual(policyIds);
    expect(await policies()).toHaveLength(2);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
    expect(await project.refresh()).not.toContain("warning");

    const [first = ""] = after.policyIds;
    await project.succeed("up", "--yes", "--skip-preview", "--replace", "**LifecyclePolicy**");
    expect((await policies()).map(({ PolicyId }) => PolicyId)).not.toContain(first);
    expect(await policies()).toHaveLength(2);

    const disabled = schedule(tagged("a", "b"), [{ ...nightly, keep: "7 days" }], { enabled: false });
    expect(await previewOf(project, disabled)).toContain("the policy is disabled: no more runs");
    await project.destroy();
    expect(await policies()).toEqual([]);
});

test("volumes by id have the policies' tags while they are targets; removing one warns with numbers", async () => {
    const volumes = [await emulator.createVolume(), await emulator.createVolume()];
    const tagsOf = async (id: string) =>
        (await emulator.volumes()).find(({ VolumeId }) => VolumeId === id)?.Tags?.map(({ Key }) => Key) ?? [];
    const project = await createProject(schedule({ volumeIds: volumes }, [nightly]));
    await project.up();
    for (const id of volumes)
        expect(
            (await tagsOf(id)).filter((key) => key?.startsWith("pulumi-ebs-snapshots:target-")),
        ).toHaveLength(1);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    const fewer = schedule({ volumeIds: volumes.slice(0, 1) }, [nightly]);
    expect(await previewOf(project, fewer)).toContain(
        `${volumes[1]!} is no longer targeted: up to 14 restore points of each volume stay and are no longer managed`,
    );
    await project.up();
    expect(await tagsOf(volumes[1]!)).toEqual([]);
    await project.destroy();
    expect(await tagsOf(volumes[0]!)).toEqual([]);
});
