import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { checkVolumeFromSnapshot } from "../../../schema/volume-checks";
import { copyTagsRow, testRules, type Table } from "../table";
import { base, hostOf, snapshotOf } from "./volume-host";
import { noCount, noFlag, volumeOptionRows, yes } from "./option-rows";
import { answer, refusal, stsAnswer } from "../wire";

const table: Table = {
    ...volumeOptionRows,
    size: {
        ...volumeOptionRows.size,
        refuses: [
            ...volumeOptionRows.size.refuses,
            [5, "size is 5, but snapshot snap-1 has 8 GiB. Specify at least that size, or remove size."],
        ],
    },
    snapshotId: {
        accepts: ["snap-1", "snap-0123456789abcdef0"],
        refuses: [
            ["vol-1", 'snapshotId is "vol-1", but must be an id such as "snap-0123456789abcdef0"'],
            [null, "snapshotId is required"],
        ],
        change: [["snap-1", "snap-2", "update"]],
    },
    onSnapshotChange: {
        accepts: ["refuse", "keep", "replace"],
        refuses: [["ask", 'onSnapshotChange is "ask", but must be "refuse" or "keep" or "replace"']],
        change: [[undefined, "keep", "update"]],
    },
    availabilityZone: {
        accepts: ["us-east-1a", "us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1"],
        refuses: [
            ["us-west-2a", 'availabilityZone is "us-west-2a", but must be a zone of region us-east-1'],
            ["us-east-1", 'availabilityZone is "us-east-1", but must be a zone of region us-east-1'],
            [1, 'availabilityZone is 1, but must be a zone such as "us-east-1a" or "use1-az1"'],
            [null, "availabilityZone specify exactly one of availabilityZone and availabilityZoneId."],
        ],
        change: [["us-east-1a", "us-east-1b", "replace"]],
    },
    allowShrinkByReplacement: {
        accepts: yes,
        refuses: noFlag("allowShrinkByReplacement"),
        change: [[undefined, true, "update"]],
    },
    outpostArn: {
        accepts: ["arn:aws:outposts:us-east-1:123456789012:outpost/op-1"],
        refuses: [["op-1", 'outpostArn is "op-1", but must be the ARN of an Outpost']],
        change: [[undefined, "arn:aws:outposts:us-east-1:123456789012:outpost/op-1", "replace"]],
    },
    volumeInitializationRate: {
        accepts: [100, 300],
        refuses: noCount("volumeInitializationRate"),
        change: [[100, 300, "update"]],
    },
    copyTagsFromSnapshot: copyTagsRow("copyTagsFromSnapshot"),
};

testRules(hostOf(snapshotOf(8)), base, table);

test.each([
    [{ volumeType: "gp2", iops: 100 }, "iops"],
    [{ volumeType: "st1", throughput: 100 }, "throughput"],
    [{ volumeType: "io1", iops: 100, throughput: 100 }, "throughput"],
    [{ volumeType: "gp3", multiAttachEnabled: true }, "multiAttachEnabled"],
    [{ encrypted: false, kmsKeyId: "alias/a" }, "kmsKeyId"],
])("%j is rejected at %s", (inputs, property) => {
    const failures = checkVolumeFromSnapshot({ ...base, region: "us-east-1", ...inputs }, {});
    expect(failures.map((failure) => failure.property)).toEqual([property]);
});

describe("another snapshot", () => {
    test("is rejected unless onSnapshotChange allows it; an unknown one is not evaluated", async () => {
        const host = hostOf(snapshotOf(8));
        expect(await host.failures({ ...base, snapshotId: "snap-2" }, base)).toEqual([
            'snapshotId is "snap-2", but the volume was created from snap-1 and holds data written since. ' +
                'Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one from the other snapshot.',
        ]);
        for (const onSnapshotChange of ["keep", "replace"]) {
            expect(await host.failures({ ...base, snapshotId: "snap-2", onSnapshotChange }, base)).toEqual(
                [],
            );
        }
        expect(await host.failures({ ...base, snapshotId: UNKNOWN }, base)).toEqual([]);
        expect(host.wire.requests).toEqual([]);
    });

    test("replaces only if the program declares it", async () => {
        const host = hostOf(snapshotOf(8));
        const diff = (onSnapshotChange: string | undefined, snapshotId: string) =>
            host.clock.until(
                host.lifecycle.diff(
                    "vol-1",
                    { ...base, region: "us-east-1" },
                    {
                        ...base,
                        region: "us-east-1",
                        onSnapshotChange,
                        snapshotId,
                    },
                ),
            );
        expect(await diff("keep", "snap-2")).toEqual({ changes: true });
        expect(await diff("replace", UNKNOWN)).toEqual({ changes: true });
        expect(await diff("refuse", UNKNOWN)).toEqual({ changes: true });
        expect(host.messages.pop()).toContain(
            "snapshotId is not known yet: if it turns out to be another one, `pulumi up` fails",
        );
        expect(host.messages).toEqual([
            expect.stringMatching(
                /^warn: snapshotId is not known yet: if it turns out to be another one, replacement will delete volume vol-1 .* from a snapshot whose id is not known yet/,
            ),
        ]);
    });
});

