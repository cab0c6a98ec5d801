/**
 * `fastRestore` enables fast snapshot restore (FSR): volumes created from the snapshot in these zones are fully
 * initialized at once.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html
 *
 * @module
 */
import type { DescribeFastSnapshotRestoreSuccessItem } from "@aws-sdk/client-ec2";
import { textOf, type Text } from "../../schema/failure";
import { applyOnce } from "../aws/apply-once";
import { joinSentences } from "../aws/errors";
import type { PollResult } from "../aws/poll";
import type { ResourceContext } from "../lifecycle/resource-context";
import { isMap, isSameSet, type Properties } from "../../schema/values";
import type { FastRestore } from "../../schema/snapshot-features";

type Zone = DescribeFastSnapshotRestoreSuccessItem;

/** Warns the reviewer of the cost. */
export function fastRestoreWarning(before: Properties, after: Properties): Text | undefined {
    const added = [...declaredZones(after["fastRestore"])].filter(
        (zone) => !declaredZones(before["fastRestore"]).has(zone),
    );
    if (added.length === 0) return undefined;
    const zones = { property: "fastRestore", value: added.join(", ") };
    return textOf`fast snapshot restore is billed per hour in each zone until it is disabled: ${String(added.length)} more (${zones})`;
}

function declaredZones(fastRestore: unknown): Set<string> {
    if (!isMap(fastRestore)) return new Set();
    const named = fastRestore["availabilityZones"] ?? fastRestore["availabilityZoneIds"];
    return new Set(Array.isArray(named) ? named.filter((zone) => typeof zone === "string") : []);
}

/** Returns the zones in which FSR is enabled or being enabled, by name or by id as in the declaration. */
export function enabledZones(current: Zone[] = [], { byId }: { byId: boolean }): string[] {
    return current
        .filter(({ State = "" }) => ["enabling", "optimizing", "enabled"].includes(State))
        .map(({ AvailabilityZone = "", AvailabilityZoneId = "" }) =>
            byId ? AvailabilityZoneId : AvailabilityZone,
        );
}

/**
 * Enables and disables FSR as declared; without a declaration, it disables FSR in all zones. `observed` contains the
 * zones if they were read already.
 */
export async function ensureFastRestore(
    { ec2 }: ResourceContext,
    id: string,
    { declared, observed }: { declared: FastRestore | undefined; observed?: Zone[] | undefined },
): Promise<void> {
    const byId = declared?.availabilityZoneIds !== undefined;
    const readZones = async () => enabledZones(await ec2.fastRestores.read(id), { byId });
    const enabled = observed === undefined ? await readZones() : enabledZones(observed, { byId });
    const desired = [...declaredZones(declared)];
    const [added, removed] = [
        desired.filter((zone) => !enabled.includes(zone)),
        enabled.filter((zone) => !desired.includes(zone)),
    ];
    const requestFor = (names: string[]) => ({
        SourceSnapshotIds: [id],
        ...(byId ? { AvailabilityZoneIds: names } : { AvailabilityZones: names }),
    });
    if (removed.length > 0) {
        const isDone = async () => !(await readZones()).some((zone) => removed.includes(zone));
        const answer = await applyOnce(ec2, "DisableFastSnapshotRestores", {
            input: requestFor(removed),
            isDone,
        });
        throwIfUnsuccessful("disabled", answer?.Unsuccessful);
    }
    if (added.length > 0) {
        const isDone = async () => {
            const now = await readZones();
            return added.every((zone) => now.includes(zone));
        };
        const options = { isDone, mayBeNew: true };
        const answer = await applyOnce(ec2, "EnableFastSnapshotRestores", {
            input: requestFor(added),
            ...options,
        });
        throwIfUnsuccessful("enabled", answer?.Unsuccessful);
    }
}

/** Disables FSR in all zones and waits until it is disabled, because EC2 deletes no snapshot before. */
export async function disableFastRestore(ctx: ResourceContext, id: string, deadline: number): Promise<void> {
    const current = await ctx.ec2.fastRestores.readCached(id, ctx.stack);
    if (current === undefined) return;
    await ensureFastRestore(ctx, id, { declared: undefined, observed: current });
    await ctx.ec2.fastRestores.wait({
        key: id,
        subject: "end of fast snapshot restore",
        deadline,
        observed: current,
        evaluate: (zones = []) => {
            const open = zones.filter(({ State }) => State !== "disabled");
            return open.length === 0 ? "done" : { pending: formatZones(open) };
        },
        progress: (text) => {
            ctx.status(`fast snapshot restore ${text}`);
        },
    });
}

