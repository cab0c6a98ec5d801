/**
 * Formats the region and account of a lookup for messages that report "not found".
 *
 * @module
 */
import type { Api } from "./client";
import { Ec2Error, joinSentences, messageOf } from "./errors";
import { WaitError, type Wait } from "./poll";

type Place = Pick<Api, "region" | "identityUnknown" | "account">;

/** Returns `us-east-1 (account 123456789012)`; it omits the account if the caller's identity cannot be read. */
export async function formatPlace(ec2: Place): Promise<string> {
    const account = ec2.identityUnknown ? undefined : await ec2.account().catch(() => undefined);
    return account === undefined ? ec2.region : `${ec2.region} (account ${account})`;
}

/** Returns the message of an error; "not found" of EC2 gets the place, because an id may be that of another one. */
export async function messageInPlace(ec2: Place, error: unknown): Promise<string> {
    const message = messageOf(error);
    return isNotFound(error)
        ? joinSentences(message, `It was looked for in ${await formatPlace(ec2)}.`)
        : message;
}

function isNotFound(error: unknown): boolean {
    if (error instanceof Ec2Error) return error.kind === "notFound";
    return error instanceof Error && isNotFound(error.cause);
}

/** Adds the place to a wait that does not find its resource. */
export function waitInPlace<Value>(
    ec2: Place,
    wait: (wait: Wait<Value>) => Promise<Value>,
): (wait: Wait<Value>) => Promise<Value> {
    return async (one) => {
        try {
            return await wait(one);
        } catch (error) {
            if (!(error instanceof WaitError) || error.reason !== "notFound") throw error;
            const message = `${error.message} in ${await formatPlace(ec2)}`;
            throw new WaitError(message, "notFound", { observed: undefined, cause: error });
        }
    };
}
