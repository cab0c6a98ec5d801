// Tests the identity of a schedule on renames. It needs the engine, which finds the record under its former URN and
// passes the identity to the program, also in previews.

import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, test } from "../../fixture";
import type { StateResource } from "../project";

interface Declared {
    name: string;
    alias?: string;
    identity?: string;
}

const role = "arn:aws:iam::123456789012:role/dlm";
const rules = [{ name: "nightly", every: "12 hours", keep: 14 }];

/** Returns a program with these schedules, each of which backs up its own tag. */
function schedules(...declared: Declared[]): string {
    const lines = declared.map(({ name, alias, identity }, index) => {
        const targets = { anyTag: { [`Backup${String(index)}`]: ["yes"] } };
        const options = alias === undefined ? {} : { aliases: [{ name: alias }] };
        const args = { targets, rules, role, identity };
        return `new SnapshotSchedule("${name}", ${JSON.stringify(args)}, ${JSON.stringify(options)});`;
    });
    return ['const { SnapshotSchedule } = require("pulumi-ebs-snapshots");', ...lines].join("\n");
}

/** Returns the identity that each policy writes on its snapshots, by the id of the policy. */
async function identities(): Promise<Record<string, string | undefined>> {
    const found = (await policies()).map(({ PolicyId, PolicyDetails }) => {
        const { Schedules } = PolicyDetails as {
            Schedules: { TagsToAdd: { Key: string; Value: string }[] }[];
        };
        const tags = Schedules.flatMap(({ TagsToAdd }) => TagsToAdd);
        return [PolicyId, tags.find(({ Key }) => Key === "pulumi-ebs-snapshots:schedule")?.Value] as const;
    });
    return Object.fromEntries(found) as Record<string, string | undefined>;
}

const first = "organization/project/test/a";

test("renaming a schedule or stack keeps the identity; an explicit identity changes it with a warning", async () => {
    const project = await createProject(schedules({ name: "a" }));
    // The identity and the tag are known.
    expect(await project.preview()).toContain(`pulumi-ebs-snapshots:schedule: "${first}"`);
    await project.up();
    const before = await identities();
    expect(Object.values(before)).toEqual([first]);

    const renamed = schedules({ name: "b", alias: "a" });
    await project.program(renamed);
    const preview = await project.preview();
    expect(preview).toContain(`the schedule keeps its identity ${first}`);
    expect(preview).toContain("although its default would now be organization/project/test/b");
    expect(preview).not.toMatch(/replace|delete/);
    await project.up();
    expect(await identities()).toEqual(before);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    await project.program(schedules({ name: "b" }, { name: "a" }));
    const { code, output } = await project.run("preview", "--diff");
    expect(code).not.toBe(0);
    expect(output).toContain(`is ${first}, which the schedule`);

    await project.program(schedules({ name: "b" }));
    await project.rename("prod");
    expect(await project.preview()).toContain(
        "although its default would now be organization/project/prod/b",
    );
    await project.up();
    expect(await identities()).toEqual(before);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    await project.program(schedules({ name: "b", identity: "payments" }));
    const warned = await project.preview();
    expect(warned).toContain(
        `the identity changes from ${first} to payments: up to 14 snapshots of each volume`,
    );
    expect(warned).toContain(`To keep them managed, set identity: "${first}"`);
    await project.up();
    expect(Object.values(await identities())).toEqual(["payments"]);
    expect(Object.keys(await identities())).toEqual(Object.keys(before));

    // Omitting the argument also changes nothing.
    await project.program(schedules({ name: "b" }));
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
    await project.destroy();
});

/** Turns the record into that of an earlier version, which had no identity. */
function asEarlier(resources: StateResource[]): void {
    for (const { type, inputs, outputs } of resources) {
        if (!type.endsWith(":SchedulePlan")) continue;
        for (const properties of [inputs, outputs])
            for (const key of ["identity", "defaultIdentity", "restorePoints"])
                Reflect.deleteProperty(properties, key);
    }
}

test("a schedule of an earlier version that is renamed during the upgrade keeps its previous identity", async () => {
    const project = await createProject(schedules({ name: "a" }));
    await project.up();
    const before = await identities();
    await project.stack.edit(asEarlier);
    await project.program(schedules({ name: "b", alias: "a" }));
    expect(await project.preview()).toContain(`the schedule keeps its identity ${first}`);
    await project.up();
    expect(await identities()).toEqual(before);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
});

test("a forced replacement of a record warns of its effect, because the engine then passes no state", async () => {
    const project = await createProject(schedules({ name: "b", identity: "payments" }));
    await project.up();
    await project.program(schedules({ name: "b" }));
    const urn = (await project.state()).find(({ type }) => type.endsWith(":SchedulePlan"))?.urn ?? "";
    const output = await project.up("--replace", urn);
    expect(output).toContain("the identity changes from payments to organization/project/test/b");
    expect(output).toContain('To keep them managed, set identity: "payments"');
});
