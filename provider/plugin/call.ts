/**
 * Defines the calls of the engine for one resource.
 *
 * @module
 */
import { resourceOf, resources } from "../../schema/index";
import type { Properties } from "../../schema/values";
import type { State, Stored } from "../lifecycle/context";

/** Identifies the resource of a call. */
export interface Call {
    urn: string;
    type: string;
}

export interface Change extends Call {
    id: string;
    state: Properties;
    inputs: Properties;
}

export interface Timed {
    /** Contains the seconds of `customTimeouts`, and 0 if there is none. */
    timeout: number;
    isPreview: boolean;
}

export function nameOf({ type }: Call): keyof typeof resources {
    const name = resourceOf(type);
    if (name === undefined) throw new Error(`there is no resource ${type}`);
    return name;
}

/** Returns the inputs with the operation's own timeout if none is declared, and a function that removes it from the state. */
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
