/**
 * Converts the facts of a diff to the terms of Pulumi's provider protocol, with pure functions: which paths differ, and how.
 *
 * @module
 */
import type { DiffFacts } from "../lifecycle/diff";
import { equal, isMap, type Properties } from "../../schema/values";

export type Kind = "ADD" | "DELETE" | "UPDATE";

export interface PathDiff {
    kind: Kind;
    isReplacing: boolean;
    /** Reports whether the engine finds both values among the inputs; otherwise the previous one is an output. */
    isInput: boolean;
}

export interface DetailedDiff {
    isChanged: boolean;
    replaces: string[];
    /** Reports whether the replaced resource is deleted before the new one is created. */
    isDeletedFirst?: boolean;
    changed: string[];
    paths: Record<string, PathDiff>;
}

/** `before` contains the inputs in the state. A job that is pending is a difference without a path: no input has changed. */
export function detailedDiff(facts: DiffFacts, before: Properties, inputs: Properties): DetailedDiff {
    const paths = facts.changed.flatMap(({ property }) => {
        const isReplacing = facts.replaces.includes(property);
        const found = differingPaths(before[property], inputs[property], property);
        const entries: [string, PathDiff][] = found.map(([path, kind]) => [
            path,
            { kind, isReplacing, isInput: true },
        ]);
        return entries.length > 0
            ? entries
            : [[property, { kind: "UPDATE", isReplacing, isInput: false }] as [string, PathDiff]];
    });
    return {
        isChanged: facts.changed.length > 0 || facts.pending !== undefined,
        replaces: facts.replaces,
        isDeletedFirst: facts.isDeletedFirst,
        changed: facts.changed.map(({ property }) => property),
        paths: Object.fromEntries(paths),
    };
}

function differingPaths(before: unknown, after: unknown, path: string): [string, Kind][] {
    if (equal(before, after)) return [];
    if (before === undefined) return [[path, "ADD"]];
    if (after === undefined) return [[path, "DELETE"]];
    if (Array.isArray(before) && Array.isArray(after)) {
        const indexes = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
        return indexes.flatMap((index) =>
            differingPaths(before[index], after[index], `${path}[${String(index)}]`),
        );
    }
    if (isMap(before) && isMap(after)) {
        const keys = Object.keys({ ...before, ...after }).sort();
        return keys.flatMap((key) => differingPaths(before[key], after[key], path + step(key)));
    }
    return [[path, "UPDATE"]];
}

/** Puts a key that is not an identifier in brackets, as in `tags["b/c"]`. */
function step(key: string): string {
    return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
