/**
 * Ends the claims of one run when it ends. This module is independent of the kind of resource.
 *
 * @module
 */
import { adoptingTag, claimTag, endedClaim } from "../../schema/tags";
import type { Ec2 } from "../aws/ec2";
import { removeTags, writeTags } from "../aws/write-tags";
import type { EngineLog } from "./engine-log";
import { messageOf } from "./failure";

/** Describes a resource with a claim, and the EC2 resources that carry its tags. */
export interface Claimed {
    id: string;
    claim: string | undefined;
    carrierIds: string[];
    startedAt: number;
}

type FindClaimed = () => Promise<Claimed[]>;

export class Claims {
    readonly #created = new Map<Ec2, Set<string>>();
    readonly #adopted = new Map<Ec2, Set<string>>();
    readonly #finders = new Map<Ec2, Map<object, FindClaimed>>();

    constructor(
        readonly run: {
            startedAt: number;
            log: EngineLog;
            /** Reports whether the program of this run has a resource with this id. */
            isTracked: (id: string) => boolean;
            /** Is `true` if the state does not hold the created resources when this run ends. */
            isStateWrittenLast: boolean;
        },
    ) {}

    /** Schedules the end of the claims of these ids for the end of this run, when the state holds them. */
    endAtExit(ec2: Ec2, ids: string[]): void {
        addIds(this.#created, ec2, ids);
    }

    /** Schedules the removal of the tag that says that these ids are being adopted. */
    endAdoptionAtExit(ec2: Ec2, ids: string[]): void {
        addIds(this.#adopted, ec2, ids);
    }

    /** Records how to find resources of a kind with a claim, once this run creates one. */
    findAtExit(ec2: Ec2, kind: object, find: FindClaimed): void {
        const finders = this.#finders.get(ec2) ?? new Map<object, FindClaimed>();
        this.#finders.set(ec2, finders.set(kind, find));
    }

    /**
     * Ends the claims of resources that the state holds, so that no later run mistakes them for resources of an
     * interrupted run. It reports the remaining ones: an interrupted run created them, and no resource of the program
     * tracks them. If the state is written after this, a later run ends the claims of this one.
     */
    async end(): Promise<void> {
        const [created, adopted] = [new Map(this.#created), new Map(this.#adopted)];
        this.#created.clear();
        this.#adopted.clear();
        const ending = this.run.isStateWrittenLast
            ? []
            : [
                  ...[...created].map(([ec2, ids]) => this.#endClaimsOf(ec2, [...ids])),
                  ...[...adopted].map(([ec2, ids]) => this.#endAdoptionsOf(ec2, [...ids])),
              ];
        await Promise.all([...ending, this.#endEarlier(created)]);
    }

    /** Ends the claims that an earlier run could not end. */
    async #endEarlier(created: Map<Ec2, Set<string>>): Promise<void> {
        const unaccounted: string[] = [];
        for (const [ec2, finders] of this.#finders) {
            const found = await Promise.all([...finders.values()].map((find) => find().catch(() => [])));
            const earlier = found
                .flat()
                .filter(({ claim, startedAt }) => claim !== endedClaim && startedAt < this.run.startedAt);
            const tracked = earlier.filter(({ id }) => this.run.isTracked(id));
            const ids = tracked.flatMap(({ carrierIds }) => carrierIds);
            const unended = ids.filter((id) => created.get(ec2)?.has(id) !== true);
            if (unended.length > 0) await this.#endClaimsOf(ec2, unended);
            unaccounted.push(...earlier.filter((one) => !tracked.includes(one)).map(formatClaimed));
        }
        this.#warnOfUnaccounted([...new Set(unaccounted)]);
    }

    async #endClaimsOf(ec2: Ec2, ids: string[]): Promise<void> {
        try {
            await removeTags(ec2, ids, [claimTag]);
        } catch (error) {
            // A claim that cannot be removed is overwritten, since a forced replacement would adopt its resource.
            await writeTags(ec2, { ids, tags: { [claimTag]: endedClaim } }).catch(() => undefined);
            this.run.log.warn("", `the tag ${claimTag} stays on ${ids.join(", ")}: ${messageOf(error)}`);
        }
    }

    async #endAdoptionsOf(ec2: Ec2, ids: string[]): Promise<void> {
        // An update removes the tag, too.
        await removeTags(ec2, ids, [adoptingTag]).catch((error: unknown) => {
            this.run.log.warn("", `the tag ${adoptingTag} stays on ${ids.join(", ")}: ${messageOf(error)}`);
        });
    }

    #warnOfUnaccounted(ids: string[]): void {
        if (ids.length === 0) return;
        const isOne = ids.length === 1;
        this.run.log.warn(
            "",
            `${ids.join(", ")} ${isOne ? "was" : "were"} created by an interrupted run of this stack, and no resource of this ` +
                `run manages ${isOne ? "it" : "them"}. Delete those that are not needed, set \`adopt\` to the id of one to keep it, or ` +
                `remove the tag ${claimTag}.`,
        );
    }
}

function addIds(all: Map<Ec2, Set<string>>, ec2: Ec2, ids: string[]): void {
    all.set(ec2, new Set([...(all.get(ec2) ?? []), ...ids]));
}

/** Formats a resource for a message; a set is named with its snapshots, since EC2 does not know its id. */
function formatClaimed({ id, carrierIds }: Claimed): string {
    return carrierIds.every((carrierId) => carrierId === id) ? id : `${id} (${carrierIds.join(", ")})`;
}
