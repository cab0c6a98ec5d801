/**
 * Reads states of `aws.dlm.LifecyclePolicy`, which schedules of earlier versions declared, so that the policy stays the
 * same one when a schedule declares it as `LifecyclePolicy`. Pure functions.
 *
 * @module
 */
import { ownPrefix } from "../../schema/tags";
import { isMap, type Properties } from "../../schema/values";

/** Returns the properties in the form of `LifecyclePolicy`; those in that form already are returned as they are. */
export function upgrade(properties: Properties): Properties {
    const { policyDetails: details, tags, arn } = properties;
    // Only the AWS provider states the type of a policy among its details.
    if (!isMap(details) || details["policyType"] === undefined) return properties;
    const { policyType, schedules = [], resourceLocations, ...others } = withoutZeros(details);
    const [, , , region, ownerId] = typeof arn === "string" ? arn.split(":") : [];
    return withoutZeros({
        region,
        ownerId,
        ...properties,
        policyType,
        policyDetails: {
            ...others,
            resourceLocations: asList(resourceLocations),
            schedules: (schedules as Properties[]).map(scheduleOf),
        },
        ...(isMap(tags) ? { tags: withoutOwn(tags) } : {}),
    });
}

function scheduleOf({ shareRule, createRule, archiveRule, ...others }: Properties): Properties {
    const { times, scripts, ...when } = (createRule ?? {}) as Properties;
    const archive = archiveRule as { archiveRetainRule?: unknown } | undefined;
    return {
        ...others,
        createRule: { ...when, times: asList(times), scripts: asList(scripts) },
        shareRules: asList(shareRule),
        archiveRule: archive && { retainRule: archive.archiveRetainRule },
    };
}

function asList(value: unknown): unknown[] | undefined {
    return value === undefined ? undefined : [value].flat();
}

/** Its states contain the zero of each omitted member. */
function withoutZeros(value: Properties): Properties {
    const entries = Object.entries(value)
        .filter(([, entry]) => entry !== null && entry !== undefined && entry !== "" && entry !== 0)
        .map(([key, entry]) => [key, cleaned(entry)]);
    return Object.fromEntries(entries) as Properties;
}

function cleaned(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(cleaned);
    return isMap(value) ? withoutZeros(value) : value;
}

function withoutOwn(tags: Properties): Properties {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(ownPrefix)));
}
