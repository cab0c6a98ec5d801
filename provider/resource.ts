/**
 * What a resource is: rules, and acts upon EC2. The lifecycle makes of it what the engine calls.
 *
 * @module
 */
import type { Made } from "./claim";
import type { Alike } from "./differences";
import type { Cloud } from "./ec2/cloud";
import type { Configuration } from "./ec2/config";
import type { OwnTags, TagMap } from "./ec2/tags";
import type { CheckFailure, Pending, Properties, Rules } from "./rules";
import type { Live } from "./run";

/** What an act works with: one resource's region and identity, and a voice beside it at the terminal. */
export interface Act {
    readonly cloud: Cloud;
    /** `organization/project/stack`. */
    readonly stack: string;
    readonly configuration: Configuration;
    status(line: string): void;
    info(line: string): void;
    /** A line that a reviewer must see; stands in previews too. */
    warn(line: string): void;
    /** The same identity in another region. */
    elsewhere(region: string): Cloud;
    /** The inputs of all resources of this kind that the program of this run has declared so far. */
    declared(): Properties[];
    /** Waits until the program has declared nothing more for a moment: `declared` is as good as complete then. */
    allDeclared(): Promise<void>;
    /** Before anything is made: ends this process if its engine is gone. */
    stillHeard(): Promise<void>;
}

/** Acts observe, ensure, and give what was observed (`Seen`); the lifecycle turns that into state. */
export interface Resource<Inputs extends object, Outputs extends object, Seen> {
    /** How messages call one that has these inputs: `snapshot of volume vol-1`. */
    describe: (inputs: Inputs) => string;
    rules: Rules<Inputs>;
    /** Fills in what the inputs of before decide; at a preview the program sees it. */
    complete?: (olds: Properties, inputs: Properties) => Properties;
    /**
     * What rules of single properties cannot say; `olds` are the inputs of the one that exists, `declared` those of all of
     * this kind that the program has declared before.
     */
    check?: (
        inputs: Properties,
        configuration: Configuration,
        olds: Properties,
        declared: Properties[],
    ) => CheckFailure[];
    /** What only the state tells to be wrong. */
    refuse?: (state: Properties, inputs: Properties) => CheckFailure[];
    /** What a reviewer must know of one that stays, or whose replacement needs no care (`replacing`). */
    warning?: (state: Properties, inputs: Properties, configuration: Configuration) => string | undefined;
    /** What only EC2 knows: asked for inputs that are new or differ from `olds`, where nothing else is wrong. */
    lookUp?: (act: Act, inputs: Properties, olds: Properties) => Promise<CheckFailure[]>;
    /** Whether values that are written differently mean the same, where only AWS can tell: a key and its alias. */
    alike?: Partial<Record<keyof Inputs & string, Alike>>;
    /** What follows from the state itself or the configuration: a job not done, a default tag that is missing. */
    pending?: (state: Properties, inputs: Properties, configuration: Configuration) => Pending | undefined;
    /** Outputs that are secret if any declared tag is. */
    secretWithTags?: readonly (keyof Outputs & string)[];
    /** Outputs that are secret if this input is. */
    secretWith?: { readonly [K in keyof Inputs]?: readonly (keyof Outputs & string)[] };

    /**
     * Makes it with these tags of our own, and returns as soon as it has an id: every later failure carries that id.
     * `attempt` is the same when an interrupted run is repeated, and another one than that of what is replaced.
     */
    make: (act: Act, inputs: Inputs, ownTags: TagMap, attempt: string) => Promise<{ id: string; seen: Seen }>;
    /** What of a stack carries a claim still, that is, is not known to be in any state. */
    made?: (act: Act, stack: string, fresh: boolean) => Promise<Made<Seen>[]>;
    /** When the one in a state was begun (epoch milliseconds). */
    startedAt?: (state: Properties) => number;
    look: (act: Act, id: string, state: Properties) => Promise<Seen | undefined>;
    /** As `look`, where many are looked at in a row: what it sees may be half a minute old. */
    lookAhead?: (act: Act, id: string, stack: string, state: Properties) => Promise<Seen | undefined>;
    /** Brings what was seen to what is declared. */
    change: (
        act: Act,
        id: string,
        seen: Seen,
        inputs: Inputs,
        state: Properties,
        own: OwnTags,
    ) => Promise<Seen>;
    /** Waits until it is as wanted. A failure may tell what was seen at last (`WaitError`). */
    finish: (act: Act, id: string, seen: Seen, inputs: Inputs) => Promise<Seen>;
    /**
     * Deletes it; that it is gone already is success. Gives whether there was something to delete. `successor` are the
     * inputs of the one that takes its place, if one does.
     */
    remove: (
        act: Act,
        id: string,
        state: Inputs & Outputs,
        successor: Partial<Inputs> | undefined,
    ) => Promise<"done" | "gone">;
    replacing?: Replacing<Inputs, Outputs>;
    /** One that was deleted, and can be restored still: what is known of it, until when, and how. */
    recycled?: (
        act: Act,
        id: string,
    ) => Promise<{ seen: Seen; until: string; restore: () => Promise<Seen> } | undefined>;
    /** Of one that exists, the inputs that cannot be changed at will, as EC2 shows them: whether it can be adopted (`adopt`). */
    fixed?: (seen: Seen) => Properties;
    /** What EC2 is asked to change of one that is adopted, for the reviewer; tags are left out. */
    adjusts?: (seen: Seen, inputs: Inputs) => string[];

    owner: (seen: Seen) => string | undefined;
    outputs: (act: Act, id: string, seen: Seen) => Promise<Outputs>;
    /** The declared inputs as EC2 shows them: drift. */
    observe?: (act: Act, inputs: Properties, seen: Seen) => Properties;
}

/** What becomes of one that is replaced, where that is not simply its end. */
export interface Replacing<Inputs, Outputs> {
    /** What goes or stays: what a reviewer must know. */
    warning: (
        id: string,
        state: Partial<Inputs & Outputs>,
        inputs: Partial<Inputs>,
        act: Act,
    ) => string | undefined | Promise<string | undefined>;
    /** Whether it stays in the account, no longer managed, if known; where that may be, the next two belong to it. */
    stays?: (state: Partial<Inputs & Outputs>, inputs: Partial<Inputs>) => boolean | undefined;
    /** Marks one that stays, so that no later delete takes it, whatever happens to this run. */
    release?: (act: Act, id: string, state: Properties) => Promise<void>;
    released?: (act: Act, id: string, state: Properties) => Promise<boolean>;
    /** Waits until its successor is whole; fails where that does not come about. */
    succeeded: (act: Act, successor: Live) => Promise<void>;
}
