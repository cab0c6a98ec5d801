/**
 * Defines the errors of the lifecycle: each contains the operation and the resource that failed.
 *
 * @module
 */
import type { State } from "./context";

export { messageOf, plainError, withErrorContext } from "../aws/errors";

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
