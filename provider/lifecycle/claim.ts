/**
 * Creates a resource once, however often the run that creates it is interrupted. EC2 has no client token for snapshots,
 * so each snapshot carries the claim of the attempt that created it, until the state holds it. This module is
 * independent of the kind of resource.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Clock } from "../aws/clock";
import { Ec2Error } from "../aws/errors";
import { lookupDelaysMs } from "../aws/retry";
import { claimTag, stackTag, type TagMap } from "../../schema/tags";
import { stableStringify, type Properties } from "../../schema/values";
import { stackOf } from "../../schema/urn";

export interface Claim {
    stack: string;
    value: string;
}

/** Describes a resource that an attempt has created. */
export interface ClaimedResource<Observed> {
    id: string;
    observed: Observed;
    claim: string | undefined;
    startedAt: number;
}

/** Describes the resource in the state that is about to be replaced. */
export interface ReplacedResource {
    id: string;
    startedAt: number;
    /** Is `false` if it failed, so that a replacement loses nothing. */
    hasData: boolean;
    /** Marks a retained resource as no longer managed, in its own region and with its own credentials. */
    markRetained?: () => Promise<void>;
    /** Records the id of its replacement on it. */
    recordSuccessor?: (id: string) => Promise<void>;
}

/**
 * Returns the claim of one attempt: the identity (URN, organization, backend) and the inputs that cannot be changed
 * later; the other inputs can be applied to an adopted resource. A replacement has a separate claim even with equal
 * inputs: a forced replacement must not adopt the resource in the state.
 */
export function claimOf(
    identity: { urn: string; organization: string; backend: string; generation: number },
    immutable: Properties,
): Claim {
    const { urn, organization, backend, generation } = identity;
    const replacement = generation === 0 ? [] : [generation];
    const hash = createHash("sha256").update(
        stableStringify([urn, organization, backend, immutable, ...replacement]),
    );
    return { stack: stackOf(urn, organization), value: hash.digest("hex").slice(0, 32) };
}

export function claimTags({ stack, value }: Claim): TagMap {
    return { [stackTag]: stack, [claimTag]: value };
}

export interface Attempt<Observed> {
    claim: Claim;
    replaced: ReplacedResource | undefined;
    /** Limits how far back an interrupted attempt may have begun, in milliseconds. */
    timeoutMs: number;
    clock: Clock;
    create: () => Promise<{ id: string; observed: Observed }>;
    /** Returns the resources of this stack that carry a claim; `fresh` bypasses the cache. */
    findClaimed: (options: { isFresh: boolean }) => Promise<ClaimedResource<Observed>[]>;
}

const maxAttempts = 3;

/** Creates the resource, or adopts the one that an interrupted attempt created. */
export async function createOnce<Observed>(
    attempt: Attempt<Observed>,
): Promise<{ id: string; observed: Observed; adopted: boolean }> {
    const earlier = matchingClaim(attempt, await attempt.findClaimed({ isFresh: false }));
    if (earlier !== undefined) return { ...earlier, adopted: true };
    for (let attempts = 1; ; attempts++) {
        try {
            return { ...(await attempt.create()), adopted: false };
        } catch (error) {
            if (!(error instanceof Ec2Error) || error.kind !== "indeterminate") throw error;
            // It is unknown whether EC2 has acted, so a lookup comes before another create.
            for (const pause of lookupDelaysMs) {
                await attempt.clock.sleep(pause);
                const match = matchingClaim(attempt, await attempt.findClaimed({ isFresh: true }));
                if (match !== undefined) return { ...match, adopted: false };
            }
            if (attempts === maxAttempts) throw error;
        }
    }
}

/** Returns the resource that this attempt created; if there are several, a person has to decide. */
function matchingClaim<Observed>(
    { claim, replaced, timeoutMs, clock }: Attempt<Observed>,
    claimed: ClaimedResource<Observed>[],
) {
    const oldest = Math.max(clock.now() - timeoutMs, replaced === undefined ? 0 : replaced.startedAt + 1);
    const matches = claimed.filter(
        (one) => one.claim === claim.value && one.id !== replaced?.id && one.startedAt >= oldest,
    );
    if (matches.length > 1) {
        const ids = matches.map(({ id }) => id).join(", ");
        throw new Error(
            `${String(matches.length)} were created by interrupted runs, and it is unknown which one to adopt: ${ids}; ` +
                `delete those that are not needed, or remove their tag ${claimTag}, and run again`,
        );
    }
    return matches[0];
}
