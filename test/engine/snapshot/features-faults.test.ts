// Whatever happens on the way, a lock, fast restore, a place in the archive and a set come about once, or fail with what is missing.

import {
    DeleteSnapshotCommand,
    DescribeFastSnapshotRestoresCommand,
    DescribeLockedSnapshotsCommand,
    DescribeSnapshotTierStatusCommand,
    DisableFastSnapshotRestoresCommand,
    RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, vi } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Fault } from "../../emulator/emulator";
import type { Project } from "../project";
import { during, killUp, live, program, snapshot, snapshotIds } from "../steps";

// A life of several steps, and waits for the pauses between attempts.
vi.setConfig({ testTimeout: 300_000 });

let project: Project;
let volumeIds: string[];

test.beforeEach(async () => {
    volumeIds = [];
    for (let count = 0; count < 3; count++) volumeIds.push(await emulator.createVolume({ size: 8 }));
});

/** One snapshot with each feature, of a volume of its own. */
const locked = { lock: { mode: "governance", duration: "30 days" } };
const hot = { fastRestore: { availabilityZones: ["us-east-1a"] } };
const cold = { storageTier: "archive" };
const each = (...features: object[]) =>
    program(
        ...["locked", "hot", "cold"].map((name, index) =>
            snapshot(name, { volumeId: volumeIds[index], ...features[index] }),
        ),
    );
const asking = ["LockSnapshot", "EnableFastSnapshotRestores", "ModifySnapshotTier"];
const givingUp = ["UnlockSnapshot", "DisableFastSnapshotRestores", "RestoreSnapshotTier"];

const counts = (actions: string[]) => Promise.all(actions.map((action) => emulator.count(action)));

/** What EC2 has of them: locks, zones, snapshots in the archive. */
async function there() {
    const ec2 = emulator.ec2();
    const { Snapshots: locks = [] } = await ec2.send(new DescribeLockedSnapshotsCommand({}));
    const { FastSnapshotRestores: zones = [] } = await ec2.send(new DescribeFastSnapshotRestoresCommand({}));
    const { SnapshotTierStatuses: tiers = [] } = await ec2.send(new DescribeSnapshotTierStatusCommand({}));
    return [
        locks.length,
        zones.filter(({ State }) => State === "enabled").length,
        tiers.filter(({ StorageTier }) => StorageTier === "archive").length,
    ];
}

/** The snapshot of each volume. */
async function taken(): Promise<string[]> {
    const found = await emulator.snapshots();
    return volumeIds.map((id) => found.find(({ VolumeId }) => VolumeId === id)?.SnapshotId ?? "");
}

describe.each([
    { left: "killed as well", orphan: false },
    { left: "left running", orphan: true },
])("the CLI is killed, its provider process $left", ({ orphan }) => {
    test("fast snapshot restore and an archive in progress: the next up waits for both and requests neither again", async () => {
        await emulator.set({ fastRestoreSeconds: 1_000, tieringSeconds: 1_000 });
        project = await createProject(each({}, hot, cold));
        const waits = ["DescribeFastSnapshotRestores", "DescribeSnapshotTierStatus"];
        await killUp(project, async () => (await counts(waits)).every((count) => count > 0), orphan);
        expect(await counts(asking)).toEqual([0, 1, 1]);
        await emulator.advance(1_000);
        await project.up();
        expect(await counts(["CreateSnapshot", ...asking])).toEqual([3, 0, 1, 1]);
        expect(await there()).toEqual([0, 1, 1]);
        const again = await during(emulator, () => project.up());
        expect(again.result).toContain("4 unchanged");
        expect(again.all).toEqual([]);
    });

    test("before the answers of EC2: the next up finds lock, zones and archive as they are wanted", async () => {
        await emulator.faults(
            asking.map((action) => ({ action, kind: "delay", seconds: 6, where: "after", times: 1 })),
        );
        project = await createProject(each(locked, hot, cold));
        await killUp(project, async () => (await counts(asking)).every((count) => count === 1), orphan);
        await project.up();
        expect(await counts(["CreateSnapshot", ...asking])).toEqual([3, 1, 1, 1]);
        expect(await there()).toEqual([1, 1, 1]);
    });

    test("between CreateSnapshots and its answer, and again while the set is awaited: there is one set in the end", async () => {
        const { Instances: [instance] = [] } = await emulator
            .ec2()
            .send(new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }));
        await emulator.set({ snapshotSeconds: 1_000 });
        await emulator.faults([
            { action: "CreateSnapshots", kind: "delay", seconds: 5, where: "after", times: 1 },
        ]);
        project = await createProject(
            program(
                'const { InstanceSnapshots } = require("pulumi-ebs-snapshots");',
                `new InstanceSnapshots("set", { instanceId: "${instance?.InstanceId ?? ""}" });`,
            ),
        );
        await killUp(project, async () => (await snapshotIds(emulator)).length === 1, orphan);
        await emulator.clearCalls();
        await killUp(project, async () => (await emulator.count("DescribeSnapshots")) >= 3, orphan);
        await emulator.advance(1_000);
        expect(await project.up()).toContain("adopts set-");
        expect(await emulator.count("CreateSnapshots")).toBe(0);
        const [id = ""] = await snapshotIds(emulator);
        expect(await snapshotIds(emulator)).toEqual([id]);
        expect((await live(project, "set")).outputs).toMatchObject({
            state: "completed",
            snapshots: [{ snapshotId: id, state: "completed" }],
        });
    });
});

