import type { CheckFailure } from "./failure";
import type { Rule, Rules, Validator } from "./property";
import { equal, isMap, type Properties, isSameSet, UNKNOWN } from "./values";
import { toMilliseconds, duration, isSameDuration, type Duration } from "./duration";
import { allOf, boolean, matching, listOf, objectOf, oneOf, positiveInteger, text } from "./validators";

const hour = 3_600_000;
const day = 24 * hour;

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html */
export interface FastRestore {
    /** Names of zones, such as `us-east-1a`. Default: none; specify exactly one of this and `availabilityZoneIds`. */
    availabilityZones?: string[];
    /**
     * Ids of zones, such as `use1-az1`, which mean the same place in every account. Default: none; specify exactly one
     * of this and `availabilityZones`.
     */
    availabilityZoneIds?: string[];
}

const zones = listOf(text("a zone such as us-east-1a or use1-az1", /^[a-z0-9-]+$/), { atLeast: 1 });

export const fastRestoreRule = {
    validate: allOf(
        objectOf({ availabilityZones: { validate: zones }, availabilityZoneIds: { validate: zones } }),
        (value, property) => {
            const { availabilityZones, availabilityZoneIds } = value as FastRestore;
            if ((availabilityZones === undefined) !== (availabilityZoneIds === undefined)) return [];
            return [
                {
                    property,
                    reason: "specify exactly one of availabilityZones and availabilityZoneIds.",
                },
            ];
        },
    ),
    onChange: "update",
    isEqual: isSameZones,
} satisfies Rule;

/** Checks whether both declare the same zones; order and duplicates do not matter. */
function isSameZones(before: unknown, after: unknown): boolean {
    if (!isMap(before) || !isMap(after)) return equal(before, after);
    return ["availabilityZones", "availabilityZoneIds"].every((key) => isSameSet(before[key], after[key]));
}

export interface Tiered {
    /**
     * `"archive"` moves the snapshot to the archive, where it is a full copy that costs little to keep; at least 90
     * days are billed. `"standard"` moves it back permanently. Refused together with `waitForCompletion: false`.
     * Default: the snapshot stays in its tier. A change updates, within hours (archive) to days (back), which `up`
     * waits for within `timeout`.
     * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
     */
    storageTier?: "standard" | "archive";
    /**
     * If `true`, an archived snapshot is restored permanently, as with `storageTier: "standard"`. Refused together
     * with `storageTier: "archive"`. Default: `false`. A change updates.
     */
    permanentRestore?: boolean;
    /**
     * Number of days for which an archived snapshot is temporarily restored. Refused without `storageTier: "archive"`.
     * After these days, the same number does not restore it again. Default: none. A change updates: the days start
     * again.
     */
    temporaryRestoreDays?: number;
}

const tierRules = {
    storageTier: { validate: oneOf("standard", "archive"), onChange: "update" },
    permanentRestore: { validate: boolean, onChange: "update", default: false },
    temporaryRestoreDays: { validate: positiveInteger, onChange: "update" },
} as const;

function checkTier(inputs: Properties): CheckFailure[] {
    const { storageTier, permanentRestore, temporaryRestoreDays } = inputs;
    if (permanentRestore === true && storageTier === "archive") {
        const reason =
            'cannot be combined with storageTier: "archive", which keeps the snapshot there. Remove one of them.';
        return [{ property: "permanentRestore", reason }];
    }
    if (
        temporaryRestoreDays !== undefined &&
        ![temporaryRestoreDays, storageTier].includes(UNKNOWN) &&
        storageTier !== "archive"
    ) {
        const reason =
            'requires an archived snapshot. Set storageTier: "archive", or remove temporaryRestoreDays.';
        return [{ property: "temporaryRestoreDays", reason }];
    }
    return [];
}

