/**
 * Validates the arguments of functions with the rules that resources have, before any call to AWS: a misspelled filter
 * would otherwise match every snapshot.
 *
 * @module
 */
import { describeFailure } from "../../schema/failure";
import { regionRule, providerOptionRules } from "../../schema/placement";
import { checkProperties, type Property } from "../../schema/property";
import type { Properties } from "../../schema/values";
import type { CallContext, CallOptions } from "./connect";

/** Requires one entry for each argument: a missing entry does not compile. */
export type ArgumentsOf<Args> = { [K in keyof Required<Args>]: Property };

export const callOptions = {
    region: { validate: regionRule.validate },
    credentials: { validate: providerOptionRules.credentials.validate },
} satisfies ArgumentsOf<CallOptions>;

/** Returns the arguments without those that are null, which some languages pass for omitted ones; fails if any is invalid. */
export function requireValid<Args extends object>(
    supported: ArgumentsOf<Args>,
    args: Args,
    { secrets = [] }: Pick<CallContext, "secrets"> = {},
): Args {
    const failures = checkProperties(supported, args as Properties);
    if (failures.length > 0)
        throw new Error(failures.map((failure) => describeFailure(failure, secrets)).join("\n"));
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)) as Args;
}
