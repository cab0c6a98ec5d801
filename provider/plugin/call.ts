/**
 * The calls of the engine for one resource.
 *
 * @module
 */
import { resourceOf, resources } from "../../schema/index";
import type { Properties } from "../../schema/values";
import type { State, Stored } from "../lifecycle/context";

/** A resource in a call of the engine. */
export interface Call {
    urn: string;
    type: string;
}

export interface Change extends Call {
    id: string;
    state: Properties;
    inputs: Properties;
}

/** The seconds of `customTimeouts`; 0 where none is given. */
export interface Timed {
    timeout: number;
    isPreview: boolean;
}

export function nameOf({ type }: Call): keyof typeof resources {
    const name = resourceOf(type);
    if (name === undefined) throw new Error(`there is no resource ${type}`);
    return name;
}

/** The inputs with the operation's own timeout, where none is declared; it does not belong in the state. */
export function withTimeout({ timeout, ...call }: Call & Timed, given: Stored) {
    const { inputs } = resources[nameOf(call)];
    if (timeout <= 0 || !("timeout" in inputs) || given.properties["timeout"] !== undefined)
        return { timed: given, restore: (state: State) => state };
    return {
        timed: { ...given, properties: { ...given.properties, timeout: seconds(timeout) } },
        restore: ({ properties: { timeout: _, ...properties }, ...others }: State) => ({
            ...others,
            properties,
        }),
    };
}

export function seconds(timeout: number): string {
    return `${String(Math.ceil(timeout))} seconds`;
}
