/**
 * Omits from the details of a policy what no restore point depends on, so that an unknown key, tag or account, such as
 * that of a resource of the same run, hides no loss from a preview.
 *
 * @module
 */
import { isMap } from "../values";

const irrelevant = ["cmkArn", "scripts", "shareRules", "tagsToAdd", "variableTags"];

/** Returns the details with the relevant members of their schedules and actions. */
export function relevantDetails(details: unknown): unknown {
    if (!isMap(details)) return details;
    // The keys of other members may be those of tags.
    const entries = Object.entries(details).map(([key, value]) => [
        key,
        ["schedules", "actions"].includes(key) ? relevant(value) : value,
    ]);
    return Object.fromEntries(entries);
}

function relevant(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(relevant);
    if (!isMap(value)) return value;
    const kept = Object.entries(value).filter(([key]) => !irrelevant.includes(key));
    return Object.fromEntries(kept.map(([key, entry]) => [key, relevant(entry)]));
}
