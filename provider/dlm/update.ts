/**
 * Determines what an update of a policy sends.
 *
 * @module
 */
import type { LifecyclePolicy } from "@aws-sdk/client-dlm";
import { canonical } from "../../schema/dlm/canonical";
import { lifecyclePolicyRules as rules, type LifecyclePolicyInputs } from "../../schema/lifecycle-policy";
import { changedProperties } from "../../schema/property";
import { isMap, type Properties } from "../../schema/values";
import { defaultMembers, toInputs, toRequest, type PolicyRequest } from "./wire";

/** Returns the parts of the request that differ from what DLM shows; nothing if the policy is as declared. */
export function changesOf(
    observed: LifecyclePolicy,
    inputs: LifecyclePolicyInputs,
): Partial<PolicyRequest> | undefined {
    const shown = toInputs(observed);
    const { tags: _, adopt: __, targetVolumeIds: ___, ...own } = inputs;
    const relevant = changedProperties(rules, shown, own).map(({ property }) => property);
    if (relevant.length === 0) return undefined;
    const request = toRequest({ ...inputs, ...resets(relevant, shown, inputs) });
    const parts = Object.entries(request).filter(([name]) =>
        relevant.includes(name.charAt(0).toLowerCase() + name.slice(1)),
    );
    return Object.fromEntries(parts);
}

/**
 * Returns the values that undo what the program no longer declares: DLM keeps what a request omits.
 * https://docs.aws.amazon.com/cli/latest/reference/dlm/update-lifecycle-policy.html
 */
function resets(
    changed: string[],
    shown: Properties,
    { policyDetails, ...inputs }: LifecyclePolicyInputs,
): Partial<LifecyclePolicyInputs> {
    if (policyDetails === undefined) {
        const omitted = defaultMembers.filter((key) => changed.includes(key) && inputs[key] === undefined);
        const entries = omitted.map((key) => [key, emptied(shown[key], rules[key].default)] as const);
        return Object.fromEntries(entries);
    }
    const { parameters, resourceLocations } = (shown["policyDetails"] ?? {}) as Properties;
    const isReset = (value: unknown, declared: unknown) =>
        declared === undefined && canonical({ value }) !== undefined;
    return {
        policyDetails: {
            ...policyDetails,
            ...(isReset(parameters, policyDetails.parameters) ? { parameters: emptied(parameters, {}) } : {}),
            ...(isReset(resourceLocations, policyDetails.resourceLocations)
                ? { resourceLocations: ["CLOUD"] }
                : {}),
        },
    };
}

/** Returns an object with its own members at their defaults, and anything else as its default. */
function emptied(value: unknown, otherwise: unknown): object {
    if (!isMap(value)) return otherwise as object;
    return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
            key,
            Array.isArray(entry) ? [] : isMap(entry) ? {} : typeof entry === "boolean" ? false : entry,
        ]),
    );
}
