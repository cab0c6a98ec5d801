import type { Placement } from "../../provider/placement";
import type { Series, SchedulePlanInputs } from "../../provider/schedule-plan";
import { EbsResource, type ResourceOptions } from "../resource";
import type { Args, Keys, Outputs } from "../types";
import { summaryOf } from "./plan";
import type { SchedulePolicy } from "./policy";

type State = SchedulePlanInputs & Placement;

const keys: Keys<State> = {
    series: undefined,
    enabled: undefined,
    recoveryVolumes: undefined,
    generations: undefined,
    region: undefined,
    credentials: undefined,
};

/** Keeps what the schedule was told last, so that the next preview can say what a change costs. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class PlanRecord extends EbsResource {
    constructor(name: string, args: Args<State>, opts: ResourceOptions) {
        super("SchedulePlan", name, keys, args, opts);
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface PlanRecord extends Outputs<State> {}

/** What each rule of each policy keeps, in figures. */
export function seriesOf(policies: SchedulePolicy[]): Series[] {
    return policies.flatMap(({ name, target, rules }) =>
        summaryOf({ rules }).rules.map((summary) => ({ policy: name, target, ...summary })),
    );
}