test("a destroy killed while FSR is being disabled continues: nothing is disabled twice, deletion comes after", async () => {
    project = await createProject(each({}, hot, {}));
    await project.up();
    await emulator.set({ fastRestoreSeconds: 1_000 });
    await emulator.clearCalls();
    const looking = async () =>
        (await emulator.count("DisableFastSnapshotRestores")) === 1 &&
        (await emulator.count("DescribeFastSnapshotRestores")) > 1;
    await killUp(project, looking, false, undefined, "destroy");
    const begun = project.destroy();
    while ((await emulator.count("DescribeFastSnapshotRestores")) < 5)
        await new Promise((wait) => setTimeout(wait, 50));
    await emulator.advance(1_000);
    await begun;
    expect(await counts(["DisableFastSnapshotRestores"])).toEqual([1]);
    expect(await emulator.calls(({ error }) => error === "InvalidSnapshot.InUse")).toEqual([]);
    expect(await snapshotIds(emulator)).toEqual([]);
});

const throttled = (action: string): Fault => ({
    action,
    code: "RequestLimitExceeded",
    message: "slow down",
    status: 503,
    times: 2,
});

test("throttled calls are made again within patience, each served once", async () => {
    await emulator.faults([...asking, ...givingUp].map(throttled));
    project = await createProject(each(locked, hot, cold));
    await project.up();
    expect(await counts(["CreateSnapshot", ...asking])).toEqual([3, 3, 3, 3]);
    expect(await there()).toEqual([1, 1, 1]);
    await project.program(each({}, {}, { storageTier: "standard" }));
    await project.up();
    expect(await counts(givingUp)).toEqual([3, 3, 3]);
    expect(await there()).toEqual([0, 0, 0]);
});

test.each(["reset", "malformed"] as const)(
    "after a lost answer (%s) the provider reads first: nothing is sent twice, what EC2 did not do is sent again",
    async (kind) => {
        const lost = (where: "before" | "after") =>
            [...asking, ...givingUp].map((action) => ({ action, kind, where, times: 1 }));
        await emulator.faults(lost("after"));
        project = await createProject(each(locked, hot, cold));
        await project.up();
        expect(await counts(["CreateSnapshot", ...asking])).toEqual([3, 1, 1, 1]);
        expect(await there()).toEqual([1, 1, 1]);
        await project.program(each({}, {}, { storageTier: "standard" }));
        await project.up();
        expect(await counts(givingUp)).toEqual([1, 1, 1]);
        expect(await there()).toEqual([0, 0, 0]);

        await emulator.clearCalls();
        await emulator.faults(lost("before"));
        await project.program(each(locked, hot, cold));
        await project.up();
        expect(await counts(["CreateSnapshot", ...asking])).toEqual([0, 2, 2, 2]);
        expect(await there()).toEqual([1, 1, 1]);
    },
);

test("a snapshot is restored once from the Recycle Bin, be the call throttled, denied or its answer lost; none is created", async () => {
    await emulator.set({ recycleBinDays: 7 });
    const [volumeId = ""] = volumeIds;
    const id = await emulator.createSnapshot(volumeId);
    await emulator.deleteSnapshot(id);
    const action = "RestoreSnapshotFromRecycleBin";
    project = await createProject(program(snapshot("data", { volumeId, adopt: id })));
    await emulator.faults([{ action, code: "UnauthorizedOperation", message: "You may not." }]);
    const forbidden = await during(emulator, () => project.upFails());
    expect(forbidden.result).toContain(
        `creating snapshot of volume ${volumeId}: UnauthorizedOperation: You may not. ` +
            `The caller needs the IAM permission ec2:${action}.`,
    );
    expect(forbidden.actions.filter((one) => one === action)).toHaveLength(1);
    expect(await project.state()).toEqual([]);

    await emulator.faults([throttled(action), { action, kind: "reset", where: "after", times: 1 }]);
    const restored = await during(emulator, () => project.up());
    expect(restored.actions.filter((one) => one === action)).toHaveLength(3);
    expect(restored.actions).not.toContain("CreateSnapshot");
    expect((await live(project, "data")).id).toBe(id);
    expect(await snapshotIds(emulator)).toEqual([id]);
});

