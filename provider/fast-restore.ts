/**
 * `fastRestore`: volumes made from the snapshot in these zones are fully initialized at once.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html
 *
 * @module
 */
import type { DescribeFastSnapshotRestoreSuccessItem } from "@aws-sdk/client-ec2";
import { once } from "./ec2/once";
import type { Verdict } from "./ec2/watch";
import type { Act } from "./resource";
import { both, equal, isMap, listOf, objectOf, sameSet, text, type Properties } from "./rules";

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html */
export interface FastRestore {
    /** Names of zones, such as `us-east-1a`. Default: none, `availabilityZoneIds` is given instead. */
    availabilityZones?: string[];
    /**
     * Ids of zones, such as `use1-az1`, which mean the same place in every account. Default: none, `availabilityZones` is
     * given instead.
     */
    availabilityZoneIds?: string[];
}

type Zone = DescribeFastSnapshotRestoreSuccessItem;

const zones = listOf(text("a zone such as us-east-1a or use1-az1", /^[a-z0-9-]+$/), { atLeast: 1 });

export const fastRestoreRule = {
    accepts: both(
        objectOf({ availabilityZones: { accepts: zones }, availabilityZoneIds: { accepts: zones } }),
        (value, path) => {
            const { availabilityZones, availabilityZoneIds } = value as FastRestore;
            if ((availabilityZones === undefined) !== (availabilityZoneIds === undefined)) return [];
            return [{ property: path, reason: "needs either availabilityZones or availabilityZoneIds" }];
        },
    ),
    onChange: "update",
    same: sameZones,
} as const;

/** Order does not count, nor how often one is named. */
function sameZones(before: unknown, after: unknown): boolean {
    if (!isMap(before) || !isMap(after)) return equal(before, after);
    return ["availabilityZones", "availabilityZoneIds"].every((key) => sameSet(before[key], after[key]));
}

/** What it costs, for who approves it. */
export function fastRestoreWarning(before: Properties, after: Properties): string | undefined {
    const added = [...listed(after["fastRestore"])].filter(
        (zone) => !listed(before["fastRestore"]).has(zone),
    );
    if (added.length === 0) return undefined;
    return (
        `fast restore is billed for every hour in each zone, from now until it is switched off: ` +
        `${String(added.length)} more (${added.join(", ")})`
    );
}

function listed(fastRestore: unknown): Set<string> {
    if (!isMap(fastRestore)) return new Set();
    const named = fastRestore["availabilityZones"] ?? fastRestore["availabilityZoneIds"];
    return new Set(Array.isArray(named) ? named.filter((zone) => typeof zone === "string") : []);
}

/** The zones in which it is on, or about to be, called as the declaration calls zones. */
export function zonesOn(there: Zone[] = [], byId: boolean): string[] {
    return there
        .filter(({ State = "" }) => ["enabling", "optimizing", "enabled"].includes(State))
        .map(({ AvailabilityZone = "", AvailabilityZoneId = "" }) =>
            byId ? AvailabilityZoneId : AvailabilityZone,
        );
}

/** Switches on and off what differs from the declaration; without one, everything off. `seen`: as `ensureLock`. */
export async function ensureFastRestore(
    { cloud }: Act,
    id: string,
    declared: FastRestore | undefined,
    seen?: Zone[],
): Promise<void> {
    const byId = declared?.availabilityZoneIds !== undefined;
    const look = async () => zonesOn(await cloud.fastRestores.read(id), byId);
    const on = seen === undefined ? await look() : zonesOn(seen, byId);
    const wanted = [...listed(declared)];
    const [more, fewer] = [
        wanted.filter((zone) => !on.includes(zone)),
        on.filter((zone) => !wanted.includes(zone)),
    ];
    const { EnableFastSnapshotRestoresCommand, DisableFastSnapshotRestoresCommand } =
        await import("@aws-sdk/client-ec2");
    const of = (names: string[]) => ({
        SourceSnapshotIds: [id],
        ...(byId ? { AvailabilityZoneIds: names } : { AvailabilityZones: names }),
    });
    if (fewer.length > 0) {
        const command = new DisableFastSnapshotRestoresCommand(of(fewer));
        const done = async () => !(await look()).some((zone) => fewer.includes(zone));
        const answer = await once(cloud, "DisableFastSnapshotRestores", (ec2) => ec2.send(command), done);
        refuse("off", answer?.Unsuccessful);
    }
    if (more.length > 0) {
        const command = new EnableFastSnapshotRestoresCommand(of(more));
        const done = async () => {
            const now = await look();
            return more.every((zone) => now.includes(zone));
        };
        const answer = await once(cloud, "EnableFastSnapshotRestores", (ec2) => ec2.send(command), done);
        refuse("on", answer?.Unsuccessful);
    }
}

