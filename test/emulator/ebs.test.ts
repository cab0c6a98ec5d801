import { ModifySnapshotTierCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { createSnapshot, ec2 } from "./calls";

const list = (path: string) => emulator.rest("ebs", "GET", `/snapshots/${path}`);
const manyBlocks = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [index, "a"]));

describe("EBS direct APIs", () => {
    test("list the blocks of a snapshot in pages, and those that differ between two", async () => {
        const volumeId = await emulator.createVolume();
        const [first, second] = [await createSnapshot(volumeId), await createSnapshot(volumeId)];
        await emulator.blocks(first, { ...manyBlocks, 160: "a" });
        await emulator.blocks(second, { ...manyBlocks, 3: "b", 200: "c" });

        const page = await list(`${second}/blocks?maxResults=100`);
        const token = String(page.body["NextToken"]);
        const next = await list(`${second}/blocks?maxResults=100&pageToken=${token}&startingBlockIndex=149`);
        const changed = await list(`${second}/changedblocks?firstSnapshotId=${first}`);
        const rest = await list(`${second}/changedblocks?firstSnapshotId=${first}&startingBlockIndex=161`);

        expect(page.body).toMatchObject({ BlockSize: 524288, VolumeSize: 1 });
        // A token replaces the starting index.
        expect([page.body["Blocks"], next.body["Blocks"]].map((blocks) => (blocks as []).length)).toEqual([
            100, 51,
        ]);
        expect(changed.body["ChangedBlocks"]).toEqual([
            { BlockIndex: 3, FirstBlockToken: "YQ==", SecondBlockToken: "Yg==" },
            { BlockIndex: 160, FirstBlockToken: "YQ==" },
            { BlockIndex: 200, SecondBlockToken: "Yw==" },
        ]);
        expect(rest.body["ChangedBlocks"]).toMatchObject([{ BlockIndex: 200 }]);
    });

    test("a page may be empty although another one follows", async () => {
        await emulator.set({ emptyBlockPages: true });
        const id = await createSnapshot();
        await emulator.blocks(id, manyBlocks);
        const lengths: number[] = [];
        for (let token = ""; ;) {
            const { body } = await list(`${id}/blocks?maxResults=100${token}`);
            lengths.push((body["Blocks"] as []).length);
            const next = body["NextToken"] as string | undefined;
            if (next === undefined) break;
            token = `&pageToken=${next}`;
        }
        expect(lengths).toEqual([100, 0, 50]);
    });

    test("reject unknown, pending, archived and unrelated snapshots, page sizes, and tokens of other snapshots", async () => {
        const volumeId = await emulator.createVolume();
        const [first, second, other] = [
            await createSnapshot(volumeId),
            await createSnapshot(volumeId),
            await createSnapshot(),
        ];
        await emulator.blocks(first, manyBlocks);
        const { body } = await list(`${first}/blocks?maxResults=100`);
        await emulator.set({ snapshotSeconds: 100 });
        const pending = await createSnapshot(volumeId);
        const archived = await createSnapshot(volumeId);
        await emulator.snapshot(archived, { status: "completed" });
        await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: archived, StorageTier: "archive" }));
        const refused: [string, number, string, string][] = [
            ["snap-1/blocks", 404, "ResourceNotFoundException", "SNAPSHOT_NOT_FOUND"],
            ["snap-x/blocks", 400, "ValidationException", "INVALID_SNAPSHOT_ID"],
            [`${pending}/blocks`, 400, "ValidationException", "INVALID_SNAPSHOT_ID"],
            [`${archived}/blocks`, 400, "ValidationException", "INVALID_SNAPSHOT_ID"],
            [`${first}/blocks?maxResults=99`, 400, "ValidationException", "INVALID_PARAMETER_VALUE"],
            [`${first}/changedblocks`, 400, "ValidationException", "INVALID_PARAMETER_VALUE"],
            [
                `${other}/changedblocks?firstSnapshotId=${first}`,
                400,
                "ValidationException",
                "UNRELATED_SNAPSHOTS",
            ],
            [
                `${second}/blocks?pageToken=${String(body["NextToken"])}`,
                400,
                "ValidationException",
                "INVALID_PAGE_TOKEN",
            ],
        ];
        for (const [path, status, code, reason] of refused)
            expect(await list(path)).toMatchObject({ status, body: { __type: code, Reason: reason } });
    });
});