test("without permission each feature fails at once naming it, the state is unchanged, and the next up continues", async () => {
    const denied = (actions: string[]) =>
        actions.map((action) => ({ action, code: "UnauthorizedOperation", message: "You may not." }));
    const looks = ["DescribeFastSnapshotRestores", "DescribeSnapshotTierStatus"];
    project = await createProject(each(locked, hot, cold));
    for (const actions of [asking, looks]) {
        await emulator.clearCalls();
        await emulator.faults(denied(actions));
        const said = await project.upFails("--continue-on-error");
        expect(await counts(actions)).toEqual(actions.map(() => 1));
        for (const action of actions) {
            const index = asking.includes(action) ? asking.indexOf(action) : looks.indexOf(action) + 1;
            expect(said).toContain(
                `snapshot ${(await taken())[index] ?? ""} of volume ${volumeIds[index] ?? ""}: ` +
                    `UnauthorizedOperation: You may not. The caller needs the IAM permission ec2:${action}.`,
            );
        }
    }
    for (const name of ["hot", "cold"]) {
        expect((await live(project, name)).outputs).toMatchObject({
            state: "completed",
            ownerId: "123456789012",
            tagsAll: { Name: name },
        });
    }
    await emulator.faults([]);
    await emulator.clearCalls();
    await project.up();
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    expect(await there()).toEqual([1, 1, 1]);
    expect(await snapshotIds(emulator)).toHaveLength(3);
});

test("a set that may not be taken fails at once naming the permission, and nothing is left in the state", async () => {
    await emulator.faults([
        { action: "CreateSnapshots", code: "UnauthorizedOperation", message: "You may not." },
    ]);
    project = await createProject(
        program(
            'const { InstanceSnapshots } = require("pulumi-ebs-snapshots");',
            'new InstanceSnapshots("set", { instanceId: "i-0123456789abcdef0" });',
        ),
    );
    expect(await project.upFails()).toContain(
        "creating snapshots of instance i-0123456789abcdef0: UnauthorizedOperation: You may not. " +
            "The caller needs the IAM permission ec2:CreateSnapshots.",
    );
    expect(await emulator.count("CreateSnapshots")).toBe(1);
    expect(await project.state()).toEqual([]);
});

test("a timeout while enabling FSR or archiving keeps what is known, and the next up continues to wait", async () => {
    await emulator.set({ fastRestoreSeconds: 1_000, tieringSeconds: 1_000 });
    const timeout = "1 second";
    project = await createProject(each({}, { ...hot, timeout }, { ...cold, timeout }));
    const said = await project.upFails("--continue-on-error");
    const again = "is still in progress; run `pulumi up` again to continue waiting.";
    expect(said).toContain(
        `timed out after 1 second at us-east-1a enabling. The start of fast snapshot restore ${again}`,
    );
    expect(said).toContain(
        `timed out after 1 second at archival 0%. The change of the storage tier ${again}`,
    );
    for (const [index, name] of [[1, "hot"] as const, [2, "cold"] as const]) {
        expect((await live(project, name)).outputs).toMatchObject({
            volumeId: volumeIds[index],
            state: "completed",
            volumeSize: 8,
            tagsAll: { Name: name },
        });
    }
    await emulator.advance(1_000);
    await project.up();
    expect(await counts(["CreateSnapshot", ...asking])).toEqual([3, 0, 1, 1]);
    expect(await there()).toEqual([0, 1, 1]);
});

test("a snapshot that vanishes while its fast restore or its archive is awaited fails the up with its id, at once", async () => {
    await emulator.set({ fastRestoreSeconds: 1_000, tieringSeconds: 1_000 });
    // The looks in which it vanishes take long enough for all that must happen outside first.
    const looks = ["DescribeFastSnapshotRestores", "DescribeSnapshotTierStatus"];
    await emulator.faults(looks.map((action) => ({ action, kind: "delay", seconds: 3, after: 1, times: 1 })));
    project = await createProject(each({}, hot, cold));
    const up = project.run("up", "--yes", "--skip-preview", "--continue-on-error");
    while ((await counts(looks)).some((count) => count < 2))
        await new Promise((wait) => setTimeout(wait, 50));
    const [, hotId = "", coldId = ""] = await taken();
    const ec2 = emulator.ec2();
    const everywhere = { SourceSnapshotIds: [hotId], AvailabilityZones: ["us-east-1a"] };
    await ec2.send(new DisableFastSnapshotRestoresCommand(everywhere));
    await emulator.set({ fastRestoreSeconds: 0 });
    for (const SnapshotId of [hotId, coldId]) await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    const { code, output } = await up;
    expect(code).not.toBe(0);
    expect(output).toContain(
        `waiting for snapshot ${hotId} of volume ${volumeIds[1] ?? ""}: not shown by EC2: the snapshot was deleted`,
    );
    expect(output).toContain(
        `waiting for snapshot ${coldId} of volume ${volumeIds[2] ?? ""}: it no longer exists in us-east-1 (account 123456789012)`,
    );

    await emulator.set({ tieringSeconds: 0 });
    await project.refresh();
    await project.up();
    expect(await there()).toEqual([0, 1, 1]);
    expect(await snapshotIds(emulator)).toHaveLength(3);
});
