/**
 * What the engine is told of a difference, and what it is left to find by itself. Pure functions.
 *
 * @module
 */
import { isAmong } from "./internals";
import { equal, hasUnknown, isInternal, type Change, type Pending, type Properties } from "./rules";

export interface Answer {
    /** Left out, the engine compares the inputs by itself, and heeds `replaceOnChanges`. */
    changes?: boolean;
    replaces?: string[];
}

/** What replaces: properties that do so by themselves, and whether any that `replaceOnChanges` names has changed. */
export interface Decision {
    replaces: string[];
    asked: boolean;
    replaced: boolean;
}

export function decide(changed: Change[], inputs: Properties, pending: Pending | undefined): Decision {
    const isAsked = ({ property }: Change) => isAmong(inputs["__replaceOnChanges"], property);
    const replacing = changed.filter(
        (change) =>
            change.effect === "replace" ||
            // For what is not known yet the engine replaces by itself, and deletes nothing ahead of it.
            (isAsked(change) && !hasUnknown(inputs[change.property])),
    );
    const replaces = [
        ...replacing.map(({ property }) => property),
        ...(pending?.effect === "replace" ? ["state"] : []),
    ];
    const asked = changed.some(isAsked);
    return { replaces, asked, replaced: asked || replaces.length > 0 };
}

/** `before` are the inputs in the state, where `inputs` are the program's; a refresh compares others. */
export function answerOf(
    { replaces, asked, replaced }: Decision,
    changed: Change[],
    pending: Pending | undefined,
    before: Properties | undefined,
    inputs: Properties,
): Answer {
    // By itself the engine would replace for whatever `replaceOnChanges` names, another spelling included.
    const heeds = replaced || inputs["__replaceOnChanges"] === undefined;
    if (heeds && isFoundByEngine(changed, before, inputs)) return replaces.length > 0 ? { replaces } : {};
    if (replaces.length > 0) return { changes: true, replaces };
    return asked ? {} : { changes: changed.length > 0 || pending !== undefined };
}

/**
 * Whether the engine finds a difference by itself, and none that is only ours. Left to do so, it shows the inputs that
 * changed, secret ones included. Told that there is one, it shows of a replacement each output as removed, and no change
 * of a secret.
 */
function isFoundByEngine(changed: Change[], before: Properties | undefined, inputs: Properties): boolean {
    // Without a URN it is not the engine that asks.
    if (before === undefined || inputs["__urn"] === undefined) return false;
    const edited = Object.keys({ ...before, ...inputs }).filter((key) => !equal(before[key], inputs[key]));
    return changed.some(({ property }) => edited.includes(property)) && !edited.some(isInternal);
}
