// Tests that a replacement deletes only the replaced resource, after the new one is complete.
// It needs the engine, which implements aliases, stack renames, taint and update plans.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { AttachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { failing, live, program, snapshot, snapshotIds, volume } from "../steps";

let volumeId: string;
let project: Project;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

async function instance(): Promise<string> {
    const ec2 = emulator.ec2();
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const InstanceId = Instances[0]?.InstanceId ?? "";
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: volumeId, Device: "/dev/sdf" }));
    return InstanceId;
}

test.each([{ forbidden: false }, { forbidden: true }])(
    "after a failed run, --replace creates new snapshots and deletes the old ones (DeleteTags denied: $forbidden)",
    async ({ forbidden }) => {
        const origin = await emulator.createSnapshot(volumeId);
        const lines = [
            'const { InstanceSnapshots } = require("pulumi-ebs-snapshots");',
            snapshot("s", { volumeId }),
            volume("disk", { snapshotId: origin, availabilityZone: "us-east-1a" }),
            `const set = new InstanceSnapshots("set", { instanceId: "${await instance()}" });`,
        ];
        project = await createProject(program(...lines, failing("s", "disk", "set")));
        if (forbidden)
            await emulator.faults([
                { action: "DeleteTags", code: "UnauthorizedOperation", message: "You are not authorized." },
            ]);
        const failed = await project.runWithOwnProvider("up", "--yes", "--skip-preview");
        expect(failed.code).not.toBe(0);
        const permission = "The caller needs the IAM permission ec2:DeleteTags.";
        if (forbidden) expect(failed.output).toContain(permission);
        const names = ["s", "disk", "set"];
        const before = await Promise.all(names.map(async (name) => live(project, name)));
        const snapshotsBefore = await snapshotIds(emulator);

        await project.program(program(...lines));
        const output = await project.up(...before.flatMap(({ urn }) => ["--replace", urn]));
        expect(output).not.toContain("adopts");
        const after = await Promise.all(names.map(async (name) => live(project, name)));
        for (const [index, { id }] of before.entries()) expect(after[index]?.id).not.toBe(id);
        const left = await snapshotIds(emulator);
        expect(left).toHaveLength(snapshotsBefore.length);
        expect(left.filter((id) => snapshotsBefore.includes(id))).toEqual([origin]);
        const volumes = (await emulator.volumes()).map(({ VolumeId }) => VolumeId);
        expect(volumes).toContain(after[1]?.id);
        expect(volumes).not.toContain(before[1]?.id);
    },
);

const args = (release: number) => ({ volumeId, waitForCompletion: false, triggers: { release } });

test.each([
    {
        how: "renamed with an alias",
        next: () => program(snapshot("t", args(2), '{ aliases: [{ name: "s" }] }')),
        name: "t",
        isRepeated: true,
    },
    {
        how: "given a parent",
        next: () =>
            program(
                'const parent = new pulumi.ComponentResource("a:b:C", "parent");',
                snapshot("s", args(2), "{ parent, aliases: [{ parent: pulumi.rootStackResource }] }"),
            ),
    },
    { how: "after stack rename", move: () => project.rename("prod") },
    {
        how: "after state move",
        move: async () => {
            const { urn } = await live(project, "s");
            const [from, to] = ["test", "moved"];
            await copyFile(
                join(project.folder, `Pulumi.${from}.yaml`),
                join(project.folder, `Pulumi.${to}.yaml`),
            );
            await project.succeed("stack", "init", to);
            await project.succeed("state", "move", "--yes", "--source", from, "--dest", to, urn);
            project.stack.name = project.stack.name.replace(from, to);
            project.env["PULUMI_STACK"] = project.stack.name;
        },
    },
    {
        how: "after a project rename",
        move: async () => {
            await project.rename("organization/other/test");
            await project.write(
                "Pulumi.yaml",
                "name: other\nruntime: { name: nodejs, options: { typescript: false } }\n",
            );
        },
    },
])(
    "a replaced snapshot is kept in every run until its successor completes, $how",
    async ({ move, next, name = "s", isRepeated = false }) => {
        project = await createProject(program(snapshot("s", args(1))));
        await project.up();
        const { id: first = "" } = await live(project, "s");
        await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
        await move?.();
        await project.program(next?.() ?? program(snapshot("s", args(2))));
        const kept = "it is retained because its replacement";
        let failed = await project.upFails();
        // The next run replaces the failed snapshot.
        if (isRepeated) failed = await project.upFails();
        const { id: successor = "" } = await live(project, name);
        expect(failed).toContain(`${kept} ${successor} did not complete`);
        expect(await snapshotIds(emulator)).toEqual([first, successor]);

        await emulator.set({ snapshotSeconds: 0, snapshotError: null });
        if (isRepeated) await project.refresh();
        await project.up();
        expect(await snapshotIds(emulator)).toEqual([(await live(project, name)).id]);
    },
);

test("after stack rename and an up, a forced replacement waits for the new snapshot in this run and the next", async () => {
    project = await createProject(program(snapshot("s", args(1))));
    await project.up();
    const { id: first = "" } = await live(project, "s");
    await project.rename("prod");
    await project.up();
    await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
    const kept = "it is retained because its replacement";
    expect(await project.upFails("--replace", (await live(project, "s")).urn)).toContain(kept);
    expect(await project.upFails()).toContain(kept);
    expect(await snapshotIds(emulator)).toContain(first);
});

test("a forced replacement with deleteBeforeReplace warns and keeps the last copy of another volume", async () => {
    const other = await emulator.createVolume();
    const text = (volumeId: string, trigger = "first") =>
        program(
            snapshot("cause", { volumeId: other }, `{ replacementTrigger: "${trigger}" }`),
            snapshot("s", { volumeId }, "{ deleteBeforeReplace: true }"),
            snapshot("t", { volumeId }, "{ replaceWith: [cause] }"),
        );
    project = await createProject(text(volumeId));
    await project.up();
    const [s, t] = [await live(project, "s"), await live(project, "t")];
    const warning = (
        name: string,
        id = "",
        fate = "deleted after the new one completes. To keep it, set keepReplaced",
    ) =>
        `warning: ${name}: owns ${id}. If the state contains it, its replacement is forced (--replace, taint): it will be ${fate}`;
    expect(await project.preview("--replace", t.urn)).toContain(warning("t", t.id));
    await project.succeed("state", "taint", t.urn);
    expect(await project.preview()).toContain(warning("t", t.id));
    await project.succeed("state", "untaint", t.urn);
    await project.program(text(volumeId, "now"));
    const triggered = await project.preview();
    for (const name of ["cause", "t"])
        expect(triggered).toMatch(new RegExp(`warning: ${name}: .*will (be )?delete`));

    await project.program(text(other));
    expect(await project.preview("--replace", s.urn)).toContain(warning("s", s.id, "kept in the account"));
    const output = await project.up("--replace", s.urn, "--target", s.urn);
    expect(output).toContain(
        `snapshot ${String(s.id)} of volume ${volumeId} is kept in the account, no longer managed`,
    );
    expect(await snapshotIds(emulator)).toContain(s.id);
});

test("an update plan covers a rename with a replacement, and the subsequent replacement", async () => {
    project = await createProject(program(snapshot("s", args(1))));
    await project.up();
    for (const release of [2, 3]) {
        await project.program(program(snapshot("t", args(release), '{ aliases: [{ name: "s" }] }')));
        await project.succeed("preview", "--save-plan", "plan.json");
        await project.up("--plan", "plan.json");
        expect(await snapshotIds(emulator)).toEqual([(await live(project, "t")).id]);
    }
});
