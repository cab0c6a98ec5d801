/**
 * Applies changes that must not be sent to EC2 twice, or that EC2 rejects if they are applied already. This module is
 * independent of the kind of resource.
 *
 * @module
 */
import type { Action, Input, Output } from "./actions";
import type { SendOptions } from "./client";
import type { Ec2 } from "./ec2";
import { Ec2Error, type ErrorKind } from "./errors";

const maxAttempts = 3;
/** EC2 may show a change only after this delay. */
const visibilityDelayMs = 1_000;
/**
 * After these errors a read is needed: a call whose answer is lost, or an interrupted run, may have applied the change.
 */
const ambiguousKinds: ErrorKind[] = ["indeterminate", "rejected", "notFound"];

export interface ApplyOptions<A extends Action> extends Omit<SendOptions<A>, "idempotent"> {
    /** Reads whether EC2 shows the change. */
    isDone: () => Promise<boolean>;
}

/**
 * Applies a change, and returns EC2's answer if one arrives. After a rejection, a read decides whether it is applied.
 */
export async function applyOnce<A extends Action>(
    ec2: Pick<Ec2, "send" | "clock">,
    action: A,
    { input, isDone, ...options }: { input: Input<A> } & ApplyOptions<A>,
): Promise<Output<A> | undefined> {
    for (let attempt = 1; ; attempt++) {
        try {
            return await ec2.send(action, input, { ...options, idempotent: false });
        } catch (error) {
            if (!(error instanceof Ec2Error) || !ambiguousKinds.includes(error.kind)) throw error;
            await ec2.clock.sleep(visibilityDelayMs);
            if (await isDone().catch(() => false)) return undefined;
            if (error.kind !== "indeterminate" || attempt === maxAttempts) throw error;
        }
    }
}
