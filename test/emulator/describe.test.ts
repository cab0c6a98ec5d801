import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { defaultAccount } from "./emulator";
import { otherAccount, ec2, createSnapshot, describeSnapshots, idsOf, refusal, shareWith } from "./calls";

describe("DescribeSnapshots", () => {
    test("returns pages of MaxResults, and a deletion between pages skips no snapshot", async () => {
        const volumeId = await emulator.createVolume();
        const ids: string[] = [];
        for (let number = 0; number < 12; number++) ids.push(await createSnapshot(volumeId));

        const first = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], MaxResults: 5 }));
        await ec2.send(new DeleteSnapshotCommand({ SnapshotId: ids[0] }));
        const pages = [first];
        while (pages.at(-1)?.NextToken) {
            const token = pages.at(-1)?.NextToken;
            pages.push(
                await ec2.send(
                    new DescribeSnapshotsCommand({ OwnerIds: ["self"], MaxResults: 5, NextToken: token }),
                ),
            );
        }

        expect(pages.map((page) => page.Snapshots?.map(({ SnapshotId }) => SnapshotId))).toEqual([
            ids.slice(0, 5),
            ids.slice(5, 10),
            ids.slice(10),
        ]);
        expect(await refusal(describeSnapshots({ MaxResults: 4 }))).toMatch(/^InvalidParameterValue: /);
        expect(await refusal(describeSnapshots({ MaxResults: 5, SnapshotIds: ids.slice(1, 2) }))).toMatch(
            /^InvalidParameterCombination: /,
        );
        expect(await refusal(describeSnapshots({ NextToken: "nonsense!" }))).toMatch(
            /^InvalidParameterValue: /,
        );
    });

    test("fails for the complete request if one id is unknown; a filter omits unknown ids", async () => {
        const id = await createSnapshot();
        const unknown = "snap-0123456789abcdef0";

        expect(await refusal(describeSnapshots({ SnapshotIds: [id, unknown] }))).toBe(
            `InvalidSnapshot.NotFound: The snapshot '${unknown}' does not exist.`,
        );
        expect(await idsOf({ Filters: [{ Name: "snapshot-id", Values: [id, unknown] }] })).toEqual([id]);
    });

    test("filters by id, volume, owner, status, tag and tag key, with wildcards, all filters together", async () => {
        const volumeId = await emulator.createVolume();
        const nightly = await createSnapshot(volumeId, { Name: "nightly-1", Group: "a" });
        const weekly = await createSnapshot(volumeId, { Name: "weekly-1" });
        await emulator.set({ snapshotSeconds: 60 });
        const other = await createSnapshot();
        const by = (...filters: [name: string, ...values: string[]][]): Promise<string[]> =>
            idsOf({ Filters: filters.map(([Name, ...Values]) => ({ Name, Values })) });

        expect(await by(["volume-id", volumeId])).toEqual([nightly, weekly]);
        expect(await by(["status", "pending"])).toEqual([other]);
        expect(await by(["tag:Name", "nightly*", "week??-1"])).toEqual([nightly, weekly]);
        expect(await by(["tag:Name", "night"])).toEqual([]);
        expect(await by(["tag-key", "Group"])).toEqual([nightly]);
        expect(await by(["tag:Name", "*"], ["tag-key", "Group"])).toEqual([nightly]);
        expect(await by(["owner-id", defaultAccount], ["snapshot-id", weekly, other])).toEqual([
            weekly,
            other,
        ]);
        expect(await by(["owner-id", otherAccount])).toEqual([]);
        expect(await refusal(by(["colour", "red"]))).toContain("The filter 'colour' is invalid");
    });

    test("reads only *, ? and a backslash as special in the values of filters", async () => {
        const brackets = await createSnapshot(undefined, { Name: "db[1]-a" });
        const star = await createSnapshot(undefined, { Name: "db*" });
        await createSnapshot(undefined, { Name: "db1-a" });
        const named = (value: string): Promise<string[]> =>
            idsOf({ Filters: [{ Name: "tag:Name", Values: [value] }] });

        expect(await named("db[1]-*")).toEqual([brackets]);
        expect(await named("db\\*")).toEqual([star]);
    });

    test("accepts at most 200 values per filter", async () => {
        const values = Array.from({ length: 201 }, (_, index) => `snap-${index}`);

        expect(await idsOf({ Filters: [{ Name: "snapshot-id", Values: values.slice(1) }] })).toEqual([]);
        expect(await refusal(idsOf({ Filters: [{ Name: "snapshot-id", Values: values }] }))).toMatch(
            /^FilterLimitExceeded: /,
        );
    });

    test("returns own and shared snapshots of an account, and OwnerIds distinguishes them", async () => {
        const other = emulator.ec2({ account: otherAccount });
        const secret = await createSnapshot();
        const shared = await createSnapshot();
        await shareWith(shared, otherAccount);

        expect(await idsOf({}, other)).toEqual([shared]);
        expect(await idsOf({ OwnerIds: ["self"] }, other)).toEqual([]);
        expect(await idsOf({ OwnerIds: [defaultAccount] }, other)).toEqual([shared]);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([secret, shared]);
        expect(await idsOf({}, emulator.ec2({ region: "eu-west-1" }))).toEqual([]);
    });
});
