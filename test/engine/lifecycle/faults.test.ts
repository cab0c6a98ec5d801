import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";

let volume: string;
let project: Project | undefined;

test.beforeEach(async () => {
    volume = await emulator.createVolume({ size: 8 });
    await emulator.clearCalls();
});

/** A program of so many snapshots of the volumes given, and a barrier. */
const many = (count: number, volumes: string[]) => `
    const { CompletedSnapshots, Snapshot } = require("pulumi-ebs-snapshots");
    const volumes = ${JSON.stringify(volumes)};
    const all = Array.from({ length: ${String(count)} }, (_, i) =>
        new Snapshot("s" + i, { volumeId: volumes[i % volumes.length], waitForCompletion: false }));
    const barrier = new CompletedSnapshots("all", { snapshotIds: all.map((s) => s.snapshotId) });
    exports.states = barrier.snapshots.apply((list) => list.map((one) => one.state));
`;
const one = () => `
    const { Snapshot } = require("pulumi-ebs-snapshots");
    exports.id = new Snapshot("s", { volumeId: "${volume}" }).id;
`;

async function made(): Promise<string[]> {
    return (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId).sort();
}

test("30 % of all calls throttled: everything is made once, refreshed and deleted", async () => {
    await emulator.set({ seed: 7 });
    await emulator.faults([
        { action: "*", probability: 0.3, code: "RequestLimitExceeded", message: "slow down", status: 503 },
    ]);
    project = await createProject(many(12, [volume]));
    await project.up();
    expect((await project.outputs())["states"]).toEqual(Array(12).fill("completed"));
    await project.refresh();
    expect(await project.state()).toHaveLength(13);
    const served = await emulator.calls(({ action, error }) => action === "CreateSnapshot" && error === null);
    expect(served).toHaveLength(12);
    await project.destroy();
    expect((await emulator.calls(({ error }) => error === "RequestLimitExceeded")).length).toBeGreaterThan(0);
    await emulator.faults([]);
    expect(await made()).toEqual([]);
});

test("40 snapshots of one volume, 5 pending at most: all complete, one asks at a time", async () => {
    await emulator.set({ snapshotSeconds: 1, pendingPerVolume: 5 });
    project = await createProject(many(40, [volume]));
    await project.up();
    expect((await project.outputs())["states"]).toEqual(Array(40).fill("completed"));
    expect(await made()).toHaveLength(40);
    const asked = await emulator.calls(({ action }) => action === "CreateSnapshot");
    expect(asked.filter(({ error }) => error === null)).toHaveLength(40);
    // The rejected call is the next one that succeeds: the requested name changes only after a success.
    const names = asked.map(({ params }) => params["TagSpecification.1.Tag.1.Value"]);
    const turns = names.filter((name, index) => name !== names[index - 1]);
    expect(turns).toHaveLength(40);
});

test("credentials that expire while a snapshot is awaited are read anew from the file that a login renews", async () => {
    project = await createProject(one());
    const folder = join(project.folder, "aws");
    const file = join(folder, "credentials");
    await mkdir(folder, { recursive: true });
    const keys = (key: string) => `[default]\naws_access_key_id=${key}\naws_secret_access_key=test\n`;
    await writeFile(file, keys("AKIATEST123456789012"));
    delete project.env["AWS_ACCESS_KEY_ID"];
    delete project.env["AWS_SECRET_ACCESS_KEY"];
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = file;
    await emulator.set({ snapshotSeconds: 6 });
    // One Describe looks for claims; the second, the first of the wait, finds the credentials expired.
    await emulator.faults([
        {
            action: "DescribeSnapshots",
            after: 1,
            times: 1,
            code: "ExpiredToken",
            message: "expired",
            status: 400,
        },
    ]);
    await project.up();
    expect(await emulator.count("CreateSnapshot")).toBe(1);
    expect((await emulator.calls(({ error }) => error === "ExpiredToken")).length).toBe(1);
});

test("a region that does not answer ends with a clear error, and nothing is made", async () => {
    project = await createProject(one(), {
        config: { "aws:endpoints": '[{"ec2":"http://127.0.0.1:9"}]', "aws:maxRetries": "2" },
    });
    const said = await project.upFails();
    expect(said).toContain("ECONNREFUSED");
    expect(said).toContain("Check that the region exists and that its endpoint can be reached from here.");
    expect(await project.state()).toEqual([]);
    expect(await emulator.calls()).toEqual([]);
});

test("a snapshot that vanishes while it is awaited fails the up with its id, and is made anew after a refresh", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    project = await createProject(one());
    const up = project.run("up", "--yes", "--skip-preview");
    const pause = () => new Promise((wait) => setTimeout(wait, 50));
    while ((await made()).length === 0) await pause();
    const seen = await emulator.count("DescribeSnapshots");
    while ((await emulator.count("DescribeSnapshots")) <= seen) await pause();
    const [id = ""] = await made();
    await emulator.deleteSnapshot(id);
    const { code, output } = await up;
    expect(code).not.toBe(0);
    expect(output).toContain(
        `waiting for snapshot ${id} of volume ${volume}: it no longer exists in us-east-1 (account 123456789012)`,
    );
    await emulator.set({ snapshotSeconds: 0 });
    await project.refresh();
    await project.up();
    expect(await made()).toEqual([(await project.outputs())["id"]]);
});

test("a barrier names those that are not completed, and why; the next up goes on", async () => {
    const volumes = [volume, await emulator.createVolume()];
    await emulator.set({ snapshotSeconds: 1_000 });
    project = await createProject(many(2, volumes).replace('"all", {', '"all", { timeout: "1 second",'));
    const impatient = await project.upFails();
    const [first = "", second = ""] = await made();
    expect(impatient).toContain("2 of 2 snapshots did not complete");
    await emulator.snapshot(first, { status: "error", statusMessage: "the key is gone" });
    await emulator.snapshot(second, { status: "completed" });
    const failed = await project.upFails();
    // The run replaces the snapshot that failed, and waits for its successor alone.
    const third = (await made()).find((id) => ![first, second].includes(id)) ?? "";
    expect(failed).toContain(`1 of 2 snapshots did not complete: ${third}: timed out`);
    await emulator.snapshot(third, { status: "completed" });
    await project.up();
    expect((await project.outputs())["states"]).toEqual(["completed", "completed"]);
    expect(await made()).toHaveLength(2);
});
