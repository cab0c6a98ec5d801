/**
 * CrossGuard policies for snapshots.
 *
 * @packageDocumentation
 */
import type { EnforcementLevel, PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { durationPattern } from "../schema/duration";
import { rules, type Requirements, type Rule } from "./rules";

export { rules, type Declared, type Requirements, type Rule } from "./rules";

/** Name of a rule. */
export type RuleName = keyof typeof rules;

/** Arguments of {@link snapshotPolicies}. */
export interface SnapshotPolicies extends Requirements {
    /**
     * The enforcement level by name of the rule: `"mandatory"` fails, `"advisory"` warns. Default: `"mandatory"` for
     * each.
     */
    levels?: Partial<Record<RuleName, EnforcementLevel>>;
}

/**
 * Returns the rules as policies of a policy pack. A pack consists of three files: `PulumiPolicy.yaml`, this program, and a
 * `package.json` that specifies a `version`. The file that `--policy-pack-config` names takes precedence over the
 * arguments: `{ "smallest-retention": { "smallestRetention": "90 days", "enforcementLevel": "advisory" } }`.
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
        ...(rule.settings === undefined ? {} : { configSchema: schemaOf(rule.settings) }),
        validateResource: (args, reportViolation) => {
            const { type, props, opts } = args;
            const configured = { ...requirements, ...args.getConfig<Requirements>() };
            const violation = rule.evaluate({ type, props, protect: opts.protect }, configured);
            if (violation !== undefined) reportViolation(violation);
        },
    }));
}

/** The settings in a configuration file, as JSON schema; the CLI refuses a value that does not match. */
const settings: Required<{ [Key in keyof Requirements]: PolicyConfigSchema["properties"][string] }> = {
    smallestRetention: {
        type: "string",
        pattern: durationPattern,
        description: 'Minimum retention of each rule of a schedule, such as "30 days"',
    },
};

function schemaOf(keys: readonly (keyof Requirements)[]): PolicyConfigSchema {
    return { properties: Object.fromEntries(keys.map((key) => [key, settings[key]])) };
}

export type { Duration } from "../schema/duration";
export { lostSnapshots, type Lost } from "./lost";
export { readPreview, type Preview, type PreviewState, type PreviewStep } from "./preview";
