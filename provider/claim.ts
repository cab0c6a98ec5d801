/**
 * Making a thing once, however often the run that makes it dies. EC2 has no client token for snapshots, so each
 * carries the claim of the attempt that made it, until the state is known to hold it. Knows no resource.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Clock } from "./clock";
import { Ec2Error } from "./ec2/errors";
import { claimTag, stackTag, type TagMap } from "./ec2/tags";
import { stable, type Properties } from "./rules";

export interface Claim {
    stack: string;
    value: string;
}

/** What an attempt has made. */
export interface Made<Seen> {
    id: string;
    seen: Seen;
    claim: string | undefined;
    startedAt: number;
}

/** The resource that the state holds already and that is about to be replaced. */
export interface Held {
    id: string;
    startedAt: number;
    /** Where it stays in the account: marks it as no longer managed, in its own region and by its own credentials. */
    release?: () => Promise<void>;
}

/**
 * The claim of one attempt: who (URN, organization, backend) and what (the inputs that cannot be changed afterwards;
 * the others can be brought about on what is adopted).
 */
export function claimOf(urn: string, organization: string, backend: string, defining: Properties): Claim {
    const hash = createHash("sha256").update(stable([urn, organization, backend, defining]));
    return { stack: stackOf(urn, organization), value: hash.digest("hex").slice(0, 32) };
}

/** `organization/project/stack`, from a URN such as `urn:pulumi:stack::project::type::name`. */
export function stackOf(urn: string, organization: string): string {
    const [, , stack = "", , project = ""] = urn.split(":");
    return [organization, project, stack].join("/");
}

export function claimTags({ stack, value }: Claim): TagMap {
    return { [stackTag]: stack, [claimTag]: value };
}

export interface Attempt<Seen> {
    claim: Claim;
    held: Held | undefined;
    /** How far back an interrupted attempt may have begun, in milliseconds. */
    patience: number;
    clock: Clock;
    make: () => Promise<{ id: string; seen: Seen }>;
    /** What of this stack still carries a claim; `fresh` does not take an earlier look for an answer. */
    made: (fresh: boolean) => Promise<Made<Seen>[]>;
}

/** EC2 may show a moment later what it has made. */
const looks = [1_000, 2_000, 4_000, 8_000];
const attempts = 3;

/** Makes it, or adopts what an attempt that died has made. */
export async function makeOnce<Seen>(
    attempt: Attempt<Seen>,
): Promise<{ id: string; seen: Seen; adopted: boolean }> {
    const earlier = onlyOne(attempt, await attempt.made(false));
    if (earlier !== undefined) return { ...earlier, adopted: true };
    for (let tried = 1; ; tried++) {
        try {
            return { ...(await attempt.make()), adopted: false };
        } catch (error) {
            if (!(error instanceof Ec2Error) || error.nature !== "lost") throw error;
            // Nobody knows whether EC2 has acted: look before anything is made again.
            for (const pause of looks) {
                await attempt.clock.sleep(pause);
                const mine = onlyOne(attempt, await attempt.made(true));
                if (mine !== undefined) return { ...mine, adopted: false };
            }
            if (tried === attempts) throw error;
        }
    }
}

/** What this very attempt has made; more than one is a question for a person. */
function onlyOne<Seen>({ claim, held, patience, clock }: Attempt<Seen>, made: Made<Seen>[]) {
    const oldest = Math.max(clock.now() - patience, held === undefined ? 0 : held.startedAt + 1);
    const mine = made.filter(
        (one) => one.claim === claim.value && one.id !== held?.id && one.startedAt >= oldest,
    );
    if (mine.length > 1) {
        const ids = mine.map(({ id }) => id).join(", ");
        throw new Error(
            `${String(mine.length)} were made by interrupted runs and nobody can tell which one is meant: ${ids}; ` +
                `delete those that are not wanted, or remove their tag ${claimTag}, and run again`,
        );
    }
    return mine[0];
}
