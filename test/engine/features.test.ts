// What a snapshot has besides its data: a lock, fast restore, a place in the archive.

import {
    DescribeFastSnapshotRestoresCommand,
    DescribeLockedSnapshotsCommand,
    UnlockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { during, live, program, snapshot, snapshotIds } from "./steps";

let emulator: Emulator;
let volumeId: string;

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    await emulator.reset();
    volumeId = await emulator.createVolume({ size: 8 });
});
afterAll(() => emulator.stop());

const declared = (args: object) => program(snapshot("data", { volumeId, ...args }));

async function locks(): Promise<[string | undefined, number | undefined][]> {
    const { Snapshots = [] } = await emulator.ec2().send(new DescribeLockedSnapshotsCommand({}));
    return Snapshots.map(({ LockState, LockDuration }) => [LockState, LockDuration]);
}

async function zonesOn(): Promise<string[]> {
    const { FastSnapshotRestores = [] } = await emulator
        .ec2()
        .send(new DescribeFastSnapshotRestoresCommand({}));
    return FastSnapshotRestores.filter(({ State }) => State === "enabled").map(
        ({ AvailabilityZone = "" }) => AvailabilityZone,
    );
}

test("a lock is put on while the snapshot is pending, comes back when lifted outside, is changed and lifted in place; a locked one is not deleted, and the failure says who could", async () => {
    await emulator.set({ snapshotSeconds: 3 });
    const lock = { mode: "governance", duration: "30 days" };
    const project = await Project.create(emulator, declared({ lock }));
    const made = await during(emulator, () => project.up());
    expect(made.actions.slice(0, 2)).toEqual(["CreateSnapshot", "LockSnapshot"]);
    expect(await locks()).toEqual([["governance", 30]]);
    const [id = ""] = await snapshotIds(emulator);
    expect((await live(project, "data")).outputs).toMatchObject({ lock, state: "completed" });

    const again = await during(emulator, () => project.up());
    expect(again.all).toEqual([]);

    await emulator.ec2().send(new UnlockSnapshotCommand({ SnapshotId: id }));
    await project.refresh();
    const back = await during(emulator, () => project.up());
    expect(back.actions).toContain("LockSnapshot");
    expect(await locks()).toEqual([["governance", 30]]);

    await project.program(declared({ lock: { ...lock, duration: "10 days" } }));
    const shorter = await during(emulator, () => project.up());
    expect(shorter.actions).not.toContain("CreateSnapshot");
    expect(await locks()).toEqual([["governance", 10]]);

    const kept = await project.fails("destroy");
    expect(kept).toContain(`deleting snapshot ${id}`);
    expect(kept).toContain("it is locked in governance mode until");
    expect(kept).toContain("whoever has the permission ec2:UnlockSnapshot can lift that");
    expect(await snapshotIds(emulator)).toEqual([id]);

    await project.program(declared({}));
    await project.up();
    expect(await locks()).toEqual([]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("a lock in compliance mode warns in the preview, can be lifted in its cool-off, and after it only be made longer", async () => {
    const cooling = { mode: "compliance", duration: "30 days", coolOff: "2 hours" };
    const project = await Project.create(emulator, declared({ lock: cooling }));
    const warning = await project.preview();
    expect(warning).toContain(
        "locks the snapshot in compliance mode for 30 days: once its cool-off of 2 hours is over",
    );
    await project.up();
    expect(await locks()).toEqual([["compliance-cooloff", 30]]);
    await emulator.advance(3 * 3600);
    expect(await locks()).toEqual([["compliance", 30]]);

    await project.program(declared({}));
    const lifted = await project.upFails();
    expect(lifted).toContain("lock is not given any more, but it is locked in compliance mode until");
    expect(lifted).toContain("nobody can lift that; declare it again");
    await project.program(declared({ lock: { ...cooling, duration: "10 days" } }));
    const shortened = await project.upFails();
    expect(shortened).toContain("it can only be made longer: declare it so in `lock`");
    expect(await locks()).toEqual([["compliance", 30]]);

    await project.program(declared({ lock: { ...cooling, duration: "60 days" } }));
    await project.up();
    expect(await locks()).toEqual([["compliance", 60]]);
    const kept = await project.fails("destroy");
    expect(kept).toContain("it is locked in compliance mode until");
    expect(kept).toContain("nobody can lift that");

    await emulator.advance(61 * 86_400);
    const expired = await during(emulator, () => project.refresh());
    expect(expired.result).toContain("unchanged");
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("fast restore names its price in the preview, is awaited, switched on and off by zone, and off before the snapshot is deleted; a limit is told with its remedy", async () => {
    await emulator.set({ fastRestoreSeconds: 2 });
    const fastRestore = { availabilityZones: ["us-east-1a", "us-east-1b"] };
    const project = await Project.create(emulator, declared({ fastRestore }));
    expect(await project.preview()).toContain(
        "fast restore is billed for every hour in each zone, from now until it is switched off: 2 more (us-east-1a, us-east-1b)",
    );
    await project.up();
    expect(await zonesOn()).toEqual(["us-east-1a", "us-east-1b"]);
    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.program(declared({ fastRestore: { availabilityZones: ["us-east-1b", "us-east-1c"] } }));
    const moved = await during(emulator, () => project.up());
    expect(moved.actions.filter((action) => /^(En|Dis)able/.test(action))).toEqual([
        "DisableFastSnapshotRestores",
        "EnableFastSnapshotRestores",
    ]);
    expect(await zonesOn()).toEqual(["us-east-1b", "us-east-1c"]);

    await emulator.set({ fastRestoreLimit: 1 });
    const two = program(
        snapshot("data", { volumeId, fastRestore: { availabilityZones: ["us-east-1b", "us-east-1c"] } }),
        snapshot("more", { volumeId, fastRestore: { availabilityZones: ["us-east-1a"] } }),
    );
    await project.program(two);
    const limited = await project.upFails();
    expect(limited).toContain(
        "fast restore cannot be switched on in us-east-1a: FastSnapshotRestoreLimitExceeded",
    );
    expect(limited).toContain("ask AWS for a higher quota");
    expect(await snapshotIds(emulator)).toHaveLength(2);

    const destroyed = await during(emulator, () => project.destroy());
    const ends = destroyed.actions.filter((action) => /^(Delete|Disable)/.test(action));
    expect(ends).toContain("DisableFastSnapshotRestores");
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("a snapshot moves to the archive and back in place, its progress shown; on its way there a refresh is no drift", async () => {
    await emulator.set({ tieringSeconds: 4 });
    const project = await Project.create(emulator, declared({}));
    await project.up();
    const [id = ""] = await snapshotIds(emulator);
    await project.program(declared({ storageTier: "archive" }));
    const archived = await during(emulator, () => project.up());
    expect(archived.actions).toContain("ModifySnapshotTier");
    expect(archived.result).toMatch(/archival \d+%/);
    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.program(declared({ storageTier: "archive", temporaryRestoreDays: 3 }));
    const lent = await during(emulator, () => project.up());
    const restores = lent.calls.filter(({ action }) => action === "RestoreSnapshotTier");
    expect(restores.map(({ params }) => params["TemporaryRestoreDays"])).toEqual(["3"]);
    await emulator.advance(4 * 86_400);
    await project.refresh();
    expect((await during(emulator, () => project.up())).actions).not.toContain("RestoreSnapshotTier");

    await emulator.set({ tieringSeconds: 3600 });
    await project.program(declared({ storageTier: "standard", timeout: "1 second" }));
    expect(await project.upFails()).toContain("permanent restore 0%; the next up goes on waiting");
    const refreshed = await during(emulator, () => project.refresh());
    expect(refreshed.actions).not.toContain("RestoreSnapshotTier");
    await emulator.set({ tieringSeconds: 0 });
    const back = await during(emulator, () => project.up());
    expect(back.actions).not.toContain("RestoreSnapshotTier");
    expect((await live(project, "data")).outputs).toMatchObject({ storageTier: "standard", snapshotId: id });
    await project.destroy();
});
