/**
 * Finds what a change of an event-based policy costs: copies that DLM no longer manages, and those that it no longer
 * creates. Their number is unknown, because others share the snapshots.
 * https://docs.aws.amazon.com/ebs/latest/userguide/event-policy.html
 *
 * @module
 */
import { hasUnknown, isMap, ownValue, textsIn, without, type Properties } from "../values";
import { unitDays } from "./policy-values";
import { relevantDetails } from "./relevant";

/** The copies of an event-based policy. */
export interface EventPlan {
    isEnabled: boolean;
    /** Ids of the accounts whose snapshots are copied. */
    owners: string[];
    /** The regular expression for their descriptions. */
    description: string;
    /** Days that copies are retained, by Region; `Infinity` without a retention. */
    regions: Map<string, number>;
}

/** Describes a loss without a number of restore points, such as that of the copies of an event-based policy. */
export interface UncountedLoss {
    /** Explains the effect. */
    cause: string;
    /** A text that follows the cause and a colon. */
    consequence: string;
}

/** Returns the plan of a policy with these inputs; nothing while a part of it is unknown, or if it is of another type. */
export function eventPlanOf({
    policyType,
    policyDetails,
    state = "ENABLED",
}: Properties): EventPlan | undefined {
    const details = relevantDetails(policyDetails);
    if (policyType !== "EVENT_BASED_POLICY" || hasUnknown(details) || !isMap(details)) return undefined;
    const { eventSource, actions } = details;
    const parameters = mapOrEmpty(mapOrEmpty(eventSource)["parameters"]);
    const copies = listOrEmpty(actions).flatMap((action) =>
        listOrEmpty(mapOrEmpty(action)["crossRegionCopy"]),
    );
    return {
        isEnabled: state !== "DISABLED",
        owners: textsIn(parameters["snapshotOwner"]),
        description: textOr(parameters["descriptionRegex"], ".*"),
        regions: new Map(copies.map((copy) => regionOf(mapOrEmpty(copy)))),
    };
}

function regionOf({ target, retainRule }: Properties): [string, number] {
    const { interval, intervalUnit } = mapOrEmpty(retainRule);
    const days =
        typeof interval === "number"
            ? interval * (ownValue(unitDays, textOr(intervalUnit, "DAYS")) ?? 1)
            : Infinity;
    return [textOr(target, ""), days];
}

/** Returns what the copies of a policy lose if it is changed in place. */
export function eventLosses(old: EventPlan, next: EventPlan): UncountedLoss[] {
    const owners = without(old.owners, next.owners);
    const regions = without([...old.regions.keys()], [...next.regions.keys()]);
    return [
        ...(old.isEnabled && !next.isEnabled ? [pausedCopies] : []),
        ...(owners.length === 0
            ? []
            : [
                  {
                      cause: `${owners.join(" and ")} ${owners.length > 1 ? "are" : "is"} no longer among the sharing accounts`,
                      consequence: "snapshots that they share are no longer copied",
                  },
              ]),
        ...(next.description === old.description || next.description === ".*"
            ? []
            : [
                  {
                      cause: `the description must match ${next.description} instead of ${old.description}`,
                      consequence: "other snapshots are no longer copied",
                  },
              ]),
        ...regions.map((region) => ({
            cause: `${region} is no longer a target`,
            consequence: "no further copies are created there",
        })),
        ...shorterCopies(old.regions, next.regions),
    ];
}

/** Returns in which Regions copies are retained for less time. */
export function shorterCopies(
    old: ReadonlyMap<string, number>,
    next: ReadonlyMap<string, number>,
): UncountedLoss[] {
    return [...next].flatMap(([region, days]) => {
        const before = old.get(region) ?? 0;
        if (days >= before) return [];
        const cause = `the copies in ${region} are retained for ${formatDays(days)} instead of ${formatDays(before)}`;
        return [{ cause, consequence: "this applies to new copies" }];
    });
}

const pausedCopies: UncountedLoss = {
    cause: "the policy is disabled",
    consequence:
        "no more snapshots are copied, and its copies stay until it is enabled again, whatever their age",
};

/** Returns what happens to the copies of a policy that is deleted or replaced. */
export function unmanagedCopies(cause: string): UncountedLoss {
    return { cause, consequence: "its copies stay and are no longer managed; delete them yourself" };
}

function formatDays(days: number): string {
    return days === Infinity ? "ever" : `${String(days)} days`;
}

function textOr(value: unknown, otherwise: string): string {
    return typeof value === "string" ? value : otherwise;
}

function mapOrEmpty(value: unknown): Properties {
    return isMap(value) ? value : {};
}

function listOrEmpty(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}
