/**
 * What differs between what is there and what is declared.
 *
 * @module
 */
import type { Cloud } from "./ec2/cloud";
import { asGiven } from "./internals";
import { changedProperties, hasUnknown, type Change, type Properties, type Rule } from "./rules";

/** Whether two values of a property mean the same. */
export type Alike = (cloud: Cloud, before: unknown, after: unknown) => Promise<boolean>;

/**
 * The properties that changed, each with what that means: those whose value is neither the one given before, nor the one
 * that AWS shows, nor one that means the same.
 */
export async function differences(
    rules: Record<string, Rule>,
    alike: Record<string, Alike | undefined> = {},
    cloud: () => Cloud,
    state: Properties,
    inputs: Properties,
): Promise<Change[]> {
    const edited = changedProperties(rules, asGiven(state), inputs).map(({ property }) => property);
    const changed = changedProperties(rules, state, inputs).filter(({ property }) =>
        edited.includes(property),
    );
    const same = await Promise.all(
        changed.map(async ({ property }) => {
            const [before, after] = [state[property], inputs[property]];
            const comparable = ![before, after].some((value) => value === undefined || hasUnknown(value));
            return comparable && (await alike[property]?.(cloud(), before, after));
        }),
    );
    return changed.filter((_, index) => same[index] !== true);
}
