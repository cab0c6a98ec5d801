import type { ProviderOptions } from "../../schema/placement";
import type { SchedulePlanInputs } from "../../schema/schedule/record";
import { EbsResource, type ResourceOptions } from "../resource";
import type { Args } from "../types";

/** Stores arguments of the schedule in the state, so that the next preview can warn of fewer recovery volumes. */
export class PlanRecord extends EbsResource {
    constructor(name: string, args: Args<SchedulePlanInputs & ProviderOptions>, opts: ResourceOptions) {
        super("SchedulePlan", name, args, opts);
    }
}
