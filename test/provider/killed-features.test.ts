// Tests a run that is killed while a lock, fast snapshot restore, archiving or a share is requested, with its provider
// process killed or orphaned: the next run finds the request, and does not send it again.

import { expect } from "vitest";
import { countFeatures, grantsOf, idsOf, shareWith } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { share, snapshot } from "./declare";
import { Engine } from "./engine";

const own = () => idsOf({ OwnerIds: ["self"] });
const called = (action: string) => async () => (await emulator.count(action)) > 0;

interface Feature {
    args: object;
    action: string;
    /** Contains the final number of locks, zones with fast snapshot restore, and archived snapshots. */
    features: number[];
    /** Is the read of the wait. */
    readAction?: string;
}

const features: Feature[] = [
    {
        args: { lock: { mode: "governance", duration: "30 days" } },
        action: "LockSnapshot",
        features: [1, 0, 0],
    },
    {
        args: { fastRestore: { availabilityZones: ["us-east-1a"] } },
        action: "EnableFastSnapshotRestores",
        features: [0, 1, 0],
        readAction: "DescribeFastSnapshotRestores",
    },
    {
        args: { storageTier: "archive" },
        action: "ModifySnapshotTier",
        features: [0, 0, 1],
        readAction: "DescribeSnapshotTierStatus",
    },
];
const cases = features.flatMap((feature) => [false, true].map((isOrphan) => ({ ...feature, isOrphan })));

test.each(cases)(
    "killed before the response of $action (orphan: $isOrphan): the next up finds the declared feature",
    async ({ args, action, features: expected, isOrphan }) => {
        const engine = new Engine(emulator);
        engine.program = [snapshot("s", { volumeId: await emulator.createVolume({ size: 8 }), ...args })];
        await emulator.faults([{ action, kind: "reset", where: "after", times: 1 }]);
        await engine.kill(() => engine.up(), called(action), { isOrphan });
        await engine.up();
        expect(await own()).toEqual([engine.live("s").id]);
        expect([await emulator.count("CreateSnapshot"), await emulator.count(action)]).toEqual([1, 1]);
        expect(await countFeatures()).toEqual(expected);
    },
);

test.each(cases.filter(({ readAction }) => readAction !== undefined))(
    "killed while $action is in progress (orphan: $isOrphan): the next up waits for it without a second request",
    async ({ args, action, features: expected, readAction = "", isOrphan }) => {
        const engine = new Engine(emulator);
        engine.program = [snapshot("s", { volumeId: await emulator.createVolume({ size: 8 }), ...args })];
        await emulator.set({ fastRestoreSeconds: 60, tieringSeconds: 60 });
        await engine.kill(() => engine.up(), called(readAction), { isOrphan });
        expect(await emulator.count(action)).toBe(1);
        await engine.up();
        expect([await emulator.count("CreateSnapshot"), await emulator.count(action)]).toEqual([1, 1]);
        expect(await countFeatures()).toEqual(expected);
        await emulator.clearCalls();
        expect((await engine.up()).steps).toEqual({ s: "same" });
        expect(await emulator.calls()).toEqual([]);
    },
);

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"] as const;

test.each([false, true])(
    "killed between grant and state (orphan: %s), at creation and update: the next up owns the declared grants",
    async (isOrphan) => {
        const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
        await shareWith(snapshotId, carol);
        const users = async () => (await grantsOf(snapshotId)).users.sort();
        const engine = new Engine(emulator);
        const killAfterGrant = async (account: string, accounts: string[]) => {
            engine.program = [share("s", { snapshotId, accounts })];
            await emulator.faults([
                { action: "ModifySnapshotAttribute", kind: "reset", where: "after", times: 1 },
            ]);
            const granted = async () => (await users()).includes(account);
            await engine.kill(() => engine.up(), granted, { isOrphan });
        };

        await killAfterGrant(alice, [alice, carol]);
        expect(engine.state).toEqual([]);
        await engine.up();
        expect(engine.live("s").outputs).toMatchObject({
            accountIds: [alice, carol],
            grants: [alice, carol],
        });

        await killAfterGrant(bob, [alice, bob, carol]);
        await engine.up();
        expect(engine.live("s").outputs).toMatchObject({ accountIds: [alice, bob, carol] });
        await engine.destroy();
        expect(await users()).toEqual([]);
    },
);
