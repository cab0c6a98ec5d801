/**
 * Keeps the adoptions of one run: what a resource is to adopt, has adopted, or did not find. A delete keeps all of it.
 *
 * @module
 */
import { nameOf } from "../../schema/urn";
import type { Owner } from "./context";
import type { RunNotes } from "./run-notes";

/** Returns the note that a resource is to adopt `id`. */
function noteOf(id: string): string {
    return `adopt ${id}`;
}

export class Adoptions {
    readonly #adopters = new Map<string, Owner>();
    readonly #notFound = new Map<string, { urn: string; place: string }>();
    readonly #reserved = new Map<string, string>();

    constructor(
        /** Contains what the other provider processes of this run have to know. */
        readonly notes: Pick<RunNotes, "write" | "notedElsewhere">,
    ) {}

    /** Records that a resource that is not in the state is to adopt `id`, also for the other processes of this run. */
    reserve(urn: string, id: string): void {
        if (!this.#reserved.has(id)) this.#reserved.set(id, urn);
        this.notes.write([noteOf(id)]);
    }

    /** Ends a reservation, because the resource of this URN has the id now. */
    settle(urn: string, id: string): void {
        if (this.#reserved.get(id) === urn) this.#reserved.delete(id);
    }

    /** Returns the URN of the resource that is to adopt `id`, and has not done so in this run. */
    reservedBy(id: string): string | undefined {
        return this.#reserved.get(id);
    }

    /** Returns the name of another resource that is to adopt `id`; one in this process has not done so in this run. */
    reservationOf(id: string, urn: string): string | undefined {
        const other = this.#reserved.get(id);
        if (other !== undefined) return other === urn ? undefined : nameOf(other);
        return this.notes.notedElsewhere([noteOf(id)]).length > 0 ? "another resource" : undefined;
    }

    /** Records the resource that adopts `id` in this run; EC2 may show the tag of the new owner only later. */
    record(id: string, owner: Owner): void {
        this.#adopters.set(id, owner);
    }

    /** Returns the resource that adopted `id` in this run, unless it is the owner with this token. */
    adopterOf(id: string, token: string | undefined): Owner | undefined {
        const adopter = this.#adopters.get(id);
        return adopter?.token === token ? undefined : adopter;
    }

    /** Records that `adopt` of a resource contains an id that does not exist in its region and account. */
    recordNotFound(id: string, urn: string, place: string): void {
        this.#notFound.set(id, { urn, place });
    }

    /** Returns the resource that failed to find `id` for adoption in this run. */
    failedAdoptionOf(id: string): { urn: string; place: string } | undefined {
        return this.#notFound.get(id);
    }
}
