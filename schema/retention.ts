/**
 * Decides which replaced snapshots are retained: the last copy of an origin stays in the account.
 *
 * @module
 */
import { isMap, UNKNOWN, type Properties } from "./values";

/** Formats the origin of the snapshots of each resource for messages. */
export const originOf = {
    Snapshot: ({ volumeId }: Properties) => `volume ${text(volumeId)}`,
    SnapshotCopy: ({ sourceSnapshotId, sourceRegion }: Properties) =>
        `snapshot ${text(sourceSnapshotId)} in ${text(sourceRegion)}`,
    InstanceSnapshots: ({ instanceId }: Properties) => `instance ${text(instanceId)}`,
};

/** Reports whether a snapshot, every member of a set, or a volume failed: its deletion loses no data. */
export function hasNoData({ state, snapshots }: Properties): boolean {
    if (Array.isArray(snapshots))
        return snapshots.length > 0 && snapshots.every((member) => isMap(member) && hasNoData(member));
    return state === "error" || state === "deleted";
}

/** Reports whether a replacement has the data of the volume: only a volume of the same source in its region can. */
export function isDataCarried({ state, inputs }: { state: Properties; inputs: Properties }): boolean {
    if (inputs["carryData"] !== true && inputs["carryData"] !== "crashConsistent") return false;
    // A volume that was created from no snapshot, or from no other volume, shows an empty id.
    const isSame = (key: string) => (state[key] ?? "") === (inputs[key] ?? "");
    const isSameSnapshot = isSame("snapshotId") || inputs["onSnapshotChange"] === "keep";
    return isSameSnapshot && isSame("sourceVolumeId") && (state["region"] === undefined || isSame("region"));
}

/** Returns the option for the deletion of a volume: as the program that replaces it declares, otherwise as in the state. */
export function finalSnapshotOf<Option>(
    state: { finalSnapshot?: Option },
    next: { finalSnapshot?: Option } | undefined,
): Option | undefined {
    return next?.finalSnapshot ?? state.finalSnapshot;
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "unknown";
}

/**
 * Returns the function that decides whether a replaced snapshot is retained: as the new inputs declare, otherwise if it
 * is the last copy of its origin. It returns undefined while the new origin is unknown.
 */
export function retentionByOrigin(origin: (inputs: Properties) => string) {
    return ({ state, inputs }: { state: object; inputs: object }): boolean | undefined => {
        const { keepReplaced } = inputs as Properties;
        if (typeof keepReplaced === "boolean") return keepReplaced;
        const next = origin({ ...inputs });
        return next.includes(UNKNOWN) ? undefined : next !== origin({ ...state });
    };
}
