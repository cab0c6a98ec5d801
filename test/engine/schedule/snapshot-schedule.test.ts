// Tests the record of a schedule in the state, with which a preview counts the restore points that a change loses. The resources of
// @pulumi/aws need a plugin that not every machine can get; the note needs none.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live } from "../steps";

test.override("life", { scope: "file" }, "file");

interface Rule {
    name: string;
    every: string;
    keep: number | string;
}

/** A program that notes what a schedule of these rules for these values of a tag keeps. */
function noting(values: string[], rules: Rule[], more = "enabled: true, recoveryVolumes: 0"): string {
    const args = { targets: { anyTag: { Backup: values } }, rules };
    return `
const { createRequire } = require("node:module");
const sdk = createRequire(require.resolve("pulumi-ebs-snapshots"))("./schedule/schedule-record.js");
const { policiesOf } = createRequire(require.resolve("pulumi-ebs-snapshots"))("./schedule/policy.js");
const identity = { name: "s", id: "o/p/s/s", accounts: {}, tagKeys: { group: "Group" } };
const series = sdk.seriesOf(policiesOf(identity, ${JSON.stringify(args)}));
const note = new sdk.PlanRecord("s", { series, ${more} });
exports.generations = note.generations;`;
}

const nightly: Rule = { name: "nightly", every: "12 hours", keep: 14 };
const weekly: Rule = { name: "weekly", every: "24 hours", keep: "30 days" };

test("a preview says in numbers what a change costs, and nothing is called", async () => {
    const project = await createProject(noting(["a", "b"], [nightly, weekly]));
    const { all } = await during(emulator, async () => {
        await project.up();
        const { id } = await live(project, "s");

        await project.program(noting(["a", "b"], [{ ...nightly, keep: 4 }, weekly]));
        const lowered = await project.preview();
        for (const value of ["a", "b"]) {
            expect(lowered).toContain(
                `rule nightly of volumes tagged Backup=${value}: keep 14 becomes 4: 10 restore points of each volume go at its next run`,
            );
        }
        expect(lowered).not.toContain("rule weekly");

        await project.program(noting(["a", "b"], [nightly, { ...weekly, keep: "7 days" }]));
        expect(await project.preview()).toContain(
            "keep 30 days becomes 7 days: in the long run 23 restore points of each volume fewer (7 instead of 30); those that there are keep their age",
        );

        await project.program(noting(["a"], [nightly, weekly]));
        expect(await project.preview()).toContain(
            "rule nightly of volumes tagged Backup=b goes: 14 restore points of each volume stay behind, unmanaged for ever; delete them by hand",
        );

        await project.program(noting(["a", "b"], [nightly, weekly], "enabled: false, recoveryVolumes: 0"));
        expect(await project.preview()).toContain(
            "the schedule is switched off: no more runs, and up to 88 restore points of each volume stay until it is switched on",
        );

        // From number to age: DLM takes that in a new policy only, and the program gets to know at once.
        await project.program(noting(["a", "b"], [{ ...nightly, keep: "7 days" }, weekly]));
        const turned = await project.preview();
        expect(turned).toContain("keep goes from 14 to 7 days, which takes a new policy");
        expect(turned).toContain("another rule of its policy goes from number to age or back");
        expect(await project.up()).toContain("another rule of its policy");
        expect(await project.outputs()).toEqual({ generations: { "s-a": 2, "s-b": 2 } });
        expect(await project.preview("--expect-no-changes")).not.toContain("warning");
        expect(await project.refresh()).not.toContain("warning");
        expect((await live(project, "s")).id).toBe(id);

        // More costs nothing.
        await project.program(noting(["a", "b", "c"], [{ ...nightly, keep: "9 days" }, weekly]));
        expect(await project.preview()).not.toContain("warning");
        await project.destroy();
    });
    expect(all).toEqual([]);
});
