// One crash-consistent set of all volumes of an instance, managed as one.

import {
    AttachVolumeCommand,
    LockSnapshotCommand,
    RunInstancesCommand,
    UnlockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, killUp, live, outside, program, snapshotsIn, tagsOf, tagsSent } from "../steps";

interface Member {
    snapshotId: string;
    volumeId: string;
    volumeSize: number;
    state: string;
}

let instanceId: string;
let data: string;
let scratch: string;
let project: Project;

test.beforeEach(async () => {
    const ec2 = emulator.ec2();
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    instanceId = Instances[0]?.InstanceId ?? "";
    data = await emulator.createVolume({ size: 5, tags: { Role: "data" } });
    scratch = await emulator.createVolume({ size: 7 });
    for (const [index, VolumeId] of [data, scratch].entries()) {
        await ec2.send(
            new AttachVolumeCommand({
                InstanceId: instanceId,
                VolumeId,
                Device: `/dev/sd${String("fg"[index])}`,
            }),
        );
    }
});

/** A program with a set in the variable `set`, and more lines after it; the type of what it exports is not told. */
const declared = (args: object, ...lines: string[]) =>
    program(
        'const { InstanceSnapshots, SnapshotShare } = require("pulumi-ebs-snapshots");',
        `const set = new InstanceSnapshots("set", ${JSON.stringify({ instanceId, ...args })});`,
        ...lines,
    );

async function members(): Promise<Member[]> {
    return (await live(project, "set")).outputs["snapshots"] as Member[];
}

const idOf = (found: Member[], volumeId: string) =>
    found.find((member) => member.volumeId === volumeId)?.snapshotId ?? "";

test("one call snapshots all volumes but the excluded ones, one call syncs the tags of all, and reads are batched", async () => {
    await emulator.set({ snapshotSeconds: 1 });
    project = await createProject(declared({ copyTagsFromVolume: true, group: "payments" }));
    const made = await during(emulator, () => project.up());
    expect(made.actions.filter((action) => action === "CreateSnapshots")).toHaveLength(1);
    const found = await members();
    expect(found).toHaveLength(3);
    expect(found.map(({ volumeId }) => volumeId)).toEqual(found.map(({ volumeId }) => volumeId).sort());
    expect(found).toContainEqual({
        snapshotId: idOf(found, data),
        volumeId: data,
        volumeSize: 5,
        state: "completed",
    });
    const all = { Name: "set", Group: "payments" };
    expect(await tagsOf(emulator, idOf(found, data))).toEqual({ ...all, Role: "data" });
    expect(await tagsOf(emulator, idOf(found, scratch))).toEqual(all);
    const { id, outputs } = await live(project, "set");
    expect(outputs).toMatchObject({ state: "completed", missingSnapshotIds: [], tagsAll: all });
    for (const { Tags = [] } of await snapshotsIn(emulator)) {
        const own = Tags.filter(({ Key }) => Key?.startsWith("pulumi-ebs-snapshots:"));
        expect(own.map(({ Key, Value }) => [Key, Value]).sort()).toEqual([
            [
                `pulumi-ebs-snapshots:owner:${String(outputs["__owner"])}`,
                expect.stringMatching(/^organization\/project\/test::InstanceSnapshots::set @\w{8}$/),
            ],
            ["pulumi-ebs-snapshots:set", id],
            ["pulumi-ebs-snapshots:stack", "organization/project/test"],
        ]);
    }

    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.program(declared({ copyTagsFromVolume: true, billingCode: "CC-1042" }));
    const retagged = await during(emulator, () => project.up());
    expect(retagged.actions.filter((action) => action !== "DescribeSnapshots")).toEqual([
        "CreateTags",
        "DeleteTags",
    ]);
    const [written] = retagged.calls.filter(({ action }) => action === "CreateTags");
    expect(written && tagsSent(written)).toEqual({ BillingCode: "CC-1042" });
    expect(await tagsOf(emulator, idOf(found, data))).toEqual({
        Name: "set",
        BillingCode: "CC-1042",
        Role: "data",
    });

    // What one member has lost is drift of the set, and comes back.
    await outside(emulator, idOf(found, scratch), { untag: ["BillingCode"] });
    expect((await during(emulator, () => project.refresh())).actions).toEqual([
        "DescribeSnapshots",
        "DescribeSnapshots",
    ]);
    await project.up();
    expect((await tagsOf(emulator, idOf(found, scratch)))["BillingCode"]).toBe("CC-1042");

    const gone = await during(emulator, () => project.destroy());
    expect(gone.actions.filter((action) => action === "DeleteSnapshot")).toHaveLength(3);
    expect(gone.all.length).toBeLessThanOrEqual(3 + 5);
    expect(await snapshotsIn(emulator)).toEqual([]);
});

test("triggers create new multi-volume snapshots and delete the old ones after that; keepReplaced keeps them", async () => {
    const args = (release: number, more = {}) =>
        declared({
            excludeBootVolume: true,
            excludeDataVolumeIds: [scratch],
            triggers: { release },
            ...more,
        });
    project = await createProject(args(1));
    await project.up();
    const first = await members();
    expect(first.map(({ volumeId }) => volumeId)).toEqual([data]);

    await project.program(args(2));
    expect(await project.preview()).toContain("replacement will delete set set-");
    await project.up();
    const second = await members();
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([
        second[0]?.snapshotId,
    ]);

    await project.program(args(3, { keepReplaced: true }));
    expect(await project.preview()).toContain("in the account; Pulumi will no longer manage it");
    await project.up();
    expect(await snapshotsIn(emulator)).toHaveLength(2);
    await project.destroy();
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([
        second[0]?.snapshotId,
    ]);
});