/** Returns the tier to move to; undefined if the snapshot stays in its tier. */
export function declaredTier({ storageTier, permanentRestore }: Tiered): Tiered["storageTier"] {
    return permanentRestore === true ? "standard" : storageTier;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html */
export interface SnapshotLock {
    /**
     * `"governance"`: a caller with the permission `ec2:UnlockSnapshot` can lift the lock. `"compliance"`: after the
     * cool-off period nobody can, not even AWS; it can only be extended.
     */
    mode: "governance" | "compliance";
    /**
     * Duration of the lock from the completion of the snapshot: whole days, `"1 day"` to `"36500 days"`. Default:
     * none; specify exactly one of this and `expiresAt`.
     */
    duration?: Duration;
    /**
     * Time at which the lock expires: ISO 8601, UTC, at least one day ahead. Default: none; specify exactly one of
     * this and `duration`.
     */
    expiresAt?: string;
    /**
     * Cool-off period of `"compliance"`, in which the lock can still be lifted or changed: whole hours, `"1 hour"` to
     * `"72 hours"`. Default: none.
     */
    coolOff?: Duration;
}

/** Validates a duration in whole units, up to a maximum. */
function wholeUnits(unit: number, name: string, maximum: number): Validator {
    const isWholeNumber = (value: unknown) => {
        const count = toMilliseconds(value as string) / unit;
        return Number.isInteger(count) && count <= maximum;
    };
    const expected = `a whole number of ${name}, ${String(maximum)} at most`;
    return allOf(duration, matching({ valueType: "string", expected }, isWholeNumber));
}

function isTime(value: unknown): boolean {
    return (
        typeof value === "string" &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(value) &&
        !Number.isNaN(Date.parse(value))
    );
}

function checkLock(value: unknown, path: string): CheckFailure[] {
    const { duration, expiresAt, coolOff, mode } = value as SnapshotLock;
    if ((duration === undefined) === (expiresAt === undefined))
        return [{ property: path, reason: "specify exactly one of duration and expiresAt." }];
    if (coolOff === undefined || mode !== "governance") return [];
    const reason = "but a lock in governance mode has no cool-off period. Remove coolOff.";
    return [{ property: `${path}.coolOff`, value: coolOff, reason }];
}

export function isSameLock(before: unknown, after: unknown): boolean {
    if (!isMap(before) || !isMap(after)) return equal(before, after);
    return (
        before["mode"] === after["mode"] &&
        isSameDuration(before["duration"], after["duration"]) &&
        isSameDuration(before["coolOff"], after["coolOff"]) &&
        isSameTime(before["expiresAt"], after["expiresAt"])
    );
}

function isSameTime(before: unknown, after: unknown): boolean {
    const times = [before, after].map((time) => (typeof time === "string" ? Date.parse(time) : Number.NaN));
    return equal(before, after) || times[0] === times[1];
}

export const lockRule = {
    validate: allOf(
        objectOf({
            mode: { validate: oneOf("governance", "compliance"), required: true },
            duration: { validate: wholeUnits(day, "days", 36_500) },
            expiresAt: {
                validate: matching(
                    {
                        valueType: "string",
                        expected: "a time in ISO 8601, UTC, such as 2030-01-31T00:00:00Z",
                    },
                    isTime,
                ),
            },
            coolOff: { validate: wholeUnits(hour, "hours", 72) },
        }),
        checkLock,
    ),
    onChange: "update",
    isEqual: isSameLock,
} satisfies Rule;

export interface Features extends Tiered {
    /**
     * Protection against deletion, which begins while the snapshot is still pending. The preview warns before a lock
     * that nobody can lift. If `lock` is removed from the program, the lock is lifted; a lock that was lifted outside
     * of Pulumi is created again after a refresh, an expired lock is not. A locked snapshot is not deleted: the failure
     * names mode, end, and who can lift the lock. Default: none. A change updates, as far as EC2 lets a lock be
     * changed.
     */
    lock?: SnapshotLock;
    /**
     * Zones with fast snapshot restore (FSR), in which volumes from the snapshot are fully initialized at once; billed
     * for every hour in each zone, as the preview warns. `up` waits until FSR is `enabled` in each zone, about an hour
     * for each TiB, within `timeout`. Before the snapshot is deleted, FSR is disabled, and the delete waits for that. Refused
     * together with `waitForCompletion: false` and with `storageTier: "archive"`. Default: none. A change updates: FSR
     * is enabled and disabled in the zones that differ.
     */
    fastRestore?: FastRestore;
}

export const featureRules = {
    lock: lockRule,
    fastRestore: fastRestoreRule,
    ...tierRules,
} satisfies Rules<Features>;

export function checkFeatures(inputs: Properties): CheckFailure[] {
    const inBackground = inputs["waitForCompletion"] === false;
    const requiringCompletion = (["fastRestore", "storageTier"] as const).filter(
        (key) => inputs[key] !== undefined,
    );
    const reason =
        "requires a completed snapshot, for which waitForCompletion: false does not wait. Remove one of them.";
    return [
        ...checkTier(inputs),
        ...(inBackground ? requiringCompletion.map((property) => ({ property, reason })) : []),
        ...(declaredTier(inputs) === "archive" && inputs["fastRestore"] !== undefined
            ? [
                  {
                      property: "fastRestore",
                      reason: "cannot be combined with the archive, where fast snapshot restore ends. Remove one of them.",
                  },
              ]
            : []),
    ];
}
