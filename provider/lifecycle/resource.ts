/**
 * Defines the shape of a kind of resource: its rules, and functions that create, read, update and delete one in EC2.
 * The lifecycle turns them into the operations of the engine.
 *
 * @module
 */
import type { ClaimedResource } from "./claim";
import type { Ec2 } from "../aws/ec2";
import type { Configuration } from "../../schema/configuration";
import type { TagMap } from "../../schema/tags";
import type { CheckFailure, Text } from "../../schema/failure";
import type { ResourceName } from "../../schema/index";
import type { Pending } from "../../schema/property";
import { resourceIdPattern } from "../../schema/validators";
import type { Properties } from "../../schema/values";
import type { Metadata } from "./context";
import type { ResourceContext, Declaration } from "./resource-context";
import type { Tagged, TagSources } from "./tags/carriers";
import type { ReplacedState, Replacing } from "./replacement-hooks";

/** Reports, with the help of AWS, whether two values of a property are equivalent. */
export type Equivalence = (ec2: Ec2, before: unknown, after: unknown) => Promise<boolean>;

/** Contains the arguments of the check against AWS. */
export interface RemoteCheckArgs {
    ctx: ResourceContext;
    inputs: Properties;
    /** Contains the inputs in the state; it is empty for a new resource, and for a replacement. */
    olds: Properties;
    /** Contains the inputs in the state; it is empty for a new resource. */
    former: Properties;
    /** Reports whether an existing resource is adopted, or may be: its source is not needed, and may no longer exist. */
    isAdopted: boolean;
}

/** Contains the arguments of hooks that evaluate a change without a call to AWS. */
export interface ChangeArgs {
    /** Contains the properties in the state. */
    state: Properties;
    /** Contains the checked inputs. */
    inputs: Properties;
    configuration: Configuration;
    /** Lists the secret inputs. */
    secrets: string[];
}

/**
 * Defines a kind of resource as hooks that the lifecycle calls. Hooks that create, read or change a resource return
 * their observation (`Observed`), and the lifecycle turns it into state.
 */
export interface Resource<Inputs extends object, Outputs extends object, Observed>
    extends
        Checks<Observed>,
        Reviews<Inputs, Observed>,
        Operations<Inputs, Outputs, Observed>,
        Abilities<Inputs, Outputs, Observed> {
    /** Contains the name in the schema, which defines the inputs, rules and outputs. */
    type: ResourceName;
    /** Messages use it: it returns the name of a resource with these inputs, such as `snapshot of volume vol-1`. */
    describe: (inputs: Inputs) => string;
}

/** Defines the hooks that add to the rules of single properties in check. */
interface Checks<Observed> {
    /** Is set if the resource exists only in the state: its check needs no credentials. */
    isInStateOnly?: true;
    /**
     * Check calls it before the validation: it completes the inputs from the previous ones, which a replacement has too.
     * A preview shows the result.
     */
    fillIn?: (args: { former: Properties; inputs: Properties }) => Properties;
    /** Check and adoption call it: it validates properties in combination, without a call to AWS. */
    check?: (args: {
        inputs: Properties;
        configuration: Configuration;
        /** Contains the inputs in the state, or those of the adopted resource; it is empty if there are none. */
        olds: Properties;
        /** Lists all resources of this kind that the program has declared so far. */
        declarations: Declaration[];
        urn: string;
    }) => CheckFailure[];
    /** Check calls it: it returns what the other provider processes of this run must know of a declaration. */
    notes?: (args: { inputs: Properties; configuration: Configuration }) => string[];
    /** Check calls it for valid inputs that are new or differ from `olds`: it validates them against AWS. */
    validateRemote?: (args: RemoteCheckArgs) => Promise<CheckFailure[]>;
    /** Diff calls it: it rejects an update that is invalid given the current state, such as shrinking a volume. */
    validateUpdate?: (args: {
        state: Properties;
        inputs: Properties;
        /** Contains the previously declared inputs, while the state contains the values that AWS shows. */
        declared: Properties;
    }) => CheckFailure[];
    /**
     * Refresh calls it with the previously declared inputs, and adoption without: it returns the inputs as AWS shows
     * them. Refresh reads the drift of declared inputs; adoption reads all inputs that AWS shows, to compare them with
     * the program.
     */
    inputsFrom?: (args: {
        ctx: ResourceContext;
        observed: Observed;
        declared: Properties | undefined;
    }) => Properties;
}

