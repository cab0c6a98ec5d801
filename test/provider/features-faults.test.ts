// Tests that each feature and multi-volume snapshots are requested once despite faults, or fail with the reason.

import { DisableFastSnapshotRestoresCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { Fault } from "../emulator/controls";
import { during, snapshotIds } from "../engine/steps";
import { countFeatures } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { instanceSnapshots, snapshot } from "./declare";
import { Engine } from "./engine";

let engine: Engine;
let volumeIds: string[];

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeIds = [];
    for (let count = 0; count < 3; count++) volumeIds.push(await emulator.createVolume({ size: 8 }));
});

/** These snapshots have one feature each, and separate volumes. */
const locked = { lock: { mode: "governance", duration: "30 days" } };
const hot = { fastRestore: { availabilityZones: ["us-east-1a"] } };
const cold = { storageTier: "archive" };
const each = (...features: object[]) =>
    ["locked", "hot", "cold"].map((name, index) =>
        snapshot(name, { volumeId: volumeIds[index], ...features[index] }),
    );
const requestActions = ["LockSnapshot", "EnableFastSnapshotRestores", "ModifySnapshotTier"];
const revertActions = ["UnlockSnapshot", "DisableFastSnapshotRestores", "RestoreSnapshotTier"];

const counts = (actions: string[]) => Promise.all(actions.map((action) => emulator.count(action)));

/** Returns the snapshot of each volume. */
async function createdIds(): Promise<string[]> {
    const found = await emulator.snapshots();
    return volumeIds.map((id) => found.find(({ VolumeId }) => VolumeId === id)?.SnapshotId ?? "");
}

const throttled = (action: string): Fault => ({
    action,
    code: "RequestLimitExceeded",
    message: "slow down",
    status: 503,
    times: 2,
});

test("throttled calls are retried within the timeout, and each succeeds once", async () => {
    await emulator.faults([...requestActions, ...revertActions].map(throttled));
    await engine.up(each(locked, hot, cold));
    expect(await counts(["CreateSnapshot", ...requestActions])).toEqual([3, 3, 3, 3]);
    expect(await countFeatures()).toEqual([1, 1, 1]);
    await engine.up(each({}, {}, { storageTier: "standard" }));
    expect(await counts(revertActions)).toEqual([3, 3, 3]);
    expect(await countFeatures()).toEqual([0, 0, 0]);
});

test.each(["reset", "malformed"] as const)(
    "after a lost response (%s), the provider reads the state and repeats only requests that had no effect",
    async (kind) => {
        const lost = (where: "before" | "after") =>
            [...requestActions, ...revertActions].map((action) => ({ action, kind, where, times: 1 }));
        await emulator.faults(lost("after"));
        await engine.up(each(locked, hot, cold));
        expect(await counts(["CreateSnapshot", ...requestActions])).toEqual([3, 1, 1, 1]);
        expect(await countFeatures()).toEqual([1, 1, 1]);
        await engine.up(each({}, {}, { storageTier: "standard" }));
        expect(await counts(revertActions)).toEqual([1, 1, 1]);
        expect(await countFeatures()).toEqual([0, 0, 0]);

        await emulator.clearCalls();
        await emulator.faults(lost("before"));
        await engine.up(each(locked, hot, cold));
        expect(await counts(["CreateSnapshot", ...requestActions])).toEqual([0, 2, 2, 2]);
        expect(await countFeatures()).toEqual([1, 1, 1]);
    },
);

test("a snapshot is restored once from the Recycle Bin if the call is throttled, denied or its response lost", async () => {
    await emulator.set({ recycleBinDays: 7 });
    const [volumeId = ""] = volumeIds;
    const id = await emulator.createSnapshot(volumeId);
    await emulator.deleteSnapshot(id);
    const action = "RestoreSnapshotFromRecycleBin";
    engine.program = [snapshot("data", { volumeId, adopt: id })];
    await emulator.faults([{ action, code: "UnauthorizedOperation", message: "You may not." }]);
    const forbidden = await during(emulator, () => engine.upFails());
    expect(forbidden.result.output).toContain(
        `creating snapshot of volume ${volumeId}: UnauthorizedOperation: You may not. ` +
            `The caller needs the IAM permission ec2:${action}.`,
    );
    expect(forbidden.actions.filter((one) => one === action)).toHaveLength(1);
    expect(engine.state).toEqual([]);

    await emulator.faults([throttled(action), { action, kind: "reset", where: "after", times: 1 }]);
    const restored = await during(emulator, () => engine.up());
    expect(restored.actions.filter((one) => one === action)).toHaveLength(3);
    expect(restored.actions).not.toContain("CreateSnapshot");
    expect(engine.live("data").id).toBe(id);
    expect(await snapshotIds(emulator)).toEqual([id]);
});

