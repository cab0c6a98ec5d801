// Tests the full lifecycle of a schedule of all volumes against the emulated DLM. It needs the engine for its previews.

import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";

interface Given {
    keep?: string;
    allVolumes?: object;
    copyTo?: object[];
}

function schedule({ keep = "9 days", allVolumes = {}, copyTo }: Given): string {
    const rules = [{ name: "rest", every: "3 days", keep, copyTo }];
    const args = { targets: { allVolumes }, rules, role: "arn:aws:iam::123456789012:role/dlm" };
    return `
    const { SnapshotSchedule } = require("pulumi-ebs-snapshots");
    const { policyIds, plan } = new SnapshotSchedule("s", ${JSON.stringify(args)});
    exports.policyIds = policyIds;
    exports.maximumSnapshots = plan.maximumSnapshots;`;
}

test("a schedule of all volumes manages DLM's default policy from the first preview to destroy", async () => {
    const project = await createProject(schedule({}));
    expect(await project.preview()).toMatch(/defaultPolicy +: "VOLUME"/);
    await project.up();
    const { policyIds, maximumSnapshots } = (await project.outputs()) as {
        policyIds: string[];
        maximumSnapshots: number;
    };
    expect(maximumSnapshots).toBe(3);
    const read = async () => {
        const answer = await emulator.rest("dlm", "GET", `/policies/${policyIds[0]!}`);
        return answer.body["Policy"];
    };
    expect(await read()).toMatchObject({
        DefaultPolicy: true,
        PolicyDetails: { ResourceType: "VOLUME", CreateInterval: 3, RetainInterval: 9, CopyTags: true },
    });
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    const fewer = { exceptTagged: { Backup: ["no", "own"] }, exceptBootVolumes: true };
    await project.program(schedule({ keep: "6 days", allVolumes: fewer, copyTo: [{ region: "eu-west-1" }] }));
    const preview = await project.preview();
    expect(preview).toContain(
        "boot volumes and what is tagged Backup=no and what is tagged Backup=own are left out",
    );
    expect(preview).toContain("9 days retained becomes 6 days: in the long run there is 1 restore point");
    await project.up();
    expect(await read()).toMatchObject({
        PolicyDetails: {
            RetainInterval: 6,
            CrossRegionCopyTargets: [{ TargetRegion: "eu-west-1" }],
            Exclusions: {
                ExcludeBootVolumes: true,
                ExcludeTags: [
                    { Key: "Backup", Value: "no" },
                    { Key: "Backup", Value: "own" },
                ],
            },
        },
    });
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
    expect(await project.refresh()).not.toContain("warning");

    // The policy resets what the program no longer declares.
    await project.program(schedule({ keep: "6 days" }));
    await project.up();
    expect(((await project.outputs()) as { policyIds: string[] }).policyIds).toEqual(policyIds);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
    await project.destroy();
    expect(await policies()).toEqual([]);
});
