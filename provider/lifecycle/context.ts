/**
 * Defines the facts about a resource that are not properties. A door reads them from its wire format and writes them
 * back; the lifecycle never reads them from the properties.
 *
 * @module
 */
import type { Lineage } from "./lineage";
import type { Properties } from "../../schema/values";

/** Contains the facts about one call of the engine. */
export interface LifecycleContext {
    urn: string;
    organization: string;
    /** Lists the secret inputs: their values appear in no message, and outputs that derive from them are secret. */
    secrets: string[];
    /** Lists the secret inputs that are not secret in the state; a diff contains them. */
    newSecrets?: string[];
    /** Lists the paths of the option `replaceOnChanges`, such as `tags.Name` or `*`. */
    replaceOnChanges: string[];
}

/** Contains facts that the lifecycle keeps in the state besides the properties. Older states may lack any of them. */
export interface Metadata {
    /** Contains the default name of the resource: it does not change when the resource is renamed with an alias. */
    defaultName?: string | undefined;
    /** Lists the keys that both copied tags and defaults have: the defaults for these keys are not written. */
    copiedKeys?: string[] | undefined;
    /** Defaults to the first generation under the URN of the resource. */
    lineage?: Lineage | undefined;
    /** Lists the keys of the tags that this resource has written. */
    tagKeys?: string[] | undefined;
    /** Contains inputs whose outputs of the same name differ in form, such as a key's alias and its ARN. */
    given?: Properties | undefined;
    /**
     * Contains the token in the key of a tag on the owned resources; a tag with another token belongs to another owner.
     */
    owner?: string | undefined;
    /** Contains what the program declared the resource as when the state was written; a rename changes it. */
    declaredAs?: { urn: string; organization: string } | undefined;
}

/** Represents a resource in some state that owns a resource in EC2. */
export interface Owner {
    token: string;
    /** Contains `organization/project/stack::Snapshot::name @backend` as of the time when the tag was written. */
    name: string;
}

/** Contains a resource's properties and the lifecycle's own facts about it. */
export interface Stored {
    properties: Properties;
    metadata: Metadata;
}

/** Contains the state after an operation. */
export interface State extends Stored {
    /** Lists outputs that are secret although no input of the same name is. */
    secretOutputs: string[];
    /** Reports whether `metadata.given` contains a secret. */
    isGivenSecret: boolean;
}
