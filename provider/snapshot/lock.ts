/**
 * `lock` protects a snapshot against deletion by anyone.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html
 *
 * @module
 */
import type { LockedSnapshotsInfo, LockSnapshotRequest } from "@aws-sdk/client-ec2";
import { toMilliseconds, type Duration } from "../../schema/duration";
import { defined, isMap, type Properties } from "../../schema/values";
import { textOf, type Text } from "../../schema/failure";
import { applyOnce } from "../aws/apply-once";
import type { ResourceContext } from "../lifecycle/resource-context";
import { isSameLock, type SnapshotLock } from "../../schema/snapshot-features";

const hour = 3_600_000;
const day = 24 * hour;

/** Warns the reviewer of a lock that cannot be undone. */
export function lockWarning(before: Properties, after: Properties): Text | undefined {
    const lock = after["lock"];
    if (!isMap(lock) || lock["mode"] !== "compliance" || isSameLock(before["lock"], lock)) return undefined;
    const { coolOff, duration: length, expiresAt } = lock as unknown as SnapshotLock;
    const mention = (value: unknown) => ({ property: "lock", value });
    const end = length === undefined ? textOf`until ${mention(expiresAt)}` : textOf`for ${mention(length)}`;
    const from =
        coolOff === undefined ? "immediately" : textOf`after the cool-off period of ${mention(coolOff)}`;
    return textOf`will lock the snapshot in compliance mode ${end}: ${from}, nobody can lift or shorten the lock, not even AWS, and the snapshot is billed for that time`;
}

/** Returns the request that locks the snapshot as declared; undefined if the current lock matches. */
export function lockRequest(
    id: string,
    current: LockedSnapshotsInfo | undefined,
    lock: SnapshotLock,
): LockSnapshotRequest | undefined {
    if (current !== undefined && matchesDeclaration(current, lock)) return undefined;
    const isPermanent = current?.LockState === "compliance";
    if (current !== undefined && isPermanent && shortens(current, lock)) {
        throw new Error(`${formatLock(current)}. It can only be extended: declare that in \`lock\`.`);
    }
    return {
        SnapshotId: id,
        LockMode: lock.mode,
        ...defined({
            LockDuration: days(lock),
            ExpirationDate: lock.expiresAt === undefined ? undefined : new Date(lock.expiresAt),
            // EC2 rejects a cool-off period for a lock whose cool-off period is over.
            CoolOffPeriod: isPermanent ? undefined : hours(lock),
        }),
    };
}

/** Checks whether the lock matches the declaration, or matched it until it expired. */
function matchesDeclaration(current: LockedSnapshotsInfo, lock: SnapshotLock): boolean {
    const hasDeclaredEnd =
        lock.expiresAt === undefined
            ? current.LockDuration === days(lock)
            : current.LockExpiresOn?.getTime() === Date.parse(lock.expiresAt);
    if (current.LockState === "expired") return hasDeclaredEnd;
    if (modeOf(current) !== lock.mode) return false;
    return (
        hasDeclaredEnd &&
        (current.LockState !== "compliance-cooloff" || current.CoolOffPeriod === hours(lock))
    );
}

function shortens(current: LockedSnapshotsInfo, lock: SnapshotLock): boolean {
    if (lock.mode !== "compliance") return true;
    return lock.expiresAt === undefined
        ? (days(lock) ?? 0) < (current.LockDuration ?? 0)
        : Date.parse(lock.expiresAt) < (current.LockExpiresOn?.getTime() ?? 0);
}

function modeOf({ LockState }: LockedSnapshotsInfo): SnapshotLock["mode"] {
    return LockState === "governance" ? "governance" : "compliance";
}

/** Formats the mode of a lock, its end, and who can lift it. */
export function formatLock(current: LockedSnapshotsInfo): string {
    const until = current.LockExpiresOn?.toISOString() ?? "its completion and longer";
    const coolOffEnd = current.CoolOffPeriodExpiresOn?.toISOString();
    const explanations = {
        governance: "a caller with the permission ec2:UnlockSnapshot can lift the lock",
        "compliance-cooloff": `a caller with the permission ec2:UnlockSnapshot can lift the lock until ${String(coolOffEnd)}, and nobody afterwards`,
        compliance: "nobody can lift the lock",
    };
    const explanation = explanations[current.LockState as keyof typeof explanations];
    return `it is locked in ${modeOf(current)} mode until ${until}; ${explanation}`;
}

export function isLocked(current: LockedSnapshotsInfo | undefined): current is LockedSnapshotsInfo {
    return current?.LockState !== undefined && current.LockState !== "expired";
}

/** Locks the snapshot as declared. `observed` is its lock if that was read already. */
export async function ensureLock(
    { ec2 }: ResourceContext,
    id: string,
    { lock, observed }: { lock: SnapshotLock; observed?: LockedSnapshotsInfo | undefined },
): Promise<void> {
    const request = lockRequest(id, observed ?? (await ec2.locks.read(id)), lock);
    if (request === undefined) return;
    const isDone = async () => lockRequest(id, await ec2.locks.read(id), lock) === undefined;
    await applyOnce(ec2, "LockSnapshot", { input: request, isDone, mayBeNew: true });
}

/** Lifts a lock that is no longer declared. */
export async function liftLock(
    { ec2 }: ResourceContext,
    id: string,
    observed?: LockedSnapshotsInfo,
): Promise<void> {
    const current = observed ?? (await ec2.locks.read(id));
    if (!isLocked(current)) return;
    if (current.LockState === "compliance") {
        throw new Error(`lock is no longer declared, but ${formatLock(current)}. Declare it again.`);
    }
    const isDone = async () => !isLocked(await ec2.locks.read(id));
    await applyOnce(ec2, "UnlockSnapshot", { input: { SnapshotId: id }, isDone });
}

/** Returns the declared lock as EC2 shows it: undefined if it was lifted outside of Pulumi, unchanged if it expired. */
export function inputFromLock(
    declared: SnapshotLock,
    current: LockedSnapshotsInfo | undefined,
): SnapshotLock | undefined {
    if (current?.LockState === undefined) return undefined;
    if (matchesDeclaration(current, declared)) return declared;
    const length =
        declared.expiresAt === undefined
            ? { duration: `${String(current.LockDuration)} days` as Duration }
            : { expiresAt: current.LockExpiresOn?.toISOString() };
    const coolOff =
        current.CoolOffPeriod === undefined ? undefined : `${String(current.CoolOffPeriod)} hours`;
    return { mode: modeOf(current), ...defined({ ...length, coolOff }) } as SnapshotLock;
}

function days({ duration: length }: SnapshotLock): number | undefined {
    return length === undefined ? undefined : toMilliseconds(length) / day;
}

function hours({ coolOff }: SnapshotLock): number | undefined {
    return coolOff === undefined ? undefined : toMilliseconds(coolOff) / hour;
}
