/**
 * Tests the functions on snapshots in this process: the newest snapshot, and the changes between two.
 *
 * @module
 */
import { CopySnapshotCommand, LockSnapshotCommand, ModifySnapshotTierCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { main } from "../../cli/index";
import { changedSize, type ChangedSizeArgs } from "../../provider/functions/changed-size";
import { newestSnapshot } from "../../provider/functions/newest-snapshot";
import { ProviderInstance } from "../../provider/plugin/provider";
import { emulator, test } from "../fixture";
import { grantOutside } from "../engine/share/shares";
import { during } from "../engine/steps";
import { failure } from "./door";

const config = (): Record<string, string> => ({
    ...emulator.pulumiConfig(),
    "aws:accessKey": "AKIATEST123456789012",
    "aws:secretKey": "test",
    "ebs-snapshots:accounts": '{"lab":"111122223333"}',
});
const read = (key: string) => config()[key];
const newest = (args: Parameters<typeof newestSnapshot>[1], secrets?: string[]) =>
    newestSnapshot(read, args, secrets === undefined ? {} : { secrets });
const measure = (args: ChangedSizeArgs, options?: Parameters<typeof changedSize>[2]) =>
    changedSize(read, args, options);

const group = (Value: string) => [{ Key: "Group", Value }];
const blocks = (count: number, content = "a") =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [index, content]));

/** Creates snapshots of one volume, a minute apart. */
async function series(count: number, volumeId: string): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < count; at++) {
        ids.push(await emulator.createSnapshot(volumeId, group("payments")));
        await emulator.advance(60);
    }
    return ids;
}

test("newestSnapshot returns the newest completed snapshot for every filter, from all pages", async () => {
    const volumeId = await emulator.createVolume();
    const [, second = ""] = await series(2, volumeId);
    await emulator.seed({ snapshots: 1_001 });
    await emulator.advance(60);
    await emulator.set({ snapshotSeconds: 1_000 });
    await emulator.createSnapshot(volumeId, group("payments"));
    for (const args of [{ group: "pay*" }, { volumeId }, { tags: { Group: "payments" } }])
        expect((await newest(args)).snapshotId).toBe(second);
    const { result, calls } = await during(emulator, () => newest({}));
    expect(result.tags).toEqual({});
    expect(calls.filter(({ action }) => action === "DescribeSnapshots")).toHaveLength(2);
});

test.each(["12345678901", 12345678901])(
    "an owner of fewer than 12 digits (%j) is rejected and never padded",
    async (owner) => {
        const { result, calls } = await during(emulator, () => failure(newest({ owner: owner as string })));
        expect(result).toContain(`owner is ${JSON.stringify(owner)}, but must be "self", "shared", "public"`);
        expect(result).toContain("write it with all 12 digits in quotation marks");
        expect(calls).toEqual([]);
    },
);

test("the error of newestSnapshot without a match contains the filters, region, account and a pending snapshot", async () => {
    const place = "no completed snapshot was found in us-east-1 (account 123456789012): looked for ";
    expect(await failure(newest({ group: "payments", tags: { Tier: "gold" } }))).toBe(
        `${place}owner "self", group "payments", tags {"Tier":"gold"}. Check the filters, the region and the account.`,
    );
    expect(await failure(newest({ owner: "lab", group: "payments" }, ["group"]))).toBe(
        `${place}owner "lab", group (secret). Check the filters, the region and the account.`,
    );
    await emulator.set({ snapshotSeconds: 1_000 });
    const id = await emulator.createSnapshot(await emulator.createVolume(), group("payments"));
    await emulator.advance(400);
    expect(await failure(newest({ group: "payments" }))).toBe(
        `${place}owner "self", group "payments". One that matches is not completed; the newest, ${id}, is pending (40%).`,
    );
});

