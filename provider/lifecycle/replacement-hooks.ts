/**
 * Defines the hooks of a resource that is not simply deleted when it is replaced.
 *
 * @module
 */
import type { Text } from "../../schema/failure";
import type { Properties } from "../../schema/values";
import type { TrackedResource } from "./deployment";
import type { ResourceContext } from "./resource-context";

/** Describes the resource that a new one replaces. */
export interface ReplacedState<Observed> {
    id: string;
    observed: Observed;
    /** Contains its inputs in the state. */
    inputs: Properties;
}

/** Defines a resource that is not simply deleted when it is replaced. */
export interface Replacing<Inputs, Outputs> {
    /** Diff calls it: it warns of deletion or retention. */
    warning: (args: {
        ctx: ResourceContext;
        id: string;
        state: Partial<Inputs & Outputs>;
        inputs: Partial<Inputs>;
    }) => Text | undefined | Promise<Text | undefined>;
    /**
     * Diff and delete call it: it reports whether the resource is retained in the account without being managed; the
     * result is undefined if that is not known yet.
     */
    isRetained?: (args: { state: Partial<Inputs & Outputs>; inputs: Partial<Inputs> }) => boolean | undefined;
    /**
     * Create and delete call it: it reports whether the resource is a complete copy. The next two hooks are needed if
     * it can be incomplete at first.
     */
    isComplete?: (args: { outputs: Partial<Outputs> }) => boolean;
    /** Diff calls it: it returns the ids of the EC2 resources of which the resource in a state consists. */
    carrierIds?: (args: { id: string; state: Properties }) => string[];
    /** Delete calls it: it returns the replacement of a resource, if it still exists. */
    findSuccessor?: (args: { ctx: ResourceContext; id: string }) => Promise<TrackedResource | undefined>;
    /** Create and delete call it for a retained resource: it marks the resource, so that no later delete deletes it. */
    markRetained?: (args: { ctx: ResourceContext; id: string; state: Properties }) => Promise<void>;
    /**
     * Check calls it for a replacement that the user forces: it describes the fate of the resource in the state, unless it
     * is lost.
     */
    describeForced?: (args: {
        state: Partial<Inputs & Outputs>;
        inputs: Partial<Inputs>;
    }) => Text | undefined;
    /** Is set if AWS refuses the replacement while the replaced resource exists. */
    isDeletedFirst?: true;
    /** Delete calls it: it waits until the replacement is ready, and fails if it does not become ready. */
    waitForReplacement: (args: { ctx: ResourceContext; replacement: TrackedResource }) => Promise<void>;
}
