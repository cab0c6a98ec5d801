/**
 * Reports that a call is delayed.
 *
 * @module
 */
import type { Ec2Error } from "../aws/errors";
import type { ResourceContext } from "../lifecycle/resource-context";

/** Returns the `onRetry` of a call that creates a resource. */
export function reportDelay({ status }: Pick<ResourceContext, "status">): (error: Ec2Error) => void {
    return ({ code, awsMessage }) => {
        status(`waiting to start: ${code}: ${awsMessage}`);
    };
}
