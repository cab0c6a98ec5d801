/**
 * Reports the facts of a diff to the engine, or lets the engine find the difference. The functions are pure.
 *
 * @module
 */
import type { DiffFacts } from "../lifecycle/diff";
import { isInternal } from "../../schema/property";
import { equal, type Properties } from "../../schema/values";

export interface DiffResponse {
    /** Is omitted if the engine has to compare the inputs itself, with respect to `replaceOnChanges`. */
    changes?: boolean;
    replaces?: string[];
    deleteBeforeReplace?: boolean;
}

/**
 * Returns the response for a diff. `before` contains the inputs in the state if `inputs` are the program's; a refresh
 * compares other values.
 */
export function diffResponse(
    { changed, pending, replaces, isReplaceOnChanges, isReplaced, isDeletedFirst }: DiffFacts,
    before: Properties | undefined,
    inputs: Properties,
): DiffResponse {
    const first = isDeletedFirst ? { deleteBeforeReplace: true } : {};
    // The engine itself would replace for any change of a path in `replaceOnChanges`, even for an equivalent value.
    const isOptionApplied = isReplaced || inputs["__replaceOnChanges"] === undefined;
    if (isOptionApplied && isFoundByEngine(changed, before, inputs))
        return replaces.length > 0 ? { replaces, ...first } : {};
    if (replaces.length > 0) return { changes: true, replaces, ...first };
    return isReplaceOnChanges ? {} : { changes: changed.length > 0 || pending !== undefined };
}

/**
 * Reports whether the engine finds a difference itself, and finds all of it. In that case it shows the changed inputs,
 * with secret ones. If the provider reports the difference instead, the engine shows each output of a replacement as
 * removed, and no change of a secret.
 */
function isFoundByEngine(
    changed: DiffFacts["changed"],
    before: Properties | undefined,
    inputs: Properties,
): boolean {
    // A call without a URN does not come from the engine.
    if (before === undefined || inputs["__urn"] === undefined) return false;
    const edited = Object.keys({ ...before, ...inputs }).filter((key) => !equal(before[key], inputs[key]));
    return changed.some(({ property }) => edited.includes(property)) && !edited.some(isInternal);
}
