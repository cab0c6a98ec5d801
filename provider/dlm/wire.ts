/**
 * Translates between the inputs of a policy and DLM's own form: the names of members, and tags as lists. Pure functions.
 *
 * @module
 */
import type { LifecyclePolicy, PolicyDetails, UpdateLifecyclePolicyRequest } from "@aws-sdk/client-dlm";
import type { LifecyclePolicyInputs } from "../../schema/lifecycle-policy";
import { defined, isMap, type Properties } from "../../schema/values";

/** The members that are maps of tags in the inputs, and lists of tags in DLM. */
const tagMembers = ["targetTags", "tagsToAdd", "variableTags", "excludeDataVolumeTags", "excludeTags"];

/** The members of a default policy; DLM shows them among the details. */
export const defaultMembers = [
    "createInterval",
    "retainInterval",
    "copyTags",
    "extendDeletion",
    "crossRegionCopyTargets",
    "exclusions",
] as const;

/** Contains the members of a request that describe a policy, except its tags and whether it is a default policy. */
export type PolicyRequest = Required<
    Pick<UpdateLifecyclePolicyRequest, "Description" | "ExecutionRoleArn" | "State">
> &
    Omit<UpdateLifecyclePolicyRequest, "PolicyId">;

export function toRequest(inputs: LifecyclePolicyInputs): PolicyRequest {
    const { description, executionRoleArn, state = "ENABLED", policyDetails, policyType } = inputs;
    const head = { Description: description, ExecutionRoleArn: executionRoleArn, State: state };
    if (policyDetails === undefined) {
        const members = Object.fromEntries(defaultMembers.map((key) => [key, inputs[key]]));
        return { ...head, ...(toWire(defined(members)) as object) };
    }
    const PolicyType = policyType ?? "EBS_SNAPSHOT_MANAGEMENT";
    return { ...head, PolicyDetails: { PolicyType, ...(toWire(policyDetails) as PolicyDetails) } };
}

/** Returns the inputs that declare a policy as DLM shows it, except its tags. */
export function toInputs({
    Description,
    ExecutionRoleArn,
    State,
    DefaultPolicy,
    PolicyDetails: details,
}: LifecyclePolicy): Properties {
    const head = { description: Description, executionRoleArn: ExecutionRoleArn, state: State };
    const { policyType, resourceType, policyLanguage: _, ...members } = fromWire(details ?? {}) as Properties;
    return defined({
        ...head,
        ...(DefaultPolicy === true
            ? { ...members, defaultPolicy: resourceType }
            : { policyType, policyDetails: members }),
    });
}

function toWire(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(toWire);
    if (!isMap(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
            key.charAt(0).toUpperCase() + key.slice(1),
            tagMembers.includes(key) && isMap(entry) ? toTagList(entry) : toWire(entry),
        ]),
    );
}

function fromWire(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(fromWire);
    if (!isMap(value)) return value;
    const entries = Object.entries(value)
        .filter(([, entry]) => entry !== undefined && entry !== null)
        .map(([name, entry]) => {
            const key = name.charAt(0).toLowerCase() + name.slice(1);
            return [key, tagMembers.includes(key) ? fromTagList(entry) : fromWire(entry)];
        });
    return Object.fromEntries(entries);
}

function toTagList(tags: Properties): { Key: string; Value: string }[] {
    return Object.entries(tags).flatMap(([Key, values]) =>
        [values].flat().map((value) => ({ Key, Value: String(value) })),
    );
}

function fromTagList(tags: unknown): Properties {
    const map: Record<string, string | string[]> = {};
    for (const { Key = "", Value = "" } of tags as { Key?: string; Value?: string }[]) {
        const before = map[Key];
        map[Key] = before === undefined ? Value : [before, Value].flat();
    }
    return map;
}
