// Tests multi-volume snapshots of all volumes of an instance, managed as one resource.

import { LockSnapshotCommand, UnlockSnapshotCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { instanceWithVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { instanceSnapshots } from "./declare";
import { Engine } from "./engine";
import { during, outside, snapshotsIn, tagsOf, tagsSent } from "../engine/steps";

interface Member {
    snapshotId: string;
    volumeId: string;
    volumeSize: number;
    state: string;
}

let instanceId: string;
let data: string;
let scratch: string;
let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    ({ instanceId, data, scratch } = await instanceWithVolumes());
});

const declared = (args: object) => [instanceSnapshots("set", { instanceId, ...args })];

function members(): Member[] {
    return engine.live("set").outputs["snapshots"] as Member[];
}

const idOf = (found: Member[], volumeId: string) =>
    found.find((member) => member.volumeId === volumeId)?.snapshotId ?? "";

test("one call snapshots all volumes except excluded ones, one call updates the tags of all, reads are batched", async () => {
    await emulator.set({ snapshotSeconds: 1 });
    engine.program = declared({ copyTagsFromVolume: true, group: "payments" });
    const created = await during(emulator, () => engine.up());
    expect(created.actions.filter((action) => action === "CreateSnapshots")).toHaveLength(1);
    const found = members();
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
    const { id, outputs } = engine.live("set");
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

    expect((await during(emulator, () => engine.up())).all).toEqual([]);

    engine.program = declared({ copyTagsFromVolume: true, billingCode: "CC-1042" });
    const retagged = await during(emulator, () => engine.up());
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

    // A missing tag of one member is drift, and is written again.
    await outside(emulator, idOf(found, scratch), { untag: ["BillingCode"] });
    expect((await during(emulator, () => engine.refresh())).actions).toEqual([
        "DescribeSnapshots",
        "DescribeSnapshots",
    ]);
    await engine.up();
    expect((await tagsOf(emulator, idOf(found, scratch)))["BillingCode"]).toBe("CC-1042");

    const gone = await during(emulator, () => engine.destroy());
    expect(gone.actions.filter((action) => action === "DeleteSnapshot")).toHaveLength(3);
    expect(gone.all.length).toBeLessThanOrEqual(3 + 5);
    expect(await snapshotsIn(emulator)).toEqual([]);
});

test("triggers create new multi-volume snapshots, then delete the old ones; keepReplaced keeps them", async () => {
    const args = (release: number, more = {}) =>
        declared({
            excludeBootVolume: true,
            excludeDataVolumeIds: [scratch],
            triggers: { release },
            ...more,
        });
    engine.program = args(1);
    await engine.up();
    const first = members();
    expect(first.map(({ volumeId }) => volumeId)).toEqual([data]);

    engine.program = args(2);
    expect((await engine.preview()).output).toContain("replacement will delete set set-");
    await engine.up();
    const second = members();
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([
        second[0]?.snapshotId,
    ]);

    engine.program = args(3, { keepReplaced: true });
    expect((await engine.preview()).output).toContain("in the account; Pulumi will no longer manage it");
    await engine.up();
    expect(await snapshotsIn(emulator)).toHaveLength(2);
    await engine.destroy();
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([
        second[0]?.snapshotId,
    ]);
});

test("a member that ends in error is listed in every preview, and only changed triggers create new snapshots", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    engine.program = declared({ waitForCompletion: false });
    await engine.up();
    const found = members();
    expect(found.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    const broken = idOf(found, data);
    for (const { snapshotId } of found) await emulator.snapshot(snapshotId, { status: "completed" });
    await emulator.snapshot(broken, { status: "error", statusMessage: "the key was deleted" });

    engine.program = declared({});
    const { output } = await engine.upFails();
    expect(output).toContain(`1 of 3 snapshots did not complete: ${broken}: error: the key was deleted`);
    expect(engine.live("set").outputs["state"]).toBe("error");

    await emulator.set({ snapshotSeconds: 0 });
    await engine.refresh();
    const { output: preview } = await engine.preview();
    expect(preview).toContain(`1 of 3 snapshots of the multi-volume set failed (${broken}).`);
    expect(preview).toContain("To create a complete set, change a value in `triggers`.");
    await engine.up();
    expect(members().map(({ snapshotId }) => snapshotId)).toEqual(found.map(({ snapshotId }) => snapshotId));
    engine.program = declared({ triggers: { again: 1 } });
    await engine.up();
    expect(members().map(({ state }) => state)).toEqual(["completed", "completed", "completed"]);
    expect(await snapshotsIn(emulator)).toHaveLength(3);
});

test("a member deleted outside Pulumi causes a warning at preview; if all are deleted, they are recreated", async () => {
    engine.program = declared({});
    await engine.up();
    const found = members();
    const lost = idOf(found, data);
    await outside(emulator, lost, { remove: true });
    await engine.refresh();
    expect(engine.live("set").outputs["missingSnapshotIds"]).toEqual([lost]);
    expect(members()).toEqual(found.filter(({ snapshotId }) => snapshotId !== lost));

    const previewed = await during(emulator, () => engine.preview());
    expect(previewed.result.output).toContain(
        `1 of 3 snapshots of the multi-volume set were deleted outside of Pulumi (${lost})`,
    );
    expect(previewed.result.output).not.toContain("replace");
    await engine.up();
    expect(await snapshotsIn(emulator)).toHaveLength(2);

    engine.program = declared({ triggers: { again: 1 } });
    await engine.up();
    expect(engine.live("set").outputs["missingSnapshotIds"]).toEqual([]);
    expect(await snapshotsIn(emulator)).toHaveLength(3);

    for (const { snapshotId } of members()) await outside(emulator, snapshotId, { remove: true });
    await engine.refresh();
    expect(engine.state).toEqual([]);
    await engine.up();
    expect(members()).toHaveLength(3);
});

test("a partly failed delete lists the remaining snapshots and keeps the state; the next delete completes it", async () => {
    engine.program = declared({});
    await engine.up();
    const kept = idOf(members(), data);
    const ec2 = emulator.ec2();
    await ec2.send(new LockSnapshotCommand({ SnapshotId: kept, LockMode: "governance", LockDuration: 1 }));
    const { output } = await engine.destroyFails();
    expect(output).toContain(`1 of 3 snapshots were not deleted: ${kept}: SnapshotLocked`);
    expect(output).toContain("it is locked in governance mode until");
    expect((await snapshotsIn(emulator)).map(({ SnapshotId }) => SnapshotId)).toEqual([kept]);
    expect(engine.live("set").id).toMatch(/^set-/);

    await ec2.send(new UnlockSnapshotCommand({ SnapshotId: kept }));
    await engine.destroy();
    expect(await snapshotsIn(emulator)).toEqual([]);
});

test("after a lost response the multi-volume snapshots are found, and not created twice", async () => {
    engine.program = declared({});
    await emulator.faults([{ action: "CreateSnapshots", kind: "reset", where: "after", times: 1 }]);
    await engine.up();
    expect(await emulator.count("CreateSnapshots")).toBe(1);
    expect(members()).toHaveLength(3);
});