describe("the check reads the snapshot", () => {
    test("once for a new volume, with or without a size, and not again for one that exists", async () => {
        const host = hostOf(snapshotOf(8));
        const inputs = { ...base, size: 20 };
        expect(await host.failures(base)).toEqual([]);
        expect(host.wire.count("DescribeSnapshots")).toBe(1);
        expect(await host.failures(inputs)).toEqual([]);
        expect(await host.failures({ ...inputs, size: 30 })).toEqual([]);
        expect(host.wire.count("DescribeSnapshots")).toBe(1);
        const { inputs: old } = await host.check(inputs);
        expect(await host.failures(inputs, old)).toEqual([]);
        expect(await host.failures({ ...inputs, size: 40 }, old)).toEqual([]);
        expect(host.wire.count("DescribeSnapshots")).toBe(1);
    });

    test("an encrypted snapshot cannot create an unencrypted volume; a missing one cannot create any", async () => {
        expect(
            await hostOf(snapshotOf(8, { encrypted: true })).failures({ ...base, encrypted: false }),
        ).toEqual([
            "encrypted is false, but snapshot snap-1 is encrypted, and so is everything created from it. Remove encrypted.",
        ]);
        const none = hostOf(({ action }) =>
            action === "DescribeSnapshots"
                ? answer(action, "<snapshotSet/>")
                : stsAnswer(action, "<Account>123456789012</Account>"),
        );
        const reason = "that snapshot was not found in us-east-1 (account 123456789012)";
        for (const args of [base, { ...base, size: 8 }])
            expect(await none.failures(args)).toEqual([`snapshotId is "snap-1", but ${reason}`]);
    });

    test("a failed snapshot is rejected at preview, also without a size", async () => {
        const failed = hostOf(({ action }) =>
            answer(
                action,
                "<snapshotSet><item><snapshotId>snap-1</snapshotId><status>error</status>" +
                    "<statusMessage>the key is gone</statusMessage></item></snapshotSet>",
            ),
        );
        expect(await failed.failures(base)).toEqual([
            'snapshotId is "snap-1", but that snapshot failed: the key is gone',
        ]);
        expect(failed.wire.count("DescribeSnapshots")).toBe(1);
    });

    test("an archived snapshot is rejected unless it is temporarily restored", async () => {
        const inArchive = (more: string) =>
            hostOf(() =>
                answer(
                    "DescribeSnapshots",
                    `<snapshotSet><item><snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize><status>completed</status><storageTier>archive</storageTier>${more}</item></snapshotSet>`,
                ),
            );
        expect(await inArchive("").failures({ ...base, size: 8 })).toEqual([
            expect.stringMatching(
                /^snapshotId is "snap-1", but that snapshot is archived\. Restore it first/,
            ),
        ]);
        const lent = "<restoreExpiryTime>2026-12-31T00:00:00.000Z</restoreExpiryTime>";
        expect(await inArchive(lent).failures({ ...base, size: 8 })).toEqual([]);
    });

    test("without the permission to read it, the preview warns and continues", async () => {
        const host = hostOf(() => refusal("UnauthorizedOperation", "You are not authorized", 403));
        expect(await host.failures({ ...base, size: 8 })).toEqual([]);
        expect(host.messages).toEqual([
            expect.stringMatching(/^warn: could not be validated against AWS: .*ec2:DescribeSnapshots/),
        ]);
    });
});

test("a size smaller than the volume is rejected, even if only the state contains the volume's size", async () => {
    const host = hostOf(snapshotOf(8));
    expect(await host.failures({ ...base, size: 10 }, { ...base, size: 20 })).toEqual([
        "size is 10, but the volume has 20 GiB, and EC2 cannot shrink a volume. Specify at least that size, or remove size. " +
            "To create a new, smaller volume from the snapshot, set allowShrinkByReplacement: true.",
    ]);
    const state = { ...base, region: "us-east-1", size: 20, state: "available" };
    const diff = (size: unknown, inputs: Properties) =>
        host.lifecycle.diff(
            "vol-1",
            { ...state, __given: { size } },
            { ...base, region: "us-east-1", ...inputs },
        );
    await expect(diff(null, { size: 10 })).rejects.toThrow("size is 10, but the volume has 20 GiB");
    expect(await diff(10, { size: 10 })).toEqual({ changes: false });
    expect(await diff(10, { size: 15 }).catch(String)).toContain("size is 15, but the volume has 20 GiB");
});