test("a member that ends in error is named in every preview, and only other triggers take a new set", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    project = await createProject(declared({ waitForCompletion: false }));
    await project.up();
    const found = await members();
    expect(found.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    const broken = idOf(found, data);
    for (const { snapshotId } of found) await emulator.snapshot(snapshotId, { status: "completed" });
    await emulator.snapshot(broken, { status: "error", statusMessage: "the key was deleted" });

    await project.program(declared({}));
    const said = await project.upFails();
    expect(said).toContain(`1 of 3 snapshots did not complete: ${broken}: error: the key was deleted`);
    expect((await live(project, "set")).outputs["state"]).toBe("error");

    await emulator.set({ snapshotSeconds: 0 });
    await project.refresh();
    const told = await project.preview();
    expect(told).toContain(`1 of 3 snapshots of the multi-volume set failed (${broken}).`);
    expect(told).toContain("To create a complete set, change a value in `triggers`.");
    await project.up();
    expect((await members()).map(({ snapshotId }) => snapshotId)).toEqual(
        found.map(({ snapshotId }) => snapshotId),
    );
    await project.program(declared({ triggers: { again: 1 } }));
    await project.up();
    expect((await members()).map(({ state }) => state)).toEqual(["completed", "completed", "completed"]);
    expect(await snapshotsIn(emulator)).toHaveLength(3);
});

test("a member deleted outside is a warning in every preview and replaces nothing; if all are deleted, they are recreated", async () => {
    project = await createProject(declared({}));
    await project.up();
    const found = await members();
    const lost = idOf(found, data);
    await outside(emulator, lost, { remove: true });
    await project.refresh();
    expect((await live(project, "set")).outputs["missingSnapshotIds"]).toEqual([lost]);
    expect(await members()).toEqual(found.filter(({ snapshotId }) => snapshotId !== lost));

    const told = await during(emulator, () => project.preview());
    expect(told.result).toContain(
        `1 of 3 snapshots of the multi-volume set were deleted outside of Pulumi (${lost})`,
    );
    expect(told.result).not.toContain("replace");
    await project.up();
    expect(await snapshotsIn(emulator)).toHaveLength(2);

    await project.program(declared({ triggers: { again: 1 } }));
    await project.up();
    expect((await live(project, "set")).outputs["missingSnapshotIds"]).toEqual([]);
    expect(await snapshotsIn(emulator)).toHaveLength(3);

    for (const { snapshotId } of await members()) await outside(emulator, snapshotId, { remove: true });
    await project.refresh();
    expect(await project.state()).toEqual([]);
    await project.up();
    expect(await members()).toHaveLength(3);
});

test("a delete that fails in part names what remains and keeps the set in the state; the next one ends it", async () => {
    project = await createProject(declared({}));
    await project.up();
    const kept = idOf(await members(), data);
    const ec2 = emulator.ec2();
    await ec2.send(new LockSnapshotCommand({ SnapshotId: kept, LockMode: "governance", LockDuration: 1 }));
    const said = await project.fails("destroy");
    expect(said).toContain(`1 of 3 snapshots were not deleted: ${kept}: SnapshotLocked`);
    expect(said).toContain("it is locked in governance mode until");
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([kept]);
    expect((await live(project, "set")).id).toMatch(/^set-/);

    await ec2.send(new UnlockSnapshotCommand({ SnapshotId: kept }));
    await project.destroy();
    expect(await snapshotsIn(emulator)).toEqual([]);
});

test("a run that is killed after EC2 acted leaves one set, which the next up adopts as a whole", async () => {
    project = await createProject(declared({}));
    await emulator.faults([
        { action: "CreateSnapshots", kind: "delay", seconds: 5, where: "after", times: 1 },
    ]);
    await killUp(project, async () => (await snapshotsIn(emulator)).length === 3, false);
    const said = await project.up();
    expect(said).toContain("adopts set-");
    expect(await emulator.count("CreateSnapshots")).toBe(1);
    expect(await members()).toHaveLength(3);
    expect(await snapshotsIn(emulator)).toHaveLength(3);
});

test("an answer that is lost is looked for, and no second set is made", async () => {
    project = await createProject(declared({}));
    await emulator.faults([{ action: "CreateSnapshots", kind: "reset", where: "after", times: 1 }]);
    await project.up();
    expect(await emulator.count("CreateSnapshots")).toBe(1);
    expect(await members()).toHaveLength(3);
});

test("each member can be shared and made into a volume, also in the first preview, which knows none of them", async () => {
    const member = `set.snapshots.apply((all) => all.find(({ volumeId }) => volumeId === "${data}").snapshotId)`;
    project = await createProject(
        declared(
            {},
            `new SnapshotShare("shared", { snapshotId: ${member}, accounts: ["111122223333"] });`,
            `new VolumeFromSnapshot("volume", { snapshotId: set.snapshots[0].snapshotId, availabilityZone: "us-east-1a" });`,
        ),
    );
    expect(await project.preview()).toContain("SnapshotShare");
    await project.up();
    const found = await members();
    expect((await live(project, "shared")).id).toBe(idOf(found, data));
    expect((await live(project, "volume")).inputs["snapshotId"]).toBe(found[0]?.snapshotId);
    expect((await during(emulator, () => project.up())).all).toEqual([]);
    await project.destroy();
    expect(await snapshotsIn(emulator)).toEqual([]);
});
