import type { LockedSnapshotsInfo } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import {
    fastRestoreWarning,
    evaluateFastRestore,
    inputFromFastRestore,
    enabledZones,
} from "../../../provider/snapshot/fast-restore";
import type { Duration } from "../../../schema/duration";
import { fastRestoreRule, lockRule, type SnapshotLock } from "../../../schema/snapshot-features";
import { isLocked, lockRequest, inputFromLock, formatLock } from "../../../provider/snapshot/lock";
import {
    isRestoreRequested,
    evaluateTier,
    requiredMove,
    tierOf,
} from "../../../provider/snapshot/storage-tier";

const id = "snap-0123456789abcdef0";
const expiry = new Date("2026-12-31T00:00:00Z");

describe("a lock", () => {
    const governed: LockedSnapshotsInfo = {
        LockState: "governance",
        LockDuration: 30,
        LockExpiresOn: expiry,
    };
    const cooling: LockedSnapshotsInfo = {
        LockState: "compliance-cooloff",
        LockDuration: 30,
        CoolOffPeriod: 24,
        CoolOffPeriodExpiresOn: new Date("2026-12-02T00:00:00Z"),
        LockExpiresOn: expiry,
    };
    const sealed: LockedSnapshotsInfo = { ...cooling, LockState: "compliance" };

    const governance = (duration: Duration): SnapshotLock => ({ mode: "governance", duration });
    const compliance = (duration: Duration, coolOff?: Duration): SnapshotLock => ({
        mode: "compliance",
        duration,
        ...(coolOff === undefined ? {} : { coolOff }),
    });
    const request = (LockMode: string, LockDuration: number, CoolOffPeriod?: number) => ({
        LockMode,
        LockDuration,
        ...(CoolOffPeriod === undefined ? {} : { CoolOffPeriod }),
    });

    test.each<[string, LockedSnapshotsInfo | undefined, SnapshotLock, object | undefined]>([
        ["is requested if there is none", undefined, governance("30 days"), request("governance", 30)],
        [
            "is not requested if the current one is equal in other units",
            governed,
            governance("720 hours"),
            undefined,
        ],
        [
            "is not requested again after it expired",
            { ...governed, LockState: "expired" },
            governance("30 days"),
            undefined,
        ],
        [
            "is requested again after it expired if it is longer now",
            { ...governed, LockState: "expired" },
            governance("31 days"),
            request("governance", 31),
        ],
        [
            "is not requested if the current one ends at the declared time",
            governed,
            { mode: "governance", expiresAt: "2026-12-31T00:00Z" },
            undefined,
        ],
        [
            "is requested if the mode differs",
            governed,
            compliance("30 days", "1 day"),
            request("compliance", 30, 24),
        ],
        [
            "can be shortened during its cool-off",
            cooling,
            compliance("10 days", "24 hours"),
            request("compliance", 10, 24),
        ],
        [
            "is not requested after its cool-off if only the cool-off differs",
            sealed,
            compliance("30 days"),
            undefined,
        ],
        [
            "is extended after its cool-off without a cool-off, which EC2 would reject",
            sealed,
            compliance("60 days", "1 day"),
            request("compliance", 60),
        ],
    ])("%s", (_, current, lock, sent) => {
        expect(lockRequest(id, current, lock)).toEqual(sent && { SnapshotId: id, ...sent });
    });

    test.each<SnapshotLock>([
        { mode: "governance", duration: "60 days" },
        { mode: "compliance", duration: "29 days" },
        { mode: "compliance", expiresAt: "2026-12-30T00:00:00Z" },
    ])("cannot be reduced after its cool-off: %j", (lock) => {
        expect(() => lockRequest(id, sealed, lock)).toThrow(
            "it is locked in compliance mode until 2026-12-31T00:00:00.000Z; nobody can lift the lock. It can only be extended",
        );
    });

    test("is described with its end and the permission to lift it", () => {
        expect(formatLock(governed)).toBe(
            "it is locked in governance mode until 2026-12-31T00:00:00.000Z; a caller with the permission ec2:UnlockSnapshot can lift the lock",
        );
        expect(formatLock(cooling)).toContain(
            "can lift the lock until 2026-12-02T00:00:00.000Z, and nobody afterwards",
        );
        expect(isLocked(governed)).toBe(true);
        expect(isLocked({ ...governed, LockState: "expired" })).toBe(false);
        expect(isLocked(undefined)).toBe(false);
    });

    test("is compared with any value of a state of an older version", () => {
        const nothing = { toString: 1 };
        const lock = { mode: "governance", expiresAt: "2026-12-31T00:00:00Z" };
        expect(lockRule.isEqual({ mode: "governance", expiresAt: nothing }, lock)).toBe(false);
        expect(lockRule.isEqual({ ...lock, expiresAt: "2026-12-31T00:00Z" }, lock)).toBe(true);
        const before = { fastRestore: { availabilityZones: [nothing, "us-east-1a"] } };
        const after = { fastRestore: { availabilityZones: ["us-east-1a"] } };
        expect(fastRestoreWarning(before, after)).toBeUndefined();
        expect(fastRestoreRule.isEqual(before.fastRestore, after.fastRestore)).toBe(false);
    });

    test("is read as lifted, changed, or as declared", () => {
        const declared: SnapshotLock = { mode: "governance", duration: "720 hours" };
        expect(inputFromLock(declared, undefined)).toBeUndefined();
        expect(inputFromLock(declared, governed)).toBe(declared);
        expect(inputFromLock(declared, { ...governed, LockDuration: 5 })).toEqual({
            mode: "governance",
            duration: "5 days",
        });
    });
});

