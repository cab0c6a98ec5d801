/**
 * Defines which EC2 resources carry the tags of a resource, and from which it copies them.
 *
 * @module
 */
import type { Tag } from "@aws-sdk/client-ec2";
import type { ResourceContext } from "../resource-context";

/** Represents an EC2 resource and its observed tags. */
export interface TagCarrier {
    id: string;
    tags: Tag[] | undefined;
}

/** Defines the resources whose tags a new resource copies, if its inputs declare that. */
export interface TagSources<Inputs> {
    /** Contains the number of internal tags of a new resource, if it differs from the default. */
    count?: number;
    /** Check calls it before a creation: it returns the sources that AWS shows by now, with their tags. */
    read: (args: { ctx: ResourceContext; inputs: Inputs }) => Promise<TagCarrier[]>;
}

/** Defines a resource whose tags the lifecycle writes and compares. */
export interface Tagged<Observed> {
    /** Contains the number of internal tags, if a resource of this kind carries more than all others do. */
    internalTags?: number;
    /** Returns the EC2 resources that carry the tags, in a fixed order. */
    carriers: (id: string, observed: Observed) => TagCarrier[];
    /** Returns the observation with the tags of each carrier, in the same order. */
    withTags: (observed: Observed, tags: Tag[][]) => Observed;
}
