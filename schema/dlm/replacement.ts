/**
 * Decides which change of a policy's details DLM rejects for an existing policy.
 * https://docs.aws.amazon.com/ebs/latest/userguide/modify.html
 *
 * @module
 */
import { equal, hasUnknown, isMap, type Properties } from "../values";
import { canonical } from "./canonical";

/** Returns what requires a new policy; nothing if the existing one can be updated. */
export function replacementCause(state: Properties, inputs: Properties): string | undefined {
    const [before, after] = [state["policyDetails"], inputs["policyDetails"]];
    if (!isMap(before) || !isMap(after)) {
        const isTurned = (isMap(before) || isMap(after)) && !hasUnknown([before, after]);
        return isTurned ? "DLM cannot turn a policy into a default policy, or back" : undefined;
    }
    const policyTypes = [typeOf(state), typeOf(inputs)] as const;
    if (!hasUnknown(policyTypes) && policyTypes[0] !== policyTypes[1])
        return "DLM cannot change the type of a policy";
    const types = [before["resourceTypes"], after["resourceTypes"]] as const;
    if (!hasUnknown(types) && !equal(canonical(types[0]), canonical(types[1])))
        return "DLM cannot change the resource type of a policy";
    const former = retentionsOf(before);
    const turned = [...retentionsOf(after)].find(
        ([name, kind]) => former.has(name) && former.get(name) !== kind,
    );
    return turned === undefined
        ? undefined
        : `DLM cannot change the retention of the schedule ${turned[0]} from ${String(former.get(turned[0]))} to ${turned[1]}`;
}

function typeOf({ policyType }: Properties): unknown {
    return policyType ?? "EBS_SNAPSHOT_MANAGEMENT";
}

/** Returns by schedule whether a number or an age of snapshots is retained. */
function retentionsOf({ schedules }: Properties): Map<string, "a number" | "an age"> {
    return new Map(
        (Array.isArray(schedules) ? schedules : []).flatMap((schedule: unknown) => {
            const { name, retainRule } = isMap(schedule) ? schedule : {};
            if (typeof name !== "string" || !isMap(retainRule) || hasUnknown(retainRule)) return [];
            return [
                [name, (retainRule["count"] ?? undefined) === undefined ? "an age" : "a number"] as const,
            ];
        }),
    );
}
