// Tests that the next run detects a snapshot that failed in the background, without a refresh.

import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, idsOf, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure, type Kind } from "./door";

const why = "the previous attempt failed; the snapshot will be recreated";
const failing = { snapshotSeconds: 5, snapshotError: "the key is gone" };
const succeeding = { snapshotSeconds: 0, snapshotError: null };

/** Returns the arguments of a snapshot of this kind that is created in the background. */
async function background(kind: Kind) {
    const waitForCompletion = false;
    const volumeId = await emulator.createVolume();
    if (kind === "Snapshot") return { volumeId, waitForCompletion };
    if (kind === "SnapshotCopy")
        return {
            sourceSnapshotId: await emulator.createSnapshot(volumeId),
            sourceRegion: "us-east-1",
            waitForCompletion,
        };
    const { Instances: [instance] = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    return { instanceId: instance?.InstanceId ?? "", waitForCompletion };
}

/** Replaces a snapshot by one that fails in the background. */
async function replacedByFailure(kind: Kind) {
    const args = await background(kind);
    const former = await new Door(emulator).create(kind, args);
    await emulator.advance(1);
    await emulator.set(failing);
    const changed = { ...args, triggers: { round: 2 } };
    const door = new Door(emulator);
    return { former, changed, failed: await door.replace(kind, former, changed), door };
}

const kinds: Kind[] = ["Snapshot", "SnapshotCopy"];

test.each(kinds)(
    "a %s that failed in the background is replaced by the next run, without a hint to keep it",
    async (kind) => {
        const args = await background(kind);
        await emulator.set(failing);
        const failed = await new Door(emulator).create(kind, args);
        expect(failed.state["state"]).toBe("pending");

        const early = new Door(emulator);
        expect(await early.diff(kind, failed, args)).toMatchObject({ changes: false });
        expect(early.messages).toEqual([]);

        await emulator.advance(10);
        await emulator.set(succeeding);
        const next = new Door(emulator);
        const healed = await next.replace(kind, failed, args);
        await next.delete(kind, failed);
        expect(next.messages).toContain(why);
        expect(next.messages.join()).not.toContain("keepReplaced");
        expect(await idsOf({ OwnerIds: ["self"] })).toContain(healed.id);
        expect(await idsOf({ OwnerIds: ["self"] })).not.toContain(failed.id);
    },
);

test.each(kinds)(
    "a replacement of a %s that failed in the background is replaced, then the former one is deleted",
    async (kind) => {
        const { former, changed, failed, door } = await replacedByFailure(kind);
        expect(await failure(door.delete(kind, former))).toContain(
            `it is retained because its replacement ${failed.id} did not complete: error: the key is gone`,
        );

        await emulator.set(succeeding);
        const next = new Door(emulator);
        const healed = await next.replace(kind, failed, changed);
        await next.delete(kind, failed);
        await next.delete(kind, former);
        const left = await idsOf({ OwnerIds: ["self"] });
        expect(left).toContain(healed.id);
        expect(left).not.toContain(failed.id);
        expect(left).not.toContain(former.id);
    },
);

test.each(kinds)(
    "a later run keeps a %s while the replacement that EC2 shows has not completed",
    async (kind) => {
        const { former, failed } = await replacedByFailure(kind);
        expect(await failure(new Door(emulator).delete(kind, former))).toContain(
            `it is retained because its replacement ${failed.id} did not complete: error: the key is gone`,
        );
        expect(await idsOf({ OwnerIds: ["self"] })).toContain(former.id);
    },
);

test("failed replacements do not accumulate: each is deleted immediately, even if the next one fails too", async () => {
    const args = await background("Snapshot");
    const former = await new Door(emulator).create("Snapshot", args);
    await emulator.set(failing);
    const changed = { ...args, triggers: { round: 2 } };
    const failed = await new Door(emulator).replace("Snapshot", former, changed);
    await emulator.advance(10);
    const next = new Door(emulator);
    const replaced = await next.replace("Snapshot", failed, changed);

    await next.delete("Snapshot", failed);
    expect(await failure(next.delete("Snapshot", former))).toContain(
        `its replacement ${replaced.id} did not`,
    );

    expect((await idsOf({ OwnerIds: ["self"] })).sort()).toEqual([former.id, replaced.id].sort());
});

test("multi-volume snapshots with a failed member cause a warning, and are kept until their triggers change", async () => {
    const args = await background("InstanceSnapshots");
    await emulator.set(failing);
    const failed = await new Door(emulator).create("InstanceSnapshots", args);
    await emulator.advance(10);

    const next = new Door(emulator);
    expect(await next.diff("InstanceSnapshots", failed, args)).toMatchObject({ changes: false });
    expect(next.messages.join()).toMatch(
        /^1 of 1 snapshots of the multi-volume set failed \(snap-\w+\)\. To create a complete set, change a value in `triggers`\.$/,
    );

    await emulator.set(succeeding);
    const changing = new Door(emulator);
    const replaced = await changing.replace("InstanceSnapshots", failed, { ...args, triggers: { round: 2 } });
    await changing.delete("InstanceSnapshots", failed);
    expect(changing.messages.join()).not.toContain("keepReplaced");
    const members = replaced.state["snapshots"] as { snapshotId: string }[];
    expect(await idsOf({ OwnerIds: ["self"] })).toEqual(members.map(({ snapshotId }) => snapshotId));
});

test("replaced multi-volume snapshots are kept if the replacement failed in the background, with a remedy", async () => {
    const args = await background("InstanceSnapshots");
    const former = await new Door(emulator).create("InstanceSnapshots", args);
    await emulator.set(failing);
    const next = new Door(emulator);
    const failed = await next.replace("InstanceSnapshots", former, { ...args, triggers: { round: 2 } });

    expect(await failure(next.delete("InstanceSnapshots", former))).toMatch(
        new RegExp(
            `it is retained because its replacement ${failed.id} did not complete: 1 of 1 snapshots did not complete: ` +
                "snap-\\w+: error: the key is gone. To create a complete set, change a value in `triggers`.$",
        ),
    );
});

test("after a timeout, the next run replaces a snapshot that has failed and updates one that has completed", async () => {
    const volumeId = await emulator.createVolume();
    await emulator.set(failing);
    const [failed, completed] = [
        await new Door(emulator).create("Snapshot", { volumeId, waitForCompletion: false }, "failed"),
        await new Door(emulator).create("Snapshot", { volumeId, waitForCompletion: false }, "completed"),
    ];
    await emulator.snapshot(failed.id, { status: "error", statusMessage: "the key is gone" });
    await emulator.snapshot(completed.id, { status: "completed" });

    const door = new Door(emulator);
    expect(await door.diff("Snapshot", failed, { volumeId })).toMatchObject({ replaces: ["state"] });
    expect((await door.diff("Snapshot", completed, { volumeId })).replaces).toBeUndefined();
    expect(door.messages).toEqual([why]);
});

test("a volume that failed after its creation timed out is replaced by the next run", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    const args = { snapshotId, availabilityZone: zone };
    await emulator.set({ volumeError: "error", volumeSeconds: 60 });
    const first = new Door(emulator);
    const impatient = first.create("VolumeFromSnapshot", { ...args, timeout: "10 seconds" });
    const { id, properties } = (await impatient.catch((error: unknown) => error)) as {
        id: string;
        properties: Record<string, unknown>;
    };
    expect(properties["state"]).toBe("creating");
    await emulator.advance(60);

    const door = new Door(emulator);
    const timedOut = { id, inputs: { ...args, timeout: "10 seconds" }, state: properties };
    expect(await door.diff("VolumeFromSnapshot", timedOut, args)).toMatchObject({ replaces: ["state"] });
    expect(door.messages).toEqual(['its state is "error"; the volume will be recreated']);
});