/** Defines the hooks that inform a reviewer of the effects of a change. */
interface Reviews<Inputs, Observed> {
    /** Diff calls it: it returns work that follows from the state or the configuration, such as an unfinished job. */
    pending?: (args: ChangeArgs) => Pending | undefined;
    /**
     * Diff and delete call it: it reports whether the state shows a job that may have failed since. They read the
     * resource then.
     */
    isUnfinished?: (state: Properties) => boolean;
    /** Diff calls it for a resource that stays: it returns a warning. For a replacement, `replacing` warns instead. */
    warning?: (args: ChangeArgs) => Text | undefined;
    /** Adoption calls it: it returns the changes that the adoption applies in AWS, except for tags. */
    describeUpdate?: (args: { observed: Observed; inputs: Inputs }) => Text[];
}

/** Defines the hooks that execute the operations of the engine in AWS. */
interface Operations<Inputs, Outputs, Observed> {
    /** Create calls it, at most once per attempt: it creates the resource and returns as soon as it has an id. */
    create: (args: {
        ctx: ResourceContext;
        inputs: Inputs;
        /** Contains the package's internal tags, which the creation has to write. */
        ownTags: TagMap;
        /** Returns the resource that the new one replaces; undefined if there is none, or none with data. */
        findReplaced: () => Promise<ReplacedState<Observed> | undefined>;
        /** Identifies the attempt: it is equal when an interrupted run is repeated, and differs after a replacement. */
        attempt: string;
    }) => Promise<{ id: string; observed: Observed }>;
    /**
     * Every operation that needs the current state calls it; the result is undefined if the resource does not exist.
     */
    read: (args: {
        ctx: ResourceContext;
        id: string;
        /** Contains the state, or the inputs of an adoption. */
        state: Properties;
    }) => Promise<Observed | undefined>;
    /** Update and adoption call it: it changes the observed resource to the declared one. */
    update: (args: {
        ctx: ResourceContext;
        id: string;
        observed: Observed;
        inputs: Inputs;
        /** Contains the state; it is empty after an adoption. */
        state: Properties;
    }) => Promise<Observed>;
    /**
     * Create and update call it at the end: it waits until the resource is as declared. A failure may contain the last
     * observation (`WaitError`).
     */
    waitUntilReady: (args: {
        ctx: ResourceContext;
        id: string;
        observed: Observed;
        inputs: Inputs;
    }) => Promise<Observed>;
    /** Delete calls it: it returns `"notFound"`, which also is a success, if there was nothing to delete. */
    delete: (args: {
        ctx: ResourceContext;
        id: string;
        state: Inputs & Outputs;
        /** Contains the observation before the delete; it is undefined if the resource has no tags or does not exist. */
        observed: Observed | undefined;
        /** Contains the inputs of the replacement, if there is one. */
        successor: Partial<Inputs> | undefined;
        /** Contains the declared inputs of a replacement that is created afterwards (`deleteBeforeReplace`). */
        next: Partial<Inputs> | undefined;
        /** Lists the ids of EC2 resources that are retained, since they have other owners too. */
        shared: string[];
    }) => Promise<"done" | "notFound">;
    /**
     * The lifecycle calls it after each observation: it returns the account that owns the resource, if AWS shows it.
     */
    owner: (observed: Observed) => string | undefined;
    /** The lifecycle calls it after each observation: it returns the outputs of the state. */
    outputs: (args: { ctx: ResourceContext; id: string; observed: Observed }) => Promise<Outputs>;
}

