import type { ProviderOptions } from "../../schema/placement";
import type { Series, SchedulePlanInputs } from "../../schema/schedule/record";
import { EbsResource, type ResourceOptions } from "../resource";
import type { Args, Outputs } from "../types";
import { summaryOf } from "./plan";
import type { SchedulePolicy } from "./policy";

type State = SchedulePlanInputs & ProviderOptions;

/** Stores the last arguments of the schedule in the state, so that the next preview can warn of lost restore points. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class PlanRecord extends EbsResource {
    constructor(name: string, args: Args<State>, opts: ResourceOptions) {
        super("SchedulePlan", name, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface PlanRecord extends Outputs<State> {}

/** Returns what each rule of each policy retains, in figures. */
export function seriesOf(policies: SchedulePolicy[]): Series[] {
    return policies.flatMap(({ name, target, rules }) =>
        summaryOf({ rules }).rules.map((summary) => ({ policy: name, target, ...summary })),
    );
}