describe("fast snapshot restore", () => {
    const zone = (name: string, State: "enabling" | "optimizing" | "enabled" | "disabling" | "disabled") => ({
        AvailabilityZone: `us-east-1${name}`,
        AvailabilityZoneId: `use1-az${name}`,
        State,
        StateTransitionReason: "Client.UserInitiated",
    });

    test("counts as enabled as soon as it is enabling, by the name or id of the zone", () => {
        const current = [
            zone("a", "enabling"),
            zone("b", "enabled"),
            zone("c", "disabling"),
            zone("d", "disabled"),
        ];
        expect(enabledZones(current, { byId: false })).toEqual(["us-east-1a", "us-east-1b"]);
        expect(enabledZones(current, { byId: true })).toEqual(["use1-aza", "use1-azb"]);
    });

    test("is awaited in every zone, and the wait fails if it is disabled in the meantime", () => {
        const desired = ["us-east-1a", "us-east-1b"];
        expect(
            evaluateFastRestore(desired, [zone("a", "enabled"), zone("b", "enabled")], { byId: false }),
        ).toBe("done");
        expect(evaluateFastRestore(desired, [zone("a", "optimizing")], { byId: false })).toEqual({
            pending: "us-east-1a optimizing, us-east-1b not visible yet",
        });
        expect(
            evaluateFastRestore(desired, [zone("a", "enabled"), zone("b", "disabling")], { byId: false }),
        ).toEqual({
            failed: "us-east-1b is disabling: Client.UserInitiated",
        });
        expect(evaluateFastRestore(desired, undefined, { byId: false })).toEqual({
            failed: "not shown by EC2: the snapshot was deleted, or fast snapshot restore was disabled",
        });
    });

    test("is read as disabled, in other zones, or as declared", () => {
        const declared = { availabilityZones: ["us-east-1b", "us-east-1a", "us-east-1a"] };
        expect(inputFromFastRestore(declared, undefined)).toBeUndefined();
        expect(inputFromFastRestore(declared, [zone("a", "enabled"), zone("b", "enabled")])).toBe(declared);
        expect(inputFromFastRestore(declared, [zone("c", "enabled")])).toEqual({
            availabilityZones: ["us-east-1c"],
        });
    });
});

describe("the archive", () => {
    const startTime = new Date("2026-11-01T00:00:00Z");
    const moving = (
        LastTieringOperationStatus: "archival-in-progress" | "permanent-restore-in-progress",
    ) => ({
        StorageTier: "standard" as const,
        LastTieringOperationStatus,
        LastTieringProgress: 40,
        LastTieringStartTime: startTime,
    });

    test("is the target of a move in progress", () => {
        expect(tierOf(undefined)).toBe("standard");
        expect(tierOf({ StorageTier: "archive" })).toBe("archive");
        expect(tierOf(moving("archival-in-progress"))).toBe("archive");
        expect(tierOf({ ...moving("permanent-restore-in-progress"), StorageTier: "archive" })).toBe(
            "standard",
        );
    });

    test("changes only if it is declared and differs", () => {
        const archived = { StorageTier: "archive" as const };
        expect(requiredMove(undefined, { storageTier: "archive" })).toBe("archive");
        expect(requiredMove(archived, { storageTier: "archive" })).toBeUndefined();
        expect(requiredMove(archived, { storageTier: "standard" })).toBe("permanent");
        expect(requiredMove(archived, { permanentRestore: true })).toBe("permanent");
        expect(requiredMove(archived, {})).toBeUndefined();
        expect(requiredMove(moving("archival-in-progress"), { storageTier: "archive" })).toBeUndefined();
    });

    test("restores a snapshot for a new number of days, but not again for the same number", () => {
        expect(isRestoreRequested({ temporaryRestoreDays: 3 }, {})).toBe(true);
        expect(isRestoreRequested({ temporaryRestoreDays: 3 }, { temporaryRestoreDays: 3 })).toBe(false);
        expect(isRestoreRequested({}, { temporaryRestoreDays: 3 })).toBe(false);
    });

    test("is awaited by the status of the current move, not of an earlier one", () => {
        const failed = {
            ...moving("archival-in-progress"),
            LastTieringOperationStatus: "archival-failed" as const,
        };
        expect(evaluateTier(moving("archival-in-progress"), "archive")).toEqual({ pending: "archival 40%" });
        expect(evaluateTier(failed, "archive", failed)).toEqual({
            pending: "waiting for the tier change to start",
        });
        const why = { failed: "archival failed: EC2 gave no reason" };
        expect(evaluateTier(failed, "archive")).toEqual(why);
        // The requested move was in progress already.
        expect(evaluateTier(failed, "archive", moving("archival-in-progress"))).toEqual(why);
        expect(evaluateTier({ StorageTier: "standard" }, "archive")).toEqual({ pending: "still standard" });
        expect(evaluateTier({ StorageTier: "archive" }, "archive")).toBe("done");
        expect(evaluateTier(undefined, "archive")).toBe("notFound");
    });
});