/** Switches it off everywhere, and waits until it is: EC2 deletes no snapshot before. */
export async function endFastRestore(act: Act, id: string, deadline: number): Promise<void> {
    const there = await act.cloud.fastRestores.readAhead(id, act.stack);
    if (there === undefined) return;
    await ensureFastRestore(act, id, undefined, there);
    await act.cloud.fastRestores.wait({
        key: id,
        deadline,
        seen: there,
        judge: (left = []) => {
            const open = left.filter(({ State }) => State !== "disabled");
            return open.length === 0 ? "done" : { again: told(open) };
        },
        progress: (text) => {
            act.status(`fast restore ${text}`);
        },
    });
}

function told(zones: Zone[]): string {
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

/** EC2 answers such a call with success, and tells in it where it failed. */
function refuse(direction: "on" | "off", failures: Failure[] | undefined): void {
    const errors = (failures ?? []).flatMap(
        ({ FastSnapshotRestoreStateErrors }) => FastSnapshotRestoreStateErrors ?? [],
    );
    if (errors.length === 0) return;
    const told = errors.map(
        ({ AvailabilityZone = "a zone", Error: error }) =>
            `${AvailabilityZone}: ${error?.Code ?? "Error"}: ${error?.Message ?? "no details given"}`,
    );
    const limited = errors.some(({ Error: error }) => /limit/i.test(error?.Code ?? ""));
    const remedy = limited
        ? "; switch it off for another snapshot of this region, or ask AWS for a higher quota (Service Quotas)"
        : "";
    throw new Error(`fast restore cannot be switched ${direction} in ${told.join("; ")}${remedy}`);
}

/** Waits until it is in full effect in every declared zone, which takes about an hour for each TiB. */
export async function fastRestored(
    act: Act,
    id: string,
    declared: FastRestore,
    deadline: number,
): Promise<Zone[]> {
    const byId = declared.availabilityZoneIds !== undefined;
    return act.cloud.fastRestores.wait({
        key: id,
        deadline,
        judge: (there) => judgeFastRestore([...listed(declared)], there, byId),
        progress: (text) => {
            act.status(`fast restore ${text}`);
        },
    });
}

export function judgeFastRestore(wanted: string[], there: Zone[] | undefined, byId: boolean): Verdict {
    if (there === undefined) {
        return { failed: "EC2 does not show it: the snapshot was deleted, or it was switched off" };
    }
    const states = wanted.map((zone) => {
        const found = there.find((one) => (byId ? one.AvailabilityZoneId : one.AvailabilityZone) === zone);
        return { zone, state: found?.State ?? "not shown yet", why: found?.StateTransitionReason };
    });
    const lost = states.filter(({ state }) => state === "disabling" || state === "disabled");
    if (lost.length > 0) {
        return {
            failed: lost
                .map(({ zone, state, why = "no reason given" }) => `${zone} is ${state}: ${why}`)
                .join("; "),
        };
    }
    const open = states.filter(({ state }) => state !== "enabled");
    return open.length === 0
        ? "done"
        : { again: open.map(({ zone, state }) => `${zone} ${state}`).join(", ") };
}

/** The declaration as EC2 shows it: a zone that was switched off outside is missing, one switched on is there. */
export function observedFastRestore(
    declared: FastRestore,
    there: Zone[] | undefined,
): FastRestore | undefined {
    const byId = declared.availabilityZoneIds !== undefined;
    const on = zonesOn(there, byId).sort();
    const [key, before] = byId
        ? (["availabilityZoneIds", declared.availabilityZoneIds] as const)
        : (["availabilityZones", declared.availabilityZones] as const);
    if (sameSet(before, on)) return declared;
    return on.length === 0 ? undefined : { [key]: on };
}
