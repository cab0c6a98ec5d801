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
        ["where there is none is asked for", undefined, governance("30 days"), request("governance", 30)],
        ["as it is, in other units, asks for nothing", governed, governance("720 hours"), undefined],
        [
            "that ran out is not put on again",
            { ...governed, LockState: "expired" },
            governance("30 days"),
            undefined,
        ],
        [
            "that ran out and is longer now is",
            { ...governed, LockState: "expired" },
            governance("31 days"),
            request("governance", 31),
        ],
        [
            "until a date, which it has, asks for nothing",
            governed,
            { mode: "governance", expiresAt: "2026-12-31T00:00Z" },
            undefined,
        ],
        [
            "in another mode is asked for",
            governed,
            compliance("30 days", "1 day"),
            request("compliance", 30, 24),
        ],
        [
            "in its cool-off can be shortened",
            cooling,
            compliance("10 days", "24 hours"),
            request("compliance", 10, 24),
        ],
        [
            "past its cool-off is as declared, whatever the cool-off says now",
            sealed,
            compliance("30 days"),
            undefined,
        ],
        [
            "past its cool-off is extended without one, which EC2 would refuse",
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
    ])("past its cool-off is not made less: %j", (lock) => {
        expect(() => lockRequest(id, sealed, lock)).toThrow(
            "it is locked in compliance mode until 2026-12-31T00:00:00.000Z; nobody can lift the lock. It can only be extended",
        );
    });

    test("tells who could lift it, and until when", () => {
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

    test("is compared with whatever an older state holds", () => {
        const nothing = { toString: 1 };
        const lock = { mode: "governance", expiresAt: "2026-12-31T00:00:00Z" };
        expect(lockRule.isEqual({ mode: "governance", expiresAt: nothing }, lock)).toBe(false);
        expect(lockRule.isEqual({ ...lock, expiresAt: "2026-12-31T00:00Z" }, lock)).toBe(true);
        const before = { fastRestore: { availabilityZones: [nothing, "us-east-1a"] } };
        const after = { fastRestore: { availabilityZones: ["us-east-1a"] } };
        expect(fastRestoreWarning(before, after)).toBeUndefined();
        expect(fastRestoreRule.isEqual(before.fastRestore, after.fastRestore)).toBe(false);
    });

    test("is seen as it is: lifted, changed, or as declared", () => {
        const declared: SnapshotLock = { mode: "governance", duration: "720 hours" };
        expect(inputFromLock(declared, undefined)).toBeUndefined();
        expect(inputFromLock(declared, governed)).toBe(declared);
        expect(inputFromLock(declared, { ...governed, LockDuration: 5 })).toEqual({
            mode: "governance",
            duration: "5 days",
        });
    });
});

describe("fast restore", () => {
    const zone = (name: string, State: "enabling" | "optimizing" | "enabled" | "disabling" | "disabled") => ({
        AvailabilityZone: `us-east-1${name}`,
        AvailabilityZoneId: `use1-az${name}`,
        State,
        StateTransitionReason: "Client.UserInitiated",
    });

    test("is on as soon as it is about to be, by the name or the id of the zone", () => {
        const there = [
            zone("a", "enabling"),
            zone("b", "enabled"),
            zone("c", "disabling"),
            zone("d", "disabled"),
        ];
        expect(enabledZones(there, false)).toEqual(["us-east-1a", "us-east-1b"]);
        expect(enabledZones(there, true)).toEqual(["use1-aza", "use1-azb"]);
    });

    test("is waited for in every zone; where it goes off meanwhile, that is a failure", () => {
        const wanted = ["us-east-1a", "us-east-1b"];
        expect(evaluateFastRestore(wanted, [zone("a", "enabled"), zone("b", "enabled")], false)).toBe("done");
        expect(evaluateFastRestore(wanted, [zone("a", "optimizing")], false)).toEqual({
            pending: "us-east-1a optimizing, us-east-1b not visible yet",
        });
        expect(evaluateFastRestore(wanted, [zone("a", "enabled"), zone("b", "disabling")], false)).toEqual({
            failed: "us-east-1b is disabling: Client.UserInitiated",
        });
        expect(evaluateFastRestore(wanted, undefined, false)).toEqual({
            failed: "not shown by EC2: the snapshot was deleted, or fast snapshot restore was disabled",
        });
    });

    test("is seen as it is: off, in other zones, or as declared", () => {
        const declared = { availabilityZones: ["us-east-1b", "us-east-1a", "us-east-1a"] };
        expect(inputFromFastRestore(declared, undefined)).toBeUndefined();
        expect(inputFromFastRestore(declared, [zone("a", "enabled"), zone("b", "enabled")])).toBe(declared);
        expect(inputFromFastRestore(declared, [zone("c", "enabled")])).toEqual({
            availabilityZones: ["us-east-1c"],
        });
    });
});

describe("the archive", () => {
    const began = new Date("2026-11-01T00:00:00Z");
    const moving = (
        LastTieringOperationStatus: "archival-in-progress" | "permanent-restore-in-progress",
    ) => ({
        StorageTier: "standard" as const,
        LastTieringOperationStatus,
        LastTieringProgress: 40,
        LastTieringStartTime: began,
    });

    test("is where a snapshot is on its way to", () => {
        expect(tierOf(undefined)).toBe("standard");
        expect(tierOf({ StorageTier: "archive" })).toBe("archive");
        expect(tierOf(moving("archival-in-progress"))).toBe("archive");
        expect(tierOf({ ...moving("permanent-restore-in-progress"), StorageTier: "archive" })).toBe(
            "standard",
        );
    });

    test("is moved to and from only where it is declared and differs", () => {
        const archived = { StorageTier: "archive" as const };
        expect(requiredMove(undefined, { storageTier: "archive" })).toBe("archive");
        expect(requiredMove(archived, { storageTier: "archive" })).toBeUndefined();
        expect(requiredMove(archived, { storageTier: "standard" })).toBe("permanent");
        expect(requiredMove(archived, { permanentRestore: true })).toBe("permanent");
        expect(requiredMove(archived, {})).toBeUndefined();
        expect(requiredMove(moving("archival-in-progress"), { storageTier: "archive" })).toBeUndefined();
    });

    test("lends a snapshot for days that were not asked for before, and not again by itself", () => {
        expect(isRestoreRequested({ temporaryRestoreDays: 3 }, {})).toBe(true);
        expect(isRestoreRequested({ temporaryRestoreDays: 3 }, { temporaryRestoreDays: 3 })).toBe(false);
        expect(isRestoreRequested({}, { temporaryRestoreDays: 3 })).toBe(false);
    });

    test("is waited for by what EC2 tells of this move, not of an earlier one", () => {
        const failed = {
            ...moving("archival-in-progress"),
            LastTieringOperationStatus: "archival-failed" as const,
        };
        expect(evaluateTier(moving("archival-in-progress"), "archive")).toEqual({ pending: "archival 40%" });
        expect(evaluateTier(failed, "archive", failed)).toEqual({
            pending: "waiting for the tier change to start",
        });
        expect(evaluateTier(failed, "archive")).toEqual({ failed: "archival failed: EC2 gave no reason" });
        expect(evaluateTier({ StorageTier: "standard" }, "archive")).toEqual({ pending: "still standard" });
        expect(evaluateTier({ StorageTier: "archive" }, "archive")).toBe("done");
        expect(evaluateTier(undefined, "archive")).toBe("notFound");
    });
});
