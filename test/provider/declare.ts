// Declares resources of a program that test/provider/engine.ts runs.

import { zone } from "../emulator/calls";
import type { Kind } from "./door";
import type { Declared, Options } from "./engine-run";

type Args = Declared["args"] | object;

function declare(kind: Kind) {
    return (name: string, args: Args, options: Options = {}): Declared => ({
        kind,
        name,
        args: typeof args === "function" ? (args as Declared["args"]) : { ...args },
        options,
    });
}

export const snapshot = declare("Snapshot");
export const snapshotCopy = declare("SnapshotCopy");
export const instanceSnapshots = declare("InstanceSnapshots");
export const share = declare("SnapshotShare");
export const completedSnapshots = declare("CompletedSnapshots");
const volumeFromSnapshot = declare("VolumeFromSnapshot");

/** Declares a volume, by default in the default zone. */
export function volume(name: string, args: object, options?: Options): Declared {
    const where = "availabilityZoneId" in args ? {} : { availabilityZone: zone };
    return volumeFromSnapshot(name, { ...where, ...args }, options);
}

/** Declares a volume in the default zone from the snapshot that another resource creates. */
export function volumeFrom(
    name: string,
    { source, args = {} }: { source: string; args?: object },
    options?: Options,
): Declared {
    const given: Declared["args"] = async (outputsOf) => ({
        snapshotId: (await outputsOf(source))["snapshotId"],
        availabilityZone: zone,
        ...args,
    });
    return volumeFromSnapshot(name, given, options);
}
