/**
 * Defines the errors of the lifecycle: each contains the operation and the resource that failed.
 *
 * @module
 */
import { redactValues } from "../../schema/failure";
import type { Properties } from "../../schema/values";
import type { LifecycleContext, State } from "./context";

export { messageOf, plainError, withErrorContext } from "../aws/errors";

/** Redacts the values of secret inputs in a failure of the work: words of AWS repeat what was sent. */
export async function withoutSecrets<Done>(
    { secrets }: Pick<LifecycleContext, "secrets">,
    known: Properties[],
    work: Promise<Done>,
): Promise<Done> {
    try {
        return await work;
    } catch (error) {
        if (error instanceof Error && secrets.length > 0)
            for (const properties of known) {
                error.message = redactValues(error.message, properties, secrets);
                error.stack = redactValues(error.stack ?? "", properties, secrets);
            }
        throw error;
    }
}

/** Keeps the resource in the state although an operation failed; the next run updates it. */
export class InitializationError extends Error {
    override readonly name = "InitializationError";

    constructor(
        message: string,
        readonly id: string,
        readonly state: State,
    ) {
        super(message);
    }
}
