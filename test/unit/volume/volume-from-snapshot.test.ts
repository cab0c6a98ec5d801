import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { checkVolumeFromSnapshot, typeOfNewVolume } from "../../../schema/volume-checks";
import { includesPlan, evaluateModification, planModification } from "../../../provider/volume/modify";
import { isIdIn, isNameIn, isRegular } from "../../../schema/availability-zone";
import { evaluateInitialization, evaluateVolume } from "../../../provider/volume/wait";
import { Host, baseConfig } from "../host";
import { copyTagsRow, testRules, type Table } from "../table";
import { noCount, noFlag, volumeOptionRows, yes } from "./option-rows";
import { answer, refusal, stsAnswer, type Answering } from "../wire";

const base = { snapshotId: "snap-1", availabilityZone: "us-east-1a", volumeType: "gp3" };
const snapshotOf = (size: number, encrypted = false): Answering => {
    return ({ action, params }) =>
        action === "DescribeSnapshots"
            ? answer(
                  action,
                  `<snapshotSet><item><snapshotId>${params["Filter.1.Value.1"] ?? ""}</snapshotId><volumeSize>${String(size)}</volumeSize>` +
                      `<encrypted>${String(encrypted)}</encrypted></item></snapshotSet>`,
              )
            : answer(action, "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>");
};
const hostOf = (answering: Answering, config: Record<string, string> = baseConfig) =>
    new Host(config, answering, "VolumeFromSnapshot", { volumeId: "vol-1", state: "available" });

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

describe("zones", () => {
    test.each([
        ["us-east-1", "us-east-1f", true],
        ["us-west-2", "us-west-2-lax-1a", true],
        ["us-east-1", "us-east-1-wl1-bos-wlz-1", true],
        ["us-east-1", "us-east-2a", false],
        ["us-east-1", "us-east-10a", false],
        ["us-east-1", "us-east-1", false],
    ])("in %s, the name %s: %s", (region, zone, expected) => {
        expect(isNameIn(region, zone)).toBe(expected);
    });

    test.each([
        ["us-east-1", "use1-az6", true],
        ["us-west-2", "usw2-lax1-az1", true],
        ["ap-southeast-2", "apse2-az1", true],
        ["us-gov-west-1", "usgw1-az1", true],
        ["cn-northwest-1", "cnnw1-az2", true],
        ["us-east-1", "use2-az1", false],
        ["us-east-1", "use1", false],
        // The abbreviations of other regions are unknown, so that EC2 validates the zone.
        ["eusc-de-east-1", "eusc-az1", true],
    ])("in %s, the id %s: %s", (region, zone, expected) => {
        expect(isIdIn(region, zone)).toBe(expected);
    });

    test("gp3 is the default in a region's own zones; on Outposts and in Local Zones there is none", () => {
        expect(isRegular({ availabilityZone: "us-east-1a" })).toBe(true);
        expect(typeOfNewVolume({ availabilityZoneId: "use1-az1" })).toBe("gp3");
        expect(typeOfNewVolume({ availabilityZone: "us-west-2-lax-1a" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZoneId: "usw2-lax1-az1" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZone: "us-east-1a", outpostArn: "arn" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZone: "us-east-1a", volumeType: "st1" })).toBe("st1");
    });

    test("exactly one of name and id is required, and an unknown one is one", () => {
        const check = (inputs: Properties) => checkVolumeFromSnapshot({ region: "us-east-1", ...inputs }, {});
        expect(check({ availabilityZone: "us-east-1a", availabilityZoneId: "use1-az1" })).toEqual([
            {
                property: "availabilityZoneId",
                reason: "specify exactly one of availabilityZone and availabilityZoneId.",
            },
        ]);
        expect(check({ availabilityZoneId: UNKNOWN })).toEqual([]);
        expect(check({ availabilityZone: "eu-west-1a", region: UNKNOWN })).toEqual([]);
    });
});

test.each([
    [{ volumeType: "gp2", iops: 100 }, "iops"],
    [{ volumeType: "st1", throughput: 100 }, "throughput"],
    [{ volumeType: "io1", iops: 100, throughput: 100 }, "throughput"],
    [{ volumeType: "gp3", multiAttachEnabled: true }, "multiAttachEnabled"],
    [{ encrypted: false, kmsKeyId: "alias/a" }, "kmsKeyId"],
])("%j is refused on %s", (inputs, property) => {
    const failures = checkVolumeFromSnapshot({ ...base, region: "us-east-1", ...inputs }, {});
    expect(failures.map((failure) => failure.property)).toEqual([property]);
});

