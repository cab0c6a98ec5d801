/**
 * What becomes of snapshots that are replaced: they go once their successors are complete, or they stay in the account.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { unlessGone } from "./ec2/errors";
import { writeTags } from "./ec2/tagging";
import { stackTag, tagOf } from "./ec2/tags";
import type { Act } from "./resource";
import { unknown } from "./rules";

/** What the tag of the stack says, before the stack's name, on one that is no longer managed. */
const released = "kept by ";

/**
 * Whether what was made with the first inputs stays: as its successor says, else if it is the last copy of something. Of
 * what the successor is a copy may not be known yet.
 */
export function staysAs<Inputs extends { keepReplaced?: boolean }>(
    origin: (inputs: Partial<Inputs>) => string,
) {
    return (state: Partial<Inputs>, inputs: Partial<Inputs>): boolean | undefined => {
        if (inputs.keepReplaced !== undefined) return inputs.keepReplaced;
        const next = origin(inputs);
        return next.includes(unknown) ? undefined : next !== origin(state);
    };
}

export function replacedWarning(what: string, facts: string[], stays: boolean | undefined): string {
    const told = `${what} (${facts.join(", ")})`;
    if (stays === true) return `replacing keeps ${told} in the account, no longer managed by Pulumi`;
    const unless = stays === undefined ? ", unless that turns out to be a copy of something else" : "";
    return `replacing deletes ${told} once the new one is complete${unless}; keepReplaced: true keeps it`;
}

/** Marks them as no longer managed, one by one: where one is gone, a call for all would mark none. */
export async function release(act: Act, ids: string[]): Promise<void> {
    const tags = { [stackTag]: `${released}${act.stack}` };
    await Promise.all(ids.map((id) => unlessGone(writeTags(act.cloud, [id], tags))));
}

export function isReleased(seen: Ec2Snapshot | undefined): boolean {
    return tagOf(seen, stackTag)?.startsWith(released) === true;
}

/** Says what failed of the successor, and that for this reason the replaced one is kept. */
export async function unlessKept(successor: string, completion: Promise<unknown>): Promise<void> {
    try {
        await completion;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`it is kept, since its successor ${successor} is not complete: ${reason}`, {
            cause: error,
        });
    }
}
