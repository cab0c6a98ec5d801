/**
 * Declares each kind of change as a resource in two programs, and the expected text of the preview.
 *
 * @module
 */
import { program } from "../../steps";
import { copyChanges, setChanges } from "./copy-changes";
import { createExistingResources } from "./existing-resources";
import { barrierChanges, shareChanges } from "./share-changes";
import { snapshotChanges } from "./snapshot-changes";
import { unknownChanges } from "./unknown-changes";
import { volumeChanges } from "./volume-changes";

/** Describes a resource that is declared before, after, or both; arguments and options are JavaScript. */
export interface Change {
    before?: string;
    after?: string;
    options?: string;
    /** Contains step, properties and messages; empty if nothing is shown. */
    shows: string[];
}

export type Changes = [kind: string, rows: Record<string, Change>][];

export const programOf = (changes: Changes, which: "before" | "after") =>
    program(
        'const ebs = require("pulumi-ebs-snapshots");',
        ...changes.flatMap(([kind, rows]) =>
            Object.entries(rows).flatMap(([name, { [which]: args, options = "undefined" }]) =>
                args === undefined
                    ? []
                    : [`const ${name} = new ebs.${kind}("${name}", { ${args} }, ${options});`],
            ),
        ),
    );

export const expected = (changes: Changes) =>
    Object.fromEntries(
        changes.flatMap(([, rows]) =>
            Object.entries(rows).flatMap(([name, { shows }]) => (shows.length === 0 ? [] : [[name, shows]])),
        ),
    );

export async function declareChanges(): Promise<Changes> {
    const existing = await createExistingResources();
    return [
        ["Snapshot", snapshotChanges(existing)],
        ["VolumeFromSnapshot", volumeChanges(existing)],
        ["SnapshotCopy", copyChanges(existing)],
        ["SnapshotShare", shareChanges(existing)],
        ["InstanceSnapshots", setChanges(existing)],
        ["CompletedSnapshots", barrierChanges(existing)],
        // It is declared last, because its volume is created by the program.
        ["Snapshot", unknownChanges(existing)],
    ];
}
