/**
 * Keeps the generations of the resources that one run tracks, and what they replace, so that a delete finds the next one.
 *
 * @module
 */
import type { ReplacedResource } from "./claim";
import { firstOf, isNext, type Lineage } from "./lineage";

interface Deleted {
    urn: string;
    lineage: Lineage;
    id: string;
}

export class Generations {
    readonly #tracked = new Map<string, Lineage>();
    readonly #replaced = new Map<string, ReplacedResource>();

    track(urn: string, lineage: Lineage): void {
        this.#tracked.set(urn, lineage);
    }

    /** Records the resource of a URN that is being replaced, so that it is never adopted. */
    trackReplaced(urn: string, replaced: ReplacedResource): void {
        this.#replaced.set(urn, replaced);
    }

    replacedBy(urn: string): ReplacedResource | undefined {
        return this.#replaced.get(urn);
    }

    /**
     * Returns the URN of the next generation of a deleted resource, among the tracked ones or others. Two resources have the
     * same lineage if one was renamed and a new one has its former name: the replacements of this run decide first, then
     * the URN.
     */
    findNext(
        deleted: Deleted,
        generations: ReadonlyMap<string, Lineage> = this.#tracked,
    ): string | undefined {
        const related = [...generations].flatMap(([urn, later]) =>
            isNext(later, deleted.lineage) && this.#mayReplace(urn, deleted) ? [urn] : [],
        );
        return (
            related.find((urn) => this.#replaced.has(urn)) ??
            related.find((urn) => urn === deleted.urn) ??
            related[0]
        );
    }

    /** Reports whether the resource of a URN may replace a deleted one of its lineage. */
    #mayReplace(urn: string, deleted: Deleted): boolean {
        const replaced = this.#replaced.get(urn);
        if (replaced !== undefined) return replaced.id === deleted.id;
        // A forced replacement, or one of an earlier run, does not say what it replaces. A resource with the first URN of
        // its lineage was never renamed, so that it only replaces resources with that URN.
        return urn === deleted.urn || firstOf(urn).origin !== deleted.lineage.origin;
    }
}
