import type * as pulumi from "@pulumi/pulumi";
import type { ProviderOptions } from "../../schema/placement";
import type { SchedulePlanInputs } from "../../schema/schedule/record";
import { EbsResource, type ResourceOptions } from "../resource";
import type { Args } from "../types";

/**
 * Stores arguments of the schedule in the state, so that a renamed schedule keeps its identity, and the next preview can
 * warn of fewer recovery volumes.
 */
export class PlanRecord extends EbsResource {
    /** The identity that the state has; the engine knows it in previews too. Absent in mocks of a program. */
    declare readonly identity: pulumi.Output<string | undefined>;

    constructor(name: string, args: Args<SchedulePlanInputs & ProviderOptions>, opts: ResourceOptions) {
        super("SchedulePlan", name, args, opts);
    }
}
