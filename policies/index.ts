/**
 * Policies of CrossGuard for snapshots.
 *
 * @packageDocumentation
 */
import type { EnforcementLevel, ResourceValidationPolicy } from "@pulumi/policy";
import { rules, type Requirements, type Rule } from "./rules";

export { rules, type Declared, type Requirements, type Rule } from "./rules";

/** Name of a rule. */
export type RuleName = keyof typeof rules;

/** Arguments of {@link snapshotPolicies}. */
export interface SnapshotPolicies extends Requirements {
    /**
     * What a violation does, by the name of the rule: `"mandatory"` fails, `"advisory"` warns. Default: `"mandatory"` for
     * each.
     */
    levels?: Partial<Record<RuleName, EnforcementLevel>>;
}

/**
 * The rules as policies of a pack. A pack of one's own is two files, `PulumiPolicy.yaml` and the program below.
 *
 * @example
 * ```ts
 * import { PolicyPack } from "@pulumi/policy";
 * import { snapshotPolicies } from "pulumi-ebs-snapshots/policies";
 *
 * new PolicyPack("snapshots", {
 *     policies: snapshotPolicies({ smallestRetention: "30 days", levels: { "no-volume-replaced": "advisory" } }),
 * });
 * ```
 * @see [Policy as code](https://www.pulumi.com/docs/iac/crossguard/)
 */
export function snapshotPolicies({
    levels = {},
    ...requirements
}: SnapshotPolicies = {}): ResourceValidationPolicy[] {
    return Object.entries<Rule>(rules).map(([name, rule]) => ({
        name,
        description: rule.description,
        enforcementLevel: levels[name as RuleName] ?? "mandatory",
        validateResource: ({ type, props, opts }, reportViolation) => {
            const violation = rule.judge({ type, props, protect: opts.protect }, requirements);
            if (violation !== undefined) reportViolation(violation);
        },
    }));
}

export type { Duration } from "../provider/duration";
export {
    lostSnapshots,
    readPreview,
    type Lost,
    type Preview,
    type PreviewState,
    type PreviewStep,
} from "./lost";
