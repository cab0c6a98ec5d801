import { describe, expect, test } from "vitest";
import { checkVolumeFromSnapshot } from "../../../schema/volume-checks";
import { includesPlan, evaluateModification, planModification } from "../../../provider/volume/modify";
import { base, hostOf, snapshotOf } from "./volume-host";

describe("a modification", () => {
    const current = {
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
    ])("to %j is %j", (desired, plan) => {
        expect(planModification(current, desired)).toEqual(plan);
    });

    test("is recognized by its target values, unless it failed", () => {
        const last = { TargetSize: 20, TargetIops: 3_000 };
        expect(includesPlan({ ...last, ModificationState: "modifying" }, { Size: 20 })).toBe(true);
        expect(includesPlan({ ...last, ModificationState: "failed" }, { Size: 20 })).toBe(false);
        expect(includesPlan(last, { Size: 30 })).toBe(false);
        expect(includesPlan(undefined, { Size: 20 })).toBe(false);
    });

    test("is complete once the volume is usable; the previous modification does not count", () => {
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

describe("omitted size and performance", () => {
    const io2 = { VolumeType: "io2" as const, Iops: 20_000, Size: 8, MultiAttachEnabled: true };

    test("do not change an io2 volume", async () => {
        const host = hostOf(snapshotOf(8));
        const before = { ...base, volumeType: "io2", iops: 20_000 };
        const after = { ...base, volumeType: undefined };
        expect(await host.diff(before, after)).toEqual({ changes: false });
        expect(planModification(io2, {})).toBeUndefined();
    });

    test("are not rejected by the rules of gp3 for an existing volume", () => {
        const inputs = { snapshotId: "snap-1", availabilityZone: "us-east-1a", multiAttachEnabled: true };
        expect(checkVolumeFromSnapshot(inputs, inputs)).toEqual([]);
        expect(checkVolumeFromSnapshot(inputs, {})).toHaveLength(1);
    });
});
