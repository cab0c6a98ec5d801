/**
 * Defines the environment in which the hooks of a resource run.
 *
 * @module
 */
import type { Ec2 } from "../aws/ec2";
import type { Configuration } from "../../schema/configuration";
import type { Text } from "../../schema/failure";
import type { Properties } from "../../schema/values";
import type { Lineage } from "./lineage";

/** Represents a resource that the program of this run declares. */
export interface Declaration {
    urn: string;
    inputs: Properties;
    /** Lists the secret inputs. */
    secrets: string[];
    /** Contains the inputs in the state; it is empty if the state has none. */
    former: Properties;
    lineage?: Lineage | undefined;
}

/** Provides the environment of a resource's functions: region, identity, configuration, and the log of one resource. */
export interface ResourceContext {
    readonly urn: string;
    /** Contains the default name of the resource during a create. */
    readonly defaultName?: string | undefined;
    /** Lists the secret inputs: their values must appear in no message. */
    readonly secrets: string[];
    readonly ec2: Ec2;
    /** Contains `organization/project/stack`. */
    readonly stack: string;
    readonly configuration: Configuration;
    /**
     * Shows a line beside the resource until the next one. When the operation ends, the id takes its place, unless the line
     * is final, that is, true then too. Values of secret inputs are redacted in all lines.
     */
    status(line: Text, options?: { isFinal: boolean }): void;
    info(line: Text): void;
    /** Shows a line that a reviewer must see; it also appears in previews. */
    warn(line: Text): void;
    /** Returns EC2 of another region with the same identity. */
    inRegion(region: string): Ec2;
    /** Returns the resources of this kind that the program of this run has declared so far. */
    declarations(): Declaration[];
    /** Returns those of the notes (see `notes`) that other provider processes of this run have recorded. */
    notedElsewhere(notes: string[]): string[];
    /** Waits until the program has declared no resource for a moment: `declarations` is practically complete then. */
    waitForDeclarations(): Promise<void>;
}
