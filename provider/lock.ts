/**
 * `lock`: protection of a snapshot against deletion, whoever asks for it.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html
 *
 * @module
 */
import type { LockedSnapshotsInfo, LockSnapshotRequest } from "@aws-sdk/client-ec2";
import { duration, sameDuration, toMilliseconds, type Duration } from "./duration";
import { defined } from "./ec2/config";
import { once } from "./ec2/once";
import type { Act } from "./resource";
import { both, equal, isMap, kind, objectOf, oneOf, type Accepts, type Properties } from "./rules";

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html */
export interface SnapshotLock {
    /**
     * `"governance"`: whoever has the permission `ec2:UnlockSnapshot` can lift it. `"compliance"`: once the cool-off is
     * over nobody can, not even AWS; it can only be made longer.
     */
    mode: "governance" | "compliance";
    /** How long, from completion on: whole days, `"1 day"` to `"36500 days"`. Default: none, `expiresAt` is given instead. */
    duration?: Duration;
    /** Until when: ISO 8601, UTC, at least a day ahead. Default: none, `duration` is given instead. */
    expiresAt?: string;
    /**
     * For `"compliance"`: how long the lock can still be lifted or changed, whole hours, `"1 hour"` to `"72 hours"`.
     * Default: not at all.
     */
    coolOff?: Duration;
}

const hour = 3_600_000;
const day = 24 * hour;

export const lockRule = {
    accepts: both(
        objectOf({
            mode: { accepts: oneOf("governance", "compliance"), required: true },
            duration: { accepts: whole(day, "days", 36_500) },
            expiresAt: { accepts: kind("a time in ISO 8601, UTC, such as 2030-01-31T00:00:00Z", isTime) },
            coolOff: { accepts: whole(hour, "hours", 72) },
        }),
        coherent,
    ),
    onChange: "update",
    same: sameLock,
} as const;

/** A length in whole units, so many at most. */
function whole(unit: number, name: string, most: number): Accepts {
    const isWhole = (value: unknown) => {
        const count = toMilliseconds(value as string) / unit;
        return Number.isInteger(count) && count <= most;
    };
    return both(duration, kind(`a whole number of ${name}, ${String(most)} at most`, isWhole));
}

function isTime(value: unknown): boolean {
    return (
        typeof value === "string" &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(value) &&
        !Number.isNaN(Date.parse(value))
    );
}

function coherent(value: unknown, path: string) {
    const lock = value as SnapshotLock;
    if ((lock.duration === undefined) === (lock.expiresAt === undefined)) {
        const reason = "needs either duration or expiresAt, one of the two: how long it lasts, or until when";
        return [{ property: path, reason }];
    }
    if (lock.coolOff !== undefined && lock.mode === "governance") {
        const reason = `is ${lock.coolOff}, but a lock in governance mode has none: it can be lifted anyway`;
        return [{ property: `${path}.coolOff`, reason }];
    }
    return [];
}

function sameLock(before: unknown, after: unknown): boolean {
    if (!isMap(before) || !isMap(after)) return equal(before, after);
    return (
        before["mode"] === after["mode"] &&
        sameDuration(before["duration"], after["duration"]) &&
        sameDuration(before["coolOff"], after["coolOff"]) &&
        sameTime(before["expiresAt"], after["expiresAt"])
    );
}

function sameTime(before: unknown, after: unknown): boolean {
    const times = [before, after].map((time) => (typeof time === "string" ? Date.parse(time) : Number.NaN));
    return equal(before, after) || times[0] === times[1];
}

/** What cannot be undone, for who approves it. */
export function lockWarning(before: Properties, after: Properties): string | undefined {
    const lock = after["lock"];
    if (!isMap(lock) || lock["mode"] !== "compliance" || sameLock(before["lock"], lock)) return undefined;
    const { coolOff, duration: length, expiresAt } = lock as unknown as SnapshotLock;
    const end = length === undefined ? `until ${String(expiresAt)}` : `for ${length}`;
    const from =
        coolOff === undefined ? "from the first moment on" : `once its cool-off of ${coolOff} is over`;
    return (
        `locks the snapshot in compliance mode ${end}: ${from}, nobody can lift or shorten that, not even AWS, ` +
        "and the snapshot is paid for all that time"
    );
}

/** What would have to be asked of EC2; nothing, if the snapshot is locked so already. */
export function lockRequest(
    id: string,
    there: LockedSnapshotsInfo | undefined,
    lock: SnapshotLock,
): LockSnapshotRequest | undefined {
    if (there !== undefined && asDeclared(there, lock)) return undefined;
    const sealed = there?.LockState === "compliance";
    if (there !== undefined && sealed && shortens(there, lock)) {
        throw new Error(`${toldOf(there)}; it can only be made longer: declare it so in \`lock\``);
    }
    return {
        SnapshotId: id,
        LockMode: lock.mode,
        ...defined({
            LockDuration: days(lock),
            ExpirationDate: lock.expiresAt === undefined ? undefined : new Date(lock.expiresAt),
            // EC2 refuses one for a lock whose cool-off is over.
            CoolOffPeriod: sealed ? undefined : hours(lock),
        }),
    };
}

