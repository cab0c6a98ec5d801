// A CLI that is killed while a lock, fast snapshot restore, the archive or a set comes about: it needs an engine that dies.

import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { describe, expect, vi } from "vitest";
import { countFeatures } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";
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

const counts = (actions: string[]) => Promise.all(actions.map((action) => emulator.count(action)));

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
        expect(await countFeatures()).toEqual([0, 1, 1]);
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
        expect(await countFeatures()).toEqual([1, 1, 1]);
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