test("changedSize counts the blocks changed since the previous snapshot, or all blocks of the first one", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const [first = "", second = "", third = ""] = await series(3, volumeId);
    await series(1, await emulator.createVolume());
    await emulator.blocks(first, blocks(10));
    // Two blocks are changed, one is new, and one is removed, which needs no space.
    await emulator.blocks(second, { ...blocks(9), 0: "b", 1: "b", 4_000: "c" });
    await emulator.blocks(third, blocks(10));
    const size = (count: number) => ({ changedBytes: count * 524_288, blocks: count, blockSize: 524_288 });
    expect(await measure({ snapshotId: second })).toEqual({ ...size(3), to: second, from: first });
    expect(await measure({ snapshotId: first })).toEqual({ ...size(10), to: first });
    expect(await measure({ from: first, to: third })).toEqual({ ...size(0), to: third, from: first });
    // The blocks of an archived snapshot cannot be listed.
    await emulator.ec2().send(new ModifySnapshotTierCommand({ SnapshotId: second, StorageTier: "archive" }));
    expect(await measure({ snapshotId: third })).toEqual({ ...size(0), to: third, from: first });
});

test("changedSize reads all pages, including empty ones, and reports its progress", async () => {
    await emulator.set({ emptyBlockPages: true });
    const [id = ""] = await series(1, await emulator.createVolume({ size: 10 }));
    await emulator.blocks(id, blocks(20_480));
    const progress: number[] = [];
    const { result, calls } = await during(emulator, () =>
        measure({ snapshotId: id }, { onProgress: ({ compared }) => progress.push(compared) }),
    );
    expect(result.changedBytes).toBe(10 * 2 ** 30);
    expect(calls.filter(({ action }) => action === "ListSnapshotBlocks")).toHaveLength(5);
    expect(progress).toEqual([10_000 / 20_480, 10_000 / 20_480, 20_000 / 20_480, 20_000 / 20_480, 1]);
});

test("changedSize waits while AWS throttles, and repeats a call whose response is lost", async () => {
    const [first = "", second = ""] = await series(2, await emulator.createVolume());
    await emulator.blocks(first, blocks(1));
    await emulator.blocks(second, blocks(2));
    const action = "ListChangedBlocks";
    await emulator.faults([
        { action, times: 1, code: "RequestThrottledException", message: "Slow down." },
        { action, times: 1, code: "InternalServerException", status: 500 },
        { action, times: 1, kind: "reset" },
    ]);
    const { result, calls } = await during(emulator, () => measure({ snapshotId: second }));
    expect(result.blocks).toBe(1);
    expect(calls.filter((call) => call.action === action)).toHaveLength(4);
});

test("changedSize ends immediately when cancelled, and so does the plugin's function with its run", async () => {
    const [id = ""] = await series(1, await emulator.createVolume());
    await emulator.faults([{ action: "ListSnapshotBlocks", code: "RequestThrottledException" }]);
    const controller = new AbortController();
    const cancelled = failure(measure({ snapshotId: id }, { signal: controller.signal }));
    await expect.poll(() => emulator.count("ListSnapshotBlocks")).toBeGreaterThan(0);
    controller.abort(new Error("enough"));
    expect(await cancelled).toBe("enough");

    await emulator.faults([{ action: "ListSnapshotBlocks", kind: "hang" }]);
    await emulator.clearCalls();
    const plugin = new ProviderInstance();
    plugin.configure(
        Object.fromEntries(Object.entries(config()).map(([key, value]) => [key.replace(/^.*:/, ""), value])),
    );
    const running = failure(plugin.invoke("ebs-snapshots:index:changedSize", { snapshotId: id }));
    await expect.poll(() => emulator.count("ListSnapshotBlocks")).toBe(1);
    plugin.cancel();
    expect(await running).toBe("the run was cancelled");
});

