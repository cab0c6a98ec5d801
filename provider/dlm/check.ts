/**
 * Rejects combinations of inputs that no policy of DLM can have.
 *
 * @module
 */
import type { CheckFailure } from "../../schema/failure";
import { lifecyclePolicyRules as rules } from "../../schema/lifecycle-policy";
import { isMap, UNKNOWN, type Properties } from "../../schema/values";
import { defaultMembers } from "./wire";

const eventBased = "EVENT_BASED_POLICY";

export function checkPolicy(inputs: Properties): CheckFailure[] {
    const { policyDetails: details, defaultPolicy } = inputs;
    if (details !== undefined && defaultPolicy !== undefined)
        return [
            { property: "defaultPolicy", reason: "specify exactly one of policyDetails and defaultPolicy." },
        ];
    if (details === undefined && defaultPolicy === undefined)
        return [{ property: "policyDetails", reason: "is required unless defaultPolicy is specified." }];
    if (defaultPolicy !== undefined) return checkDefault(inputs);
    const foreign = defaultMembers.filter((key) => inputs[key] !== undefined);
    return [
        ...foreign.map((property) => ({ property, reason: "is for default policies only. Remove it." })),
        ...(inputs["policyType"] === eventBased && inputs["targetVolumeIds"] !== undefined
            ? [{ property: "targetVolumeIds", reason: "is not for event-based policies. Remove it." }]
            : []),
        ...(isMap(details) ? checkDetails(inputs["policyType"], details) : []),
    ];
}

function checkDefault({
    policyType,
    targetVolumeIds,
    createInterval = rules.createInterval.default,
    retainInterval = rules.retainInterval.default,
}: Properties): CheckFailure[] {
    const failures: CheckFailure[] = [];
    if (targetVolumeIds !== undefined)
        failures.push({
            property: "targetVolumeIds",
            reason: "is not supported for default policies. Remove it.",
        });
    if (policyType !== undefined)
        failures.push({
            property: "policyType",
            reason: "is not supported for default policies. Remove it.",
        });
    if ([createInterval, retainInterval].every((days) => typeof days === "number"))
        if (Number(retainInterval) <= Number(createInterval))
            failures.push({
                property: "retainInterval",
                value: retainInterval,
                expected: `more than createInterval, which is ${String(createInterval)}`,
            });
    return failures;
}

function checkDetails(type: unknown, details: Properties): CheckFailure[] {
    if (type === UNKNOWN) return [];
    const isEvent = type === eventBased;
    const ofEvents = ["eventSource", "actions"];
    const ofSchedules = ["resourceTypes", "targetTags", "schedules"];
    const [needed, foreign] = isEvent ? [ofEvents, ofSchedules] : [ofSchedules, ofEvents];
    return [
        ...needed
            .filter((key) => details[key] === undefined)
            .map((key) => ({
                property: `policyDetails.${key}`,
                reason: isEvent ? "is required for an event-based policy" : "is required",
            })),
        ...foreign
            .filter((key) => details[key] !== undefined)
            .map((key) => ({
                property: `policyDetails.${key}`,
                reason: isEvent
                    ? "is not for event-based policies. Remove it."
                    : 'is for event-based policies only. Remove it, or set policyType: "EVENT_BASED_POLICY".',
            })),
    ];
}