test("if the result cannot be read, the run continues with a warning", async () => {
    const args = await background("Snapshot");
    await emulator.set(failing);
    const pending = await new Door(emulator).create("Snapshot", args);
    await emulator.faults([{ action: "DescribeSnapshots", code: "UnauthorizedOperation", message: "No." }]);

    const door = new Door(emulator);
    expect(await door.diff("Snapshot", pending, args)).toMatchObject({ changes: false });
    expect(door.messages).toEqual([
        `whether ${pending.id} has failed since the last run is not known: UnauthorizedOperation: No. ` +
            "The caller needs the IAM permission ec2:DescribeSnapshots.",
    ]);
});

test("many pending background snapshots are read with two calls, completed ones with none", async () => {
    const volumeId = await emulator.createVolume();
    const args = { volumeId, waitForCompletion: false };
    await emulator.set({ snapshotSeconds: 1_000, pendingPerVolume: 10 });
    const first = new Door(emulator);
    const resources = [];
    for (const name of ["a", "b", "c", "d"]) resources.push(await first.create("Snapshot", args, name));
    await emulator.clearCalls();

    const next = new Door(emulator);
    for (const one of resources) await next.diff("Snapshot", one, args);
    expect(await next.outcomes("DescribeSnapshots")).toEqual(["ok", "ok"]);

    await emulator.clearCalls();
    const [one] = resources;
    if (one === undefined) throw new Error("nothing was made");
    await new Door(emulator).diff("Snapshot", { ...one, state: { ...one.state, state: "completed" } }, args);
    expect(await emulator.calls()).toEqual([]);
});

test("a barrier is refused if it adds a snapshot that failed; those in its state are not read", async () => {
    const kind = "CompletedSnapshots";
    const completed = await emulator.createSnapshot(await emulator.createVolume());
    const barrier = await new Door(emulator).create(kind, { snapshotIds: [completed] });
    const background = { volumeId: await emulator.createVolume(), waitForCompletion: false };
    await emulator.set(failing);
    const { id: failed } = await new Door(emulator).create("Snapshot", background);
    await emulator.advance(10);

    await emulator.clearCalls();
    const refused = await failure(
        new Door(emulator).diff(kind, barrier, { snapshotIds: [completed, failed] }),
    );
    expect(refused).toMatch(/snapshotIds\[1\].*but that snapshot failed: the key is gone/);
    const described = await emulator.calls(({ action }) => action === "DescribeSnapshots");
    expect(JSON.stringify(described)).not.toContain(completed);
});