test("without permission each feature fails immediately with that permission, and the next up continues", async () => {
    const denied = (actions: string[]) =>
        actions.map((action) => ({ action, code: "UnauthorizedOperation", message: "You may not." }));
    const readActions = ["DescribeFastSnapshotRestores", "DescribeSnapshotTierStatus"];
    engine.program = each(locked, hot, cold);
    for (const actions of [requestActions, readActions]) {
        await emulator.clearCalls();
        await emulator.faults(denied(actions));
        const { output } = await engine.upFails(undefined, { continueOnError: true });
        expect(await counts(actions)).toEqual(actions.map(() => 1));
        for (const action of actions) {
            const index = requestActions.includes(action)
                ? requestActions.indexOf(action)
                : readActions.indexOf(action) + 1;
            expect(output).toContain(
                `snapshot ${(await createdIds())[index] ?? ""} of volume ${volumeIds[index] ?? ""}: ` +
                    `UnauthorizedOperation: You may not. The caller needs the IAM permission ec2:${action}.`,
            );
        }
    }
    for (const name of ["hot", "cold"]) {
        expect(engine.live(name).outputs).toMatchObject({
            state: "completed",
            ownerId: "123456789012",
            tagsAll: { Name: name },
        });
    }
    await emulator.faults([]);
    await emulator.clearCalls();
    await engine.up();
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    expect(await countFeatures()).toEqual([1, 1, 1]);
    expect(await snapshotIds(emulator)).toHaveLength(3);
});

test("multi-volume snapshots without permission fail immediately with that permission; the state stays empty", async () => {
    await emulator.faults([
        { action: "CreateSnapshots", code: "UnauthorizedOperation", message: "You may not." },
    ]);
    const set = instanceSnapshots("set", { instanceId: "i-0123456789abcdef0" });
    expect((await engine.upFails([set])).output).toContain(
        "creating snapshots of instance i-0123456789abcdef0: UnauthorizedOperation: You may not. " +
            "The caller needs the IAM permission ec2:CreateSnapshots.",
    );
    expect(await emulator.count("CreateSnapshots")).toBe(1);
    expect(engine.state).toEqual([]);
});

test("a timeout while enabling FSR or archiving keeps the known outputs, and the next up continues to wait", async () => {
    await emulator.set({ fastRestoreSeconds: 1_000, tieringSeconds: 1_000 });
    const timeout = "1 second";
    engine.program = each({}, { ...hot, timeout }, { ...cold, timeout });
    const { output } = await engine.upFails(undefined, { continueOnError: true });
    const hint = "is still in progress; run `pulumi up` again to continue waiting.";
    expect(output).toContain(
        `timed out after 1 second at us-east-1a enabling. The start of fast snapshot restore ${hint}`,
    );
    expect(output).toContain(
        `timed out after 1 second at archival 0%. The change of the storage tier ${hint}`,
    );
    for (const [index, name] of [[1, "hot"] as const, [2, "cold"] as const]) {
        expect(engine.live(name).outputs).toMatchObject({
            volumeId: volumeIds[index],
            state: "completed",
            volumeSize: 8,
            tagsAll: { Name: name },
        });
    }
    await emulator.advance(1_000);
    await engine.up();
    expect(await counts(["CreateSnapshot", ...requestActions])).toEqual([3, 0, 1, 1]);
    expect(await countFeatures()).toEqual([0, 1, 1]);
});

test.each([
    {
        feature: hot,
        readAction: "DescribeFastSnapshotRestores",
        why: "not shown by EC2: the snapshot was deleted",
        left: [0, 1, 0],
    },
    {
        feature: cold,
        readAction: "DescribeSnapshotTierStatus",
        why: "it no longer exists in us-east-1 (account 123456789012)",
        left: [0, 0, 1],
    },
])(
    "a snapshot that disappears during the wait for a feature ($readAction) fails the up immediately with its id",
    async ({ feature, readAction, why, left }) => {
        await emulator.set({ fastRestoreSeconds: 1_000, tieringSeconds: 1_000 });
        const [volumeId = ""] = volumeIds;
        let id = "";
        engine.onWait = async () => {
            if (id !== "" || (await emulator.count(readAction)) < 2) return;
            [id = ""] = await createdIds();
            if (feature === hot) await disableFastRestore(id);
            await emulator.deleteSnapshot(id);
        };
        const { output } = await engine.upFails([snapshot("data", { volumeId, ...feature })]);
        expect(id).not.toBe("");
        expect(output).toContain(`waiting for snapshot ${id} of volume ${volumeId}: ${why}`);
        expect(await emulator.count(readAction)).toBe(3);

        await emulator.set({ fastRestoreSeconds: 0, tieringSeconds: 0 });
        await engine.refresh();
        await engine.up();
        expect(await countFeatures()).toEqual(left);
        expect(await snapshotIds(emulator)).toHaveLength(1);
    },
);

async function disableFastRestore(id: string): Promise<void> {
    await emulator.set({ fastRestoreSeconds: 0 });
    const everywhere = { SourceSnapshotIds: [id], AvailabilityZones: ["us-east-1a"] };
    await emulator.ec2().send(new DisableFastSnapshotRestoresCommand(everywhere));
}
