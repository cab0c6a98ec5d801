/** The configuration that the checks need besides the arguments. */
export interface ScheduleContext {
    /** Account ids by alias: `ebs-snapshots:accounts`. */
    accounts: Record<string, string>;
    /** Keys of the tags that are copied to recovery volumes: `ebs-snapshots:tagKeys`. */
    carriedTags: string[];
    /** Region of the schedule, if it is known. */
    region?: string;
}

export const noContext: ScheduleContext = {
    accounts: {},
    carriedTags: ["Name", "Group", "BillingCode"],
};