function formatZones(zones: Zone[]): string {
    return zones.map(({ AvailabilityZone = "", State = "" }) => `${AvailabilityZone} ${State}`).join(", ");
}

interface Failure {
    FastSnapshotRestoreStateErrors?:
        | {
              AvailabilityZone?: string | undefined;
              Error?: { Code?: string | undefined; Message?: string | undefined } | undefined;
          }[]
        | undefined;
}

/** Throws if EC2 failed in a zone, because EC2 reports that within a successful answer. */
function throwIfUnsuccessful(direction: "enabled" | "disabled", failures: Failure[] | undefined): void {
    const errors = (failures ?? []).flatMap(
        ({ FastSnapshotRestoreStateErrors }) => FastSnapshotRestoreStateErrors ?? [],
    );
    if (errors.length === 0) return;
    const details = errors.map(
        ({ AvailabilityZone = "a zone", Error: error }) =>
            `${AvailabilityZone}: ${error?.Code ?? "Error"}: ${error?.Message ?? "no details given"}`,
    );
    const isQuotaExceeded = errors.some(({ Error: error }) => /limit/i.test(error?.Code ?? ""));
    const remedy = isQuotaExceeded
        ? "Disable it for another snapshot in this region, or request a higher quota (Service Quotas)."
        : undefined;
    throw new Error(
        joinSentences(`fast snapshot restore could not be ${direction} in ${details.join("; ")}`, remedy),
    );
}

/** Waits until FSR is enabled in every declared zone, which takes about one hour for each TiB. */
export async function waitForFastRestore(
    ctx: ResourceContext,
    id: string,
    { declared, deadline }: { declared: FastRestore; deadline: number },
): Promise<Zone[]> {
    const byId = declared.availabilityZoneIds !== undefined;
    return ctx.ec2.fastRestores.wait({
        key: id,
        subject: "start of fast snapshot restore",
        deadline,
        evaluate: (current) => evaluateFastRestore([...declaredZones(declared)], current, { byId }),
        progress: (text) => {
            ctx.status(`fast snapshot restore ${text}`);
        },
    });
}

export function evaluateFastRestore(
    desired: string[],
    current: Zone[] | undefined,
    { byId }: { byId: boolean },
): PollResult {
    if (current === undefined) {
        return {
            failed: "not shown by EC2: the snapshot was deleted, or fast snapshot restore was disabled",
        };
    }
    const states = desired.map((zone) => {
        const found = current.find((one) => (byId ? one.AvailabilityZoneId : one.AvailabilityZone) === zone);
        return { zone, state: found?.State ?? "not visible yet", why: found?.StateTransitionReason };
    });
    const disabled = states.filter(({ state }) => state === "disabling" || state === "disabled");
    if (disabled.length > 0) {
        return {
            failed: disabled
                .map(({ zone, state, why = "no reason given" }) => `${zone} is ${state}: ${why}`)
                .join("; "),
        };
    }
    const open = states.filter(({ state }) => state !== "enabled");
    return open.length === 0
        ? "done"
        : { pending: open.map(({ zone, state }) => `${zone} ${state}`).join(", ") };
}

/**
 * Returns the declaration as EC2 shows it, without zones that were disabled outside of Pulumi, and with those that were
 * enabled.
 */
export function inputFromFastRestore(
    declared: FastRestore,
    current: Zone[] | undefined,
): FastRestore | undefined {
    const byId = declared.availabilityZoneIds !== undefined;
    const enabled = enabledZones(current, { byId }).sort();
    const [key, before] = byId
        ? (["availabilityZoneIds", declared.availabilityZoneIds] as const)
        : (["availabilityZones", declared.availabilityZones] as const);
    if (isSameSet(before, enabled)) return declared;
    return enabled.length === 0 ? undefined : { [key]: enabled };
}