test("changedSize rejects incomparable snapshots with the remedy", async () => {
    const volumeId = await emulator.createVolume();
    const [first = "", second = ""] = await series(2, volumeId);
    const [other = ""] = await series(1, await emulator.createVolume());
    const ec2 = emulator.ec2();
    const copied = await ec2.send(
        new CopySnapshotCommand({ SourceSnapshotId: first, SourceRegion: "us-east-1" }),
    );
    const copy = copied.SnapshotId ?? "";
    await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: second, StorageTier: "archive" }));
    await emulator.set({ snapshotSeconds: 100 });
    const pending = await emulator.createSnapshot(volumeId);
    await emulator.advance(43);
    for (const [args, text] of [
        [{}, /^specify either snapshotId, or from and to$/],
        [{ from: first }, /^specify either snapshotId, or from and to$/],
        [{ snapshotId: first, to: second }, /^specify either/],
        [{ snapshotId: "vol-1" }, /^snapshotId is "vol-1", but must be the id of a snapshot/],
        [{ from: first, to: first }, /are both snap-\w+, but must be two snapshots$/],
        [{ snapshotId: "snap-1" }, /^snap-1 was not found in us-east-1 \(account 123456789012\)\./],
        [{ snapshotId: pending }, /is pending \(43%\), but must be completed/],
        [{ snapshotId: second }, /is archived, .*Restore it first/],
        [{ snapshotId: copy }, /is a copy, .*Specify from and to\.$/],
        [{ from: first, to: other }, /^comparing snap-\w+ with snap-\w+: ValidationException: .*not related/],
    ] as const)
        expect(await failure(measure(args))).toMatch(text);

    const action = "ListChangedBlocks";
    await emulator.faults([{ action, code: "AccessDeniedException", message: "No.", status: 403 }]);
    expect(await failure(measure({ from: first, to: other }))).toContain(
        "The caller needs the IAM permission ebs:ListChangedBlocks.",
    );
});

test("`changed` prints the changed size, `list --details` the accounts with access and the end of the lock", async () => {
    const volumeId = await emulator.createVolume({ size: 8 });
    const [first = "", second = ""] = await series(2, volumeId);
    await emulator.blocks(first, blocks(4_096));
    await emulator.blocks(second, { ...blocks(4_096), 0: "b" });
    const place = Object.entries(config()).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
    const outputOf = async (...args: string[]) => (await main([...args, ...place])).text;
    expect(await outputOf("changed", first)).toBe(
        `${first} holds 2 GiB in all; no earlier snapshot of its volume is left (4096 blocks of 512 KiB).\n`,
    );
    expect(await outputOf("changed", second)).toBe(
        `${second} holds 512 KiB that changed since ${first} (1 block of 512 KiB).\n`,
    );
    expect(JSON.parse(await outputOf("changed", second, "--since", first, "--json"))).toMatchObject({
        blocks: 1,
    });

    const ec2 = emulator.ec2();
    await grantOutside(ec2, first, "add", "111122223333");
    await grantOutside(ec2, second, "add", "all");
    await ec2.send(new LockSnapshotCommand({ SnapshotId: first, LockMode: "governance", LockDuration: 10 }));
    const expires = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    const { result, calls } = await during(emulator, () =>
        outputOf("list", "--volume", volumeId, "--details"),
    );
    const rows = result.split("\n").map((line) => line.split(/ {2,}/).slice(-2));
    expect(rows.slice(0, 3)).toEqual([
        ["lock", "shared with"],
        ["-", "public"],
        [`governance until ${expires}`, "111122223333"],
    ]);
    expect(calls.map(({ action }) => action).sort()).toEqual([
        "DescribeLockedSnapshots",
        "DescribeSnapshotAttribute",
        "DescribeSnapshotAttribute",
        "DescribeSnapshots",
    ]);
    expect(await failure(outputOf("list", "--owner", "shared", "--details"))).toContain("Omit --owner");
});

test("the plugin's functions return objects, which are secret if a filter is secret", async () => {
    const volumeId = await emulator.createVolume();
    const [first = "", second = ""] = await series(2, volumeId);
    await emulator.blocks(first, blocks(1));
    await emulator.blocks(second, blocks(3));
    const plugin = new ProviderInstance();
    plugin.configure(
        Object.fromEntries(Object.entries(config()).map(([key, value]) => [key.replace(/^.*:/, ""), value])),
    );
    expect(await plugin.invoke("ebs-snapshots:index:newestSnapshot", { volumeId })).toMatchObject({
        snapshotId: second,
        group: "payments",
    });
    expect(await plugin.invoke("ebs-snapshots:index:changedSize", { from: first, to: second })).toMatchObject(
        { changedBytes: 2 * 524_288 },
    );
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "pay*" };
    const found = await plugin.invoke("ebs-snapshots:index:newestSnapshot", { group: secret });
    expect(found["snapshotId"]).toMatchObject({ value: second });
});
