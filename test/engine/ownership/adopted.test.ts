// Tests that an EC2 resource with two owners is deleted with the last of them.
// It needs the engine: it uses targets, several stacks, and an edited state.

import { AttachVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, failing, live, program, snapshot, snapshotIds, volume } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

const snap = (name: string, args: object = {}, options?: string) =>
    snapshot(name, { volumeId, ...args }, options);

test("an adopted snapshot survives the deletion of its former resource, and that of the adopter", async () => {
    const project = await createProject(program(snap("before")));
    await project.up();
    const { id = "" } = await live(project, "before");

    // The run that adopts fails; the user reverts the change.
    await project.program(program(snap("after", { adopt: id }), failing("after")));
    await project.upFails();
    await project.program(program(snap("before")));
    const back = await project.up();
    expect(back).toContain(
        `${id} is kept: it is owned by before (Snapshot) of the stack organization/project/test too.`,
    );
    expect(await snapshotIds(emulator)).toEqual([id]);

    // The same failure, after which the user continues.
    await project.program(program(snap("after", { adopt: id }), failing("after")));
    await project.upFails();
    await project.program(program(snap("after", { adopt: id })));
    const on = await project.up();
    expect(on).toContain(
        `${id} is kept: it is owned by after (Snapshot) of the stack organization/project/test too.`,
    );
    expect((await project.state()).map((one) => one.id)).toEqual([id]);
    expect(await snapshotIds(emulator)).toEqual([id]);

    // The last owner deletes it.
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("an adopted volume survives a targeted up and a targeted destroy of its former resource", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const disk = (name: string, adopt?: string) =>
        volume(name, { snapshotId, availabilityZone: "us-east-1a", adopt });
    const project = await createProject(program(disk("before")));
    await project.up();
    const { id = "", urn } = await live(project, "before");
    const isThere = async () => (await emulator.volumes()).some(({ VolumeId }) => VolumeId === id);

    await project.program(program(disk("after", id)));
    await project.up("--target", urn.replace("::before", "::after"));
    expect(await project.state()).toHaveLength(2);
    const output = await project.destroy("--target", urn);
    expect(output).toContain(
        `${id} is kept: it is owned by after (VolumeFromSnapshot) of the stack organization/project/test too.`,
    );
    expect((await project.state()).map((one) => one.id)).toEqual([id]);
    expect(await isThere()).toBe(true);
    expect(await project.up()).toContain("unchanged");
    await project.destroy();
    expect(await isThere()).toBe(false);
});

test("a preview reports snapshots that two stacks own, and the last of the stacks deletes them", async () => {
    const first = await createProject(program(snap("data")), { name: "first" });
    await first.up();
    const { id = "" } = await live(first, "data");
    const second = await createProject(program(snap("taken", { adopt: id })), { name: "second" });
    const preview = await second.preview();
    expect(preview).toContain(
        `warning: taken: ${id} is owned by data (Snapshot) of the stack organization/first/test. ` +
            "Both will own it, and it is deleted when neither declares it.",
    );
    await second.up();
    await first.program(program(snap("data", { group: "g" })));
    expect(await first.up()).toContain(
        "data: is owned by taken (Snapshot) of the stack organization/second/test too: " +
            "it is deleted once none of its owners is left.",
    );
    expect(await first.destroy()).toContain(
        `${id} is kept: it is owned by taken (Snapshot) of the stack organization/second/test too.`,
    );
    expect(await snapshotIds(emulator)).toEqual([id]);
    await second.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("the preview warns before it adopts a snapshot that DLM or AWS Backup manages", async () => {
    const project = await createProject(program());
    for (const [tags, manager] of [
        [{ "aws:dlm:lifecycle-policy-id": "policy-1" }, "a policy of Amazon Data Lifecycle Manager"],
        [{ "aws:backup:source-resource": "vol:1" }, "AWS Backup"],
    ] as const) {
        const managed = await emulator.createSnapshot(volumeId);
        await emulator.tag(managed, tags);
        await project.program(program(snap("taken", { adopt: managed })));
        expect(await project.preview()).toContain(
            `warning: taken: ${managed} is already managed by ${manager}. It may be deleted by its retention rule`,
        );
    }
});

test("multi-volume snapshots: a member that another resource owns is kept; the others are deleted", async () => {
    const ec2 = emulator.ec2();
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    const instanceId = Instances[0]?.InstanceId ?? "";
    await ec2.send(
        new AttachVolumeCommand({ InstanceId: instanceId, VolumeId: volumeId, Device: "/dev/sdf" }),
    );
    const set = [
        'const { InstanceSnapshots } = require("pulumi-ebs-snapshots");',
        `new InstanceSnapshots("set", { instanceId: "${instanceId}" });`,
    ];
    const project = await createProject(program(...set));
    const memberOf = async () => {
        const members = (await live(project, "set")).outputs["snapshots"] as {
            snapshotId: string;
            volumeId: string;
        }[];
        expect(members).toHaveLength(2);
        return members.find((member) => member.volumeId === volumeId)?.snapshotId ?? "";
    };
    await project.up();
    const first = await memberOf();
    // Both changes are in one run.
    await project.program(program(snap("own", { adopt: first })));
    const output = await project.up();
    expect(output).toContain(
        `${first} is kept: it is owned by own (Snapshot) of the stack organization/project/test too.`,
    );
    expect(await snapshotIds(emulator)).toEqual([first]);
    await project.program(program(...set, snap("own", { adopt: first })));
    await project.up();
    // The second change is in a later run; the shared member is kept.
    const second = await memberOf();
    await project.program(program(...set, snap("own", { adopt: first }), snap("other", { adopt: second })));
    const both = await project.up();
    expect(both).toContain(
        `${second} is owned by set (InstanceSnapshots) of the stack organization/project/test.`,
    );
    await project.program(program(...set, snap("own", { adopt: first })));
    expect(await project.up()).toContain(
        `${second} is kept: it is owned by set (InstanceSnapshots) of the stack organization/project/test too.`,
    );
    await project.program(program(...set, snap("own", { adopt: first }), snap("other", { adopt: second })));
    await project.up();
    await project.program(program(snap("own", { adopt: first }), snap("other", { adopt: second })));
    await project.up();
    expect((await snapshotIds(emulator)).sort()).toEqual([first, second].sort());
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("owner tags remain effective if aws:ignoreTags covers the keys of this package", async () => {
    const project = await createProject(program(snap("before")), {
        config: { "aws:ignoreTags": JSON.stringify({ keyPrefixes: ["pulumi-ebs-snapshots:"] }) },
    });
    await project.up();
    const { id = "" } = await live(project, "before");
    await project.program(program(snap("after", { adopt: id }), failing("after")));
    await project.upFails();
    await project.program(program(snap("after", { adopt: id })));
    await project.up();
    expect(await snapshotIds(emulator)).toEqual([id]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("a destroy of N snapshots makes N + 5 calls, even if some have other owners", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${String(index)}`);
    const project = await createProject(program(...names.map((name) => snap(name))));
    await project.up();
    const ids = await snapshotIds(emulator);
    expect(ids).toHaveLength(12);
    const gone = await during(emulator, () => project.destroy());
    expect(gone.all.length).toBeLessThanOrEqual(12 + 5);
    expect(await snapshotIds(emulator)).toEqual([]);
});
