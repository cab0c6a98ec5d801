import { EC2Client, ListSnapshotsInRecycleBinCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { ec2, refusal } from "./calls";

async function page(NextToken?: string): Promise<{ ids: (string | undefined)[]; next: string | undefined }> {
    const { Snapshots = [], NextToken: next } = await ec2.send(
        new ListSnapshotsInRecycleBinCommand({ MaxResults: 1000, NextToken }),
    );
    return { ids: Snapshots.map(({ SnapshotId }) => SnapshotId), next };
}

describe("the Recycle Bin", () => {
    test("is seeded with thousands of snapshots without a call, and lists them in pages", async () => {
        await emulator.seed({ recycled: 2500 });
        expect(await emulator.calls()).toEqual([]);

        const first = await page();
        const second = await page(first.next);
        const third = await page(second.next);

        expect([first, second, third].map(({ ids }) => ids.length)).toEqual([1000, 1000, 500]);
        expect(new Set([first, second, third].flatMap(({ ids }) => ids)).size).toBe(2500);
        expect(third.next).toBeUndefined();
        expect(await emulator.snapshots()).toEqual([]);
    });

    test("repeats its paging token if a fault requires it", async () => {
        await emulator.seed({ recycled: 5 });
        await emulator.faults([{ action: "ListSnapshotsInRecycleBin", kind: "repeat" }]);

        const first = await page();
        const second = await page(first.next);

        expect([first.ids.length, first.next]).toEqual([5, "Mg=="]);
        expect(second.next).toBe("Mg==");
    });

    test("is an unknown action where it is not supported", async () => {
        await emulator.set({ recycleBinSupported: false });

        expect(await refusal(page())).toMatch(/^InvalidAction: /);
    });

    test("is denied to a user without the permission", async () => {
        const { accessKey, secretKey } = await emulator.user("reader", ["ec2:DescribeSnapshots"]);
        const otherClient = new EC2Client({
            endpoint: emulator.endpoint,
            region: "us-east-1",
            credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
        });

        expect(await refusal(otherClient.send(new ListSnapshotsInRecycleBinCommand({})))).toMatch(
            /^UnauthorizedOperation: .*ec2:ListSnapshotsInRecycleBin/,
        );
    });
});
