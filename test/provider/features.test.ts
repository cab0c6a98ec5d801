// Tests the features of a snapshot: lock, fast snapshot restore, archive.

import {
    DescribeFastSnapshotRestoresCommand,
    DescribeLockedSnapshotsCommand,
    EnableFastSnapshotRestoresCommand,
    LockSnapshotCommand,
    UnlockSnapshotCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import { Engine } from "./engine";
import { during, snapshotIds } from "../engine/steps";

let volumeId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume({ size: 8 });
});

const declared = (args: object) => [snapshot("data", { volumeId, ...args })];

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

test("a lock is set while pending, restored after drift, changed and lifted in place; destroy keeps the snapshot", async () => {
    await emulator.set({ snapshotSeconds: 3 });
    const lock = { mode: "governance", duration: "30 days" };
    engine.program = declared({ lock });
    const created = await during(emulator, () => engine.up());
    expect(created.actions.slice(0, 2)).toEqual(["CreateSnapshot", "LockSnapshot"]);
    expect(await locks()).toEqual([["governance", 30]]);
    const [id = ""] = await snapshotIds(emulator);
    expect(engine.live("data").outputs).toMatchObject({ lock, state: "completed" });

    const repeated = await during(emulator, () => engine.up());
    expect(repeated.all).toEqual([]);

    await emulator.ec2().send(new UnlockSnapshotCommand({ SnapshotId: id }));
    await engine.refresh();
    const back = await during(emulator, () => engine.up());
    expect(back.actions).toContain("LockSnapshot");
    expect(await locks()).toEqual([["governance", 30]]);

    engine.program = declared({ lock: { ...lock, duration: "10 days" } });
    const shorter = await during(emulator, () => engine.up());
    expect(shorter.actions).not.toContain("CreateSnapshot");
    expect(await locks()).toEqual([["governance", 10]]);

    const { output: kept } = await engine.destroyFails();
    expect(kept).toContain(`deleting snapshot ${id}`);
    expect(kept).toContain("it is locked in governance mode until");
    expect(kept).toContain("a caller with the permission ec2:UnlockSnapshot can lift the lock");
    expect(await snapshotIds(emulator)).toEqual([id]);

    engine.program = declared({});
    await engine.up();
    expect(await locks()).toEqual([]);
    await engine.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("a compliance lock warns at preview, can be lifted during its cool-off and only extended afterwards", async () => {
    const cooling = { mode: "compliance", duration: "30 days", coolOff: "2 hours" };
    engine.program = declared({ lock: cooling });
    const { output: warning } = await engine.preview();
    expect(warning).toContain(
        "will lock the snapshot in compliance mode for 30 days: after the cool-off period of 2 hours",
    );
    await engine.up();
    expect(await locks()).toEqual([["compliance-cooloff", 30]]);
    await emulator.advance(3 * 3600);
    expect(await locks()).toEqual([["compliance", 30]]);

    engine.program = declared({});
    const { output: lifted } = await engine.upFails();
    expect(lifted).toContain("lock is no longer declared, but it is locked in compliance mode until");
    expect(lifted).toContain("nobody can lift the lock. Declare it again.");
    engine.program = declared({ lock: { ...cooling, duration: "10 days" } });
    const { output: shortened } = await engine.upFails();
    expect(shortened).toContain("It can only be extended: declare that in `lock`");
    expect(await locks()).toEqual([["compliance", 30]]);

    engine.program = declared({ lock: { ...cooling, duration: "60 days" } });
    await engine.up();
    expect(await locks()).toEqual([["compliance", 60]]);
    const { output: kept } = await engine.destroyFails();
    expect(kept).toContain("it is locked in compliance mode until");
    expect(kept).toContain("nobody can lift the lock");

    await emulator.advance(61 * 86_400);
    const { inputs } = engine.live("data");
    await engine.refresh();
    expect(engine.live("data").inputs).toEqual(inputs);
    await engine.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("FSR warns of its cost, is awaited, changes per zone and is disabled before deletion; a quota has a remedy", async () => {
    await emulator.set({ fastRestoreSeconds: 2 });
    const fastRestore = { availabilityZones: ["us-east-1a", "us-east-1b"] };
    engine.program = declared({ fastRestore });
    expect((await engine.preview()).output).toContain(
        "fast snapshot restore is billed per hour in each zone until it is disabled: 2 more (us-east-1a, us-east-1b)",
    );
    await engine.up();
    expect(await zonesOn()).toEqual(["us-east-1a", "us-east-1b"]);
    expect((await during(emulator, () => engine.up())).all).toEqual([]);

    engine.program = declared({ fastRestore: { availabilityZones: ["us-east-1b", "us-east-1c"] } });
    const moved = await during(emulator, () => engine.up());
    expect(moved.actions.filter((action) => /^(En|Dis)able/.test(action))).toEqual([
        "DisableFastSnapshotRestores",
        "EnableFastSnapshotRestores",
    ]);
    expect(await zonesOn()).toEqual(["us-east-1b", "us-east-1c"]);

    await emulator.set({ fastRestoreLimit: 1 });
    engine.program = [
        snapshot("data", { volumeId, fastRestore: { availabilityZones: ["us-east-1b", "us-east-1c"] } }),
        snapshot("more", { volumeId, fastRestore: { availabilityZones: ["us-east-1a"] } }),
    ];
    const { output: limited } = await engine.upFails();
    expect(limited).toContain(
        "fast snapshot restore could not be enabled in us-east-1a: FastSnapshotRestoreLimitExceeded",
    );
    expect(limited).toContain(
        "restore. Disable it for another snapshot in this region, or request a higher quota",
    );
    expect(await snapshotIds(emulator)).toHaveLength(2);

    const destroyed = await during(emulator, () => engine.destroy());
    const ends = destroyed.actions.filter((action) => /^(Delete|Disable)/.test(action));
    expect(ends).toContain("DisableFastSnapshotRestores");
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("a lock and FSR from outside of Pulumi stay while none is declared, and an update does not read them", async () => {
    await engine.up(declared({}));
    const SnapshotId = engine.live("data").id;
    const AvailabilityZones = ["us-east-1a"];
    await emulator
        .ec2()
        .send(new LockSnapshotCommand({ SnapshotId, LockMode: "governance", LockDuration: 30 }));
    await emulator
        .ec2()
        .send(new EnableFastSnapshotRestoresCommand({ SourceSnapshotIds: [SnapshotId], AvailabilityZones }));
    const updated = await during(emulator, () => engine.up(declared({ group: "payments" })));
    expect(updated.actions).toEqual(["DescribeSnapshots", "CreateTags"]);
    expect(await locks()).toEqual([["governance", 30]]);
    expect(await zonesOn()).toEqual(AvailabilityZones);
});

test("a snapshot moves to the archive and back in place with progress; a refresh in between shows no drift", async () => {
    await emulator.set({ tieringSeconds: 4 });
    engine.program = declared({});
    await engine.up();
    const [id = ""] = await snapshotIds(emulator);
    engine.program = declared({ storageTier: "archive" });
    const archived = await during(emulator, () => engine.up());
    expect(archived.actions).toContain("ModifySnapshotTier");
    expect(archived.result.output).toMatch(/archival \d+%/);
    expect((await during(emulator, () => engine.up())).all).toEqual([]);

    engine.program = declared({ storageTier: "archive", temporaryRestoreDays: 3 });
    const lent = await during(emulator, () => engine.up());
    const restores = lent.calls.filter(({ action }) => action === "RestoreSnapshotTier");
    expect(restores.map(({ params }) => params["TemporaryRestoreDays"])).toEqual(["3"]);
    await emulator.advance(4 * 86_400);
    await engine.refresh();
    expect((await during(emulator, () => engine.up())).actions).not.toContain("RestoreSnapshotTier");

    await emulator.set({ tieringSeconds: 3600 });
    engine.program = declared({ storageTier: "standard", timeout: "1 second" });
    expect((await engine.upFails()).output).toContain(
        "at permanent restore 0%. The change of the storage tier is still in progress",
    );
    const refreshed = await during(emulator, () => engine.refresh());
    expect(refreshed.actions).not.toContain("RestoreSnapshotTier");
    await emulator.set({ tieringSeconds: 0 });
    const back = await during(emulator, () => engine.up());
    expect(back.actions).not.toContain("RestoreSnapshotTier");
    expect(engine.live("data").outputs).toMatchObject({ storageTier: "standard", snapshotId: id });
    await engine.destroy();
});
