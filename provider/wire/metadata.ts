/**
 * Defines the metadata keys of states, the same for both doors, so that either reads what the other has written: keys
 * that begin with `__` carry the facts that are not properties of a resource. The engine does not show them. The names
 * must not change, because every existing state contains them.
 *
 * @module
 */
import type { LifecycleContext, State, Stored } from "../lifecycle/context";
import { formatLineage, parseLineage } from "../lifecycle/lineage";
import { markSecret } from "../../schema/secret-mark";
import { isMap, isSameSet, textsIn, without, type Properties } from "../../schema/values";

/** These keys are in outputs only; older versions wrote `__madeAt`. */
const outputKeys = ["__tagKeys", "__copiedKeys", "__given", "__owner", "__madeAt"];
const inputKeys = ["__defaultName", "__lineage"];

function isInternal(key: string): boolean {
    return key.startsWith("__");
}

/** Returns the facts that the program or the state passes with a resource. */
export function contextOf(wire: Properties): LifecycleContext {
    return {
        urn: text(wire["__urn"]) ?? "",
        organization: text(wire["__organization"]) ?? "",
        secrets: texts(wire["__secrets"]) ?? [],
        replaceOnChanges: texts(wire["__replaceOnChanges"]) ?? [],
    };
}

/** Returns the facts of a change; a value that was secret before must appear in no message either. */
export function contextOfChange(state: Properties, inputs: Properties): LifecycleContext {
    const [before, after] = [contextOf(state), contextOf(inputs)];
    return {
        ...after,
        secrets: [...new Set([...before.secrets, ...after.secrets])],
        // The state of a plugin lists none: the engine has marked its secrets.
        newSecrets: before.urn === "" ? [] : without(after.secrets, before.secrets),
    };
}

export function decode(wire: Properties): Stored {
    const given = wire["__given"];
    return {
        properties: Object.fromEntries(Object.entries(wire).filter(([key]) => !isInternal(key))),
        metadata: {
            defaultName: text(wire["__defaultName"] === true ? wire["name"] : wire["__defaultName"]),
            lineage: parseLineage(text(wire["__lineage"]), text(wire["__urn"]) ?? ""),
            tagKeys: wire["__tagKeys"] === true ? keysOf(wire["tagsAll"]) : texts(wire["__tagKeys"]),
            copiedKeys: texts(wire["__copiedKeys"]),
            given: isMap(given) ? given : undefined,
            owner: text(wire["__owner"]),
            declaredAs: declaredAs(contextOf(wire)),
        },
    };
}

function declaredAs({ urn, organization }: LifecycleContext): Stored["metadata"]["declaredAs"] {
    return urn === "" ? undefined : { urn, organization };
}

/** Encodes checked inputs; `wire` contains the inputs that the engine sent, whose other keys are kept. */
export function encodeInputs({ properties, metadata }: Stored, wire: Properties): Properties {
    const kept = Object.entries(wire).filter(
        ([key, value]) =>
            isInternal(key) && value !== null && value !== undefined && !outputKeys.includes(key),
    );
    const { defaultName, lineage } = metadata;
    const own = withoutUndefined({
        // Most states contain the default name as the name already.
        __defaultName: defaultName !== undefined && defaultName === properties["name"] ? true : defaultName,
        __lineage: lineage && formatLineage(lineage, text(wire["__urn"]) ?? ""),
    });
    return { ...properties, ...Object.fromEntries(kept.filter(([key]) => !inputKeys.includes(key))), ...own };
}

/** Encodes a state, with the marks of the engine's wire format for values that derive from a secret. */
export function encodeState(state: State, wire: Properties): Properties {
    const { tagKeys, copiedKeys, given, owner } = state.metadata;
    const secrets = Object.fromEntries(
        state.secretOutputs.map((key) => [key, markSecret(state.properties[key])]),
    );
    return {
        ...encodeInputs(state, wire),
        ...secrets,
        ...withoutUndefined({
            // Most resources carry the tags alone that this package has written.
            __tagKeys: tagKeys && isSameSet(tagKeys, keysOf(state.properties["tagsAll"])) ? true : tagKeys,
            __copiedKeys: copiedKeys,
            __given: state.isGivenSecret ? markSecret(given) : given,
            __owner: owner,
        }),
    };
}

function withoutUndefined(entries: Properties): Properties {
    return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function keysOf(map: unknown): string[] {
    return isMap(map) ? Object.keys(map) : [];
}

function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
    return Array.isArray(value) ? textsIn(value) : undefined;
}
