/**
 * Defines the lineage of a resource: it is the same for a resource and its replacements, one generation after the
 * other, even if the URN, the stack or the project is renamed. A delete finds the successor by it. It is derived and
 * not random, because an update plan compares the inputs of the preview with those of the run.
 *
 * @module
 */
import { createHash } from "node:crypto";

export interface Lineage {
    /** Contains a hash of the URN under which the first generation was declared. */
    readonly origin: string;
    /** Counts the replaced generations. */
    readonly generation: number;
}

/** Returns the lineage of a resource that is not in the state. */
export function firstOf(urn: string): Lineage {
    return { origin: createHash("sha256").update(urn).digest("hex").slice(0, 12), generation: 0 };
}

export function nextOf({ origin, generation }: Lineage): Lineage {
    return { origin, generation: generation + 1 };
}

export function isNext(later: Lineage, earlier: Lineage): boolean {
    return later.origin === earlier.origin && later.generation === earlier.generation + 1;
}

/** Returns `undefined` for the first generation under a URN, since it is the default. */
export function formatLineage({ origin, generation }: Lineage, urn: string): string | undefined {
    return generation === 0 && origin === firstOf(urn).origin ? undefined : `${origin}/${String(generation)}`;
}

export function parseLineage(text: string | undefined, urn: string): Lineage {
    const [, origin, generation] = /^(\w+)\/(\d+)$/.exec(text ?? "") ?? [];
    return origin === undefined ? firstOf(urn) : { origin, generation: Number(generation) };
}