describe("another snapshot", () => {
    test("is refused unless onSnapshotChange allows it; an unknown one is not evaluated", async () => {
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
        expect(host.said).toEqual([
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

    test("one that is encrypted makes no unencrypted volume; one that is not there makes none", async () => {
        expect(await hostOf(snapshotOf(8, true)).failures({ ...base, encrypted: false })).toEqual([
            "encrypted is false, but snapshot snap-1 is encrypted, and so is everything created from it. Remove encrypted.",
        ]);
        const none = hostOf(({ action }) =>
            action === "DescribeSnapshots"
                ? answer(action, "<snapshotSet/>")
                : stsAnswer(action, "<Account>123456789012</Account>"),
        );
        const reason = "that snapshot was not found in us-east-1 (account 123456789012)";
        for (const given of [base, { ...base, size: 8 }])
            expect(await none.failures(given)).toEqual([`snapshotId is "snap-1", but ${reason}`]);
    });

    test("a snapshot that failed is refused at preview, also without a size", async () => {
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

    test("one in the archive makes none, unless it is lent for some days", async () => {
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
        expect(host.said).toEqual([
            expect.stringMatching(/^warn: could not be validated against AWS: .*ec2:DescribeSnapshots/),
        ]);
    });
});

test("a size smaller than the volume is refused, even if only the state contains the volume's size", async () => {
    const host = hostOf(snapshotOf(8));
    expect(await host.failures({ ...base, size: 10 }, { ...base, size: 20 })).toEqual([
        "size is 10, but the volume has 20 GiB, and EC2 cannot shrink a volume. Specify at least that size, or remove size. " +
            "To create a new, smaller volume from the snapshot, set allowShrinkByReplacement: true.",
    ]);
    const state = { ...base, region: "us-east-1", size: 20, state: "available" };
    const diff = (given: unknown, inputs: Properties) =>
        host.lifecycle.diff(
            "vol-1",
            { ...state, __given: { size: given } },
            { ...base, region: "us-east-1", ...inputs },
        );
    await expect(diff(null, { size: 10 })).rejects.toThrow("size is 10, but the volume has 20 GiB");
    expect(await diff(10, { size: 10 })).toEqual({ changes: false });
    expect(await diff(10, { size: 15 }).catch(String)).toContain("size is 15, but the volume has 20 GiB");
});

describe("a modification", () => {
    const there = {
        Size: 8,
        VolumeType: "gp3" as const,
        Iops: 3_000,
        Throughput: 125,
        MultiAttachEnabled: false,
    };

    test.each([
        [{}, undefined],
        [{ size: 8, iops: 3_000, throughput: 125, volumeType: "gp3" }, undefined],
        [{ size: 4 }, undefined],
        [{ size: 20 }, { Size: 20 }],
        [{ iops: 4_000 }, { Iops: 4_000 }],
        [
            { volumeType: "io2", iops: 3_000 },
            { VolumeType: "io2", Iops: 3_000 },
        ],
        [{ volumeType: "gp2" }, { VolumeType: "gp2" }],
        [
            { volumeType: "io2", iops: 3_000, multiAttachEnabled: true },
            { VolumeType: "io2", Iops: 3_000, MultiAttachEnabled: true },
        ],
    ])("towards %j is %j", (wanted, plan) => {
        expect(planModification(there, wanted)).toEqual(plan);
    });

    test("is recognised by its targets, unless it failed", () => {
        const last = { TargetSize: 20, TargetIops: 3_000 };
        expect(includesPlan({ ...last, ModificationState: "modifying" }, { Size: 20 })).toBe(true);
        expect(includesPlan({ ...last, ModificationState: "failed" }, { Size: 20 })).toBe(false);
        expect(includesPlan(last, { Size: 30 })).toBe(false);
        expect(includesPlan(undefined, { Size: 20 })).toBe(false);
    });

    test("is done once the volume can be used; the one before does not count", () => {
        expect(evaluateModification({ ModificationState: "modifying", Progress: 7 })).toEqual({
            pending: "modifying 7%",
        });
        expect(evaluateModification({ ModificationState: "optimizing" })).toBe("done");
        expect(evaluateModification({ ModificationState: "completed" })).toBe("done");
        const before = { ModificationState: "completed" as const, StartTime: new Date(1_000) };
        expect(evaluateModification(before, 2_000)).toEqual({ pending: "modifying" });
        expect(evaluateModification({ ModificationState: "failed", StatusMessage: "No." })).toEqual({
            failed: "the modification failed: No.",
        });
        expect(evaluateModification(undefined)).toHaveProperty("failed");
        expect(evaluateModification({ ModificationState: "paused" as never })).toHaveProperty("failed");
    });
});

test("a volume is usable, on its way, or has failed: every state is one of these", () => {
    expect(evaluateVolume({ State: "available" })).toBe("done");
    expect(evaluateVolume({ State: "in-use" })).toBe("done");
    expect(evaluateVolume({ State: "creating" })).toEqual({ pending: "creating" });
    for (const observed of [
        undefined,
        { State: "error" },
        { State: "deleting" },
        { State: "deleted" },
    ] as const) {
        expect(evaluateVolume(observed)).toEqual({
            failed: expect.stringContaining("kms:CreateGrant") as string,
        });
    }
    expect(evaluateVolume({ State: "resting" as never })).toHaveProperty("failed");
});

test("initialization is awaited if EC2 shows it", () => {
    expect(evaluateInitialization({ InitializationStatusDetails: { Progress: 40 } })).toEqual({
        pending: "40%",
    });
    expect(evaluateInitialization({ InitializationStatusDetails: { Progress: 100 } })).toBe("done");
    expect(evaluateInitialization({})).toBe("done");
    expect(evaluateInitialization(undefined)).toBe("notFound");
});

describe("figures that are left out", () => {
    const io2 = { VolumeType: "io2" as const, Iops: 20_000, Size: 8, MultiAttachEnabled: true };

    test("do not change an io2 volume", async () => {
        const host = hostOf(snapshotOf(8));
        const before = { ...base, volumeType: "io2", iops: 20_000 };
        const after = { ...base, volumeType: undefined };
        expect(await host.diff(before, after)).toEqual({ changes: false });
        expect(planModification(io2, {})).toBeUndefined();
    });

    test("are not refused by the rules of gp3 for an existing volume", () => {
        const inputs = { snapshotId: "snap-1", availabilityZone: "us-east-1a", multiAttachEnabled: true };
        expect(checkVolumeFromSnapshot(inputs, inputs)).toEqual([]);
        expect(checkVolumeFromSnapshot(inputs, {})).toHaveLength(1);
    });
});

describe("deleting a volume", () => {
    const attachment = (state: string) =>
        "<attachmentSet><item><instanceId>i-1</instanceId><device>/dev/sdf</device>" +
        `<status>${state}</status></item></attachmentSet>`;
    /** `attachments` as DescribeVolumes shows them, one after another; the volume can be deleted after the last. */
    const hostWith = (attachments: string[], inUse: number) =>
        hostOf(({ action }, count) => {
            if (action === "DeleteVolume")
                return count <= inUse ? refusal("VolumeInUse", "vol-1 is in use") : answer(action);
            const shown = attachments[Math.min(count, attachments.length) - 1] ?? "";
            const isDeleted = count > attachments.length;
            return answer(
                action,
                isDeleted
                    ? "<volumeSet/>"
                    : `<volumeSet><item><volumeId>vol-1</volumeId><status>in-use</status>${shown}</item></volumeSet>`,
            );
        });
    const destroy = async (host: ReturnType<typeof hostOf>) => {
        const { inputs } = await host.check({ ...base, size: 8 });
        const began = host.clock.now();
        await host.clock.until(host.lifecycle.delete("vol-1", { ...inputs, volumeId: "vol-1" }));
        return host.clock.now() - began;
    };

    test.each(["detaching", "busy"])("waits while it is %s, for longer than 30 seconds", async (state) => {
        const looks = Array.from({ length: 8 }, () => attachment(state));
        const host = hostWith([...looks, ""], 1);
        expect(await destroy(host)).toBeGreaterThan(30_000);
        expect(host.wire.count("DeleteVolume")).toBe(2);
    });

    test("is repeated if EC2 returns VolumeInUse although nothing is attached", async () => {
        const host = hostWith(["", "", ""], 3);
        await destroy(host);
        expect(host.wire.count("DeleteVolume")).toBe(4);
    });

    test("fails after about 30 seconds if it stays attached, and names the instance", async () => {
        const host = hostWith(
            Array.from({ length: 99 }, () => attachment("attached")),
            99,
        );
        const began = host.clock.now();
        await expect(destroy(host)).rejects.toThrow("it is attached to instance i-1 as /dev/sdf. Detach it");
        expect(host.clock.now() - began).toBeLessThan(40_000);
        expect(host.wire.count("DeleteVolume")).toBe(1);
    });
});
