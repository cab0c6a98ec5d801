/**
 * Compares the current resource with the declared one.
 *
 * @module
 */
import { changedProperties, type Change } from "../../schema/property";
import { hasUnknown, type Properties } from "../../schema/values";
import type { Stored } from "./context";
import type { ResourceContext } from "./resource-context";
import type { Scope } from "./scope";
import { withDeclaredInputs } from "./state";

/**
 * Returns the properties that changed, each with its effect: the value differs from the previous input, from the value
 * that AWS shows, and from any equivalent of it.
 */
export async function differences(
    { rules, resource: { isEquivalent = {} } }: Pick<Scope, "rules" | "resource">,
    ctx: Pick<ResourceContext, "ec2">,
    { state, inputs }: { state: Stored; inputs: Properties },
): Promise<Change[]> {
    const declared = withDeclaredInputs(state);
    const edited = changedProperties(rules, declared, inputs).map(({ property }) => property);
    // An omitted property keeps its current value: its default does not apply.
    const isNew = (key: string) => rules[key]?.omitted === "keep" && declared[key] === undefined;
    const changed = changedProperties(rules, state.properties, inputs).filter(
        ({ property }) => edited.includes(property) || isNew(property),
    );
    // Nothing can be read while the identity or the region is unknown.
    const isReadable = !hasUnknown([inputs["region"], inputs["credentials"]]);
    const equivalent = await Promise.all(
        changed.map(async ({ property }) => {
            const [before, after] = [state.properties[property], inputs[property]];
            const isComparable = ![before, after].some((value) => value === undefined || hasUnknown(value));
            return isReadable && isComparable && (await isEquivalent[property]?.(ctx.ec2, before, after));
        }),
    );
    return changed.filter((_, index) => equivalent[index] !== true);
}