/** Whether it is as declared, or has been so until it ran out. */
function asDeclared(there: LockedSnapshotsInfo, lock: SnapshotLock): boolean {
    const lasts =
        lock.expiresAt === undefined
            ? there.LockDuration === days(lock)
            : there.LockExpiresOn?.getTime() === Date.parse(lock.expiresAt);
    if (there.LockState === "expired") return lasts;
    if (modeOf(there) !== lock.mode) return false;
    return lasts && (there.LockState !== "compliance-cooloff" || there.CoolOffPeriod === hours(lock));
}

function shortens(there: LockedSnapshotsInfo, lock: SnapshotLock): boolean {
    if (lock.mode !== "compliance") return true;
    return lock.expiresAt === undefined
        ? (days(lock) ?? 0) < (there.LockDuration ?? 0)
        : Date.parse(lock.expiresAt) < (there.LockExpiresOn?.getTime() ?? 0);
}

export function modeOf({ LockState }: LockedSnapshotsInfo): SnapshotLock["mode"] {
    return LockState === "governance" ? "governance" : "compliance";
}

/** How it is locked, until when, and who could lift that. */
export function toldOf(there: LockedSnapshotsInfo): string {
    const until = there.LockExpiresOn?.toISOString() ?? "its completion and longer";
    const cooling = there.CoolOffPeriodExpiresOn?.toISOString();
    const lifted = {
        governance: "whoever has the permission ec2:UnlockSnapshot can lift that",
        "compliance-cooloff": `whoever has the permission ec2:UnlockSnapshot can lift that until ${String(cooling)}, and nobody after`,
        compliance: "nobody can lift that",
    };
    const who = lifted[there.LockState as keyof typeof lifted];
    return `it is locked in ${modeOf(there)} mode until ${until}; ${who}`;
}

export function isLocked(there: LockedSnapshotsInfo | undefined): there is LockedSnapshotsInfo {
    return there?.LockState !== undefined && there.LockState !== "expired";
}

/** `seen`: what is known of its lock; else it is looked for. */
export async function ensureLock(
    { cloud }: Act,
    id: string,
    lock: SnapshotLock,
    seen?: LockedSnapshotsInfo,
): Promise<void> {
    const request = lockRequest(id, seen ?? (await cloud.locks.read(id)), lock);
    if (request === undefined) return;
    const { LockSnapshotCommand } = await import("@aws-sdk/client-ec2");
    const command = new LockSnapshotCommand(request);
    const done = async () => lockRequest(id, await cloud.locks.read(id), lock) === undefined;
    await once(cloud, "LockSnapshot", (ec2) => ec2.send(command), done);
}

/** Lifts what was declared before and is no longer. */
export async function liftLock({ cloud }: Act, id: string, seen?: LockedSnapshotsInfo): Promise<void> {
    const there = seen ?? (await cloud.locks.read(id));
    if (!isLocked(there)) return;
    if (there.LockState === "compliance") {
        throw new Error(`lock is not given any more, but ${toldOf(there)}; declare it again`);
    }
    const { UnlockSnapshotCommand } = await import("@aws-sdk/client-ec2");
    const command = new UnlockSnapshotCommand({ SnapshotId: id });
    const done = async () => !isLocked(await cloud.locks.read(id));
    await once(cloud, "UnlockSnapshot", (ec2) => ec2.send(command), done);
}

/** The declared lock as EC2 shows it: one that was lifted outside is missing, one that ran out is as it was. */
export function observedLock(
    declared: SnapshotLock,
    there: LockedSnapshotsInfo | undefined,
): SnapshotLock | undefined {
    if (there?.LockState === undefined) return undefined;
    if (asDeclared(there, declared)) return declared;
    const length =
        declared.expiresAt === undefined
            ? { duration: `${String(there.LockDuration)} days` as Duration }
            : { expiresAt: there.LockExpiresOn?.toISOString() };
    const coolOff = there.CoolOffPeriod === undefined ? undefined : `${String(there.CoolOffPeriod)} hours`;
    return { mode: modeOf(there), ...defined({ ...length, coolOff }) } as SnapshotLock;
}

function days({ duration: length }: SnapshotLock): number | undefined {
    return length === undefined ? undefined : toMilliseconds(length) / day;
}

function hours({ coolOff }: SnapshotLock): number | undefined {
    return coolOff === undefined ? undefined : toMilliseconds(coolOff) / hour;
}