/** Defines the hooks that only some resources implement. */
interface Abilities<Inputs, Outputs, Observed> extends Cached<Observed>, Claimable<Inputs, Observed> {
    /** Every operation calls it with properties of a state: it returns them in the form of this version. */
    upgrade?: (properties: Properties, metadata: Metadata) => Properties;
    /** Diff calls it for two values that differ as text: it reports whether AWS treats them as equivalent. */
    isEquivalent?: Partial<Record<keyof Inputs & string, Equivalence>>;
    tagged?: Tagged<Observed>;
    /** Defines where an option that copies tags reads them. */
    tagSources?: TagSources<Inputs>;
    replacing?: Replacing<Inputs, Outputs>;
    /** Adoption calls it if `read` finds nothing: it returns the deleted resource, and how it can be restored. */
    findInRecycleBin?: (args: {
        ctx: ResourceContext;
        id: string;
    }) => Promise<{ observed: Observed; until: string; restore: () => Promise<Observed> } | undefined>;
    /** Import calls it with the id that the user specifies: it returns undefined if that resource does not exist. */
    findImported?: (args: { ctx: ResourceContext; id: string }) => Promise<ImportedInputs | undefined>;
    /** The ids that `findImported` accepts: import refuses any other, and names the form if nothing is found. */
    importId?: ImportId;
}

/** The form of the ids of an import. */
export interface ImportId {
    /** The form as text that follows "must be". */
    expected: string;
    pattern: RegExp;
}

/** Returns the form of an id that EC2 or DLM has given, such as `snap-` and hexadecimal digits. */
export function importIdOf(what: string, prefix: string): ImportId {
    return {
        expected: `the id of ${what}, such as "${prefix}-0123456789abcdef0"`,
        pattern: resourceIdPattern(prefix),
    };
}

interface Cached<Observed> {
    /** The lifecycle calls it instead of `read` for consecutive reads: the answer may be half a minute old. */
    readCached?: (args: {
        ctx: ResourceContext;
        id: string;
        state: Properties;
    }) => Promise<Observed | undefined>;
}

/**
 * Defines a creation that can be repeated without a client token: its resource carries a claim until a state holds it.
 */
interface Claimable<Inputs, Observed> {
    /**
     * Create calls it: it returns the resources of the stack that still carry a claim. `isFresh` bypasses the cache.
     */
    findClaimed?: (args: {
        ctx: ResourceContext;
        stack: string;
        isFresh: boolean;
    }) => Promise<ClaimedResource<Observed>[]>;
    /** Create calls it: it reports whether a claimed resource fits the inputs, because a tag can be forged. */
    matchesInputs?: (args: { inputs: Inputs; observed: Observed }) => boolean;
    /** Create calls it: it reports whether AWS shows all of a claimed resource. Without it, one EC2 resource is all. */
    isFullyVisible?: (args: { ctx: ResourceContext; inputs: Inputs; observed: Observed }) => Promise<boolean>;
    /**
     * Check calls it for a resource that is not in the state: it returns the stack's resources that carry owner tags.
     */
    findOwned?: (args: { ctx: ResourceContext }) => Promise<{ id: string; observed: Observed }[]>;
    /**
     * Check and create call it for an owned resource whose state is unknown: it returns the inputs of that state, as far as
     * AWS shows them. The default is `inputsFrom`.
     */
    formerInputs?: (args: {
        ctx: ResourceContext;
        observed: Observed;
        inputs: Inputs;
    }) => Promise<Properties>;
    /** The lifecycle calls it with a state: it returns when the resource in it was started (epoch milliseconds). */
    startedAt?: (state: Properties) => number;
}

export interface ImportedInputs {
    id: string;
    /** Contains all inputs that AWS shows; a program that declares them changes nothing. */
    inputs: Properties;
    /** Contains the properties that `read` takes from a state besides the inputs. */
    known?: Properties;
}
