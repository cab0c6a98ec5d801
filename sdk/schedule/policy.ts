/**
 * Translates a schedule to DLM policies, as a pure function.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { output, type Input } from "@pulumi/pulumi";
import type { PolicyDetails } from "../../schema/dlm/policy-details";
import { targetTag } from "../../schema/recovery-settings";
import type { ScheduleRule, ScheduleTargets, SnapshotScheduleInputs } from "../../schema/schedule/args";
import { describable } from "../dlm/terms";
import type { LifecyclePolicyArgs } from "../lifecycle-policy";
import { defaultPolicyOf } from "./default-policy";
import { scheduleOf, type ScheduleIdentity } from "./dlm-schedule";

type Args = SnapshotScheduleInputs<Input<string>>;
type AnyRule = ScheduleRule<Input<string>>;

export interface SchedulePolicy {
    /** Logical name, derived from the target, so that adding or reordering targets or rules renames no other policy. */
    name: string;
    kind: "VOLUME" | "INSTANCE";
    /** The formatted targets. */
    target: string;
    /** A resource with any one of these tags is a target. */
    targetTags: Record<string, string>;
    rules: AnyRule[];
    description: string;
    /** Is the only policy of all volumes in the Region; `targetTags` are empty then. */
    isDefault?: true;
    /** The arguments of the resource that the policy differs from others by. */
    inputs: Partial<LifecyclePolicyArgs>;
}

/** Returns the policies; `id` is the identity in their details, if it is an output. */
export function policiesOf(
    identity: ScheduleIdentity,
    args: Args,
    id: Input<string> = identity.id,
): SchedulePolicy[] {
    if (args.targets.allVolumes !== undefined)
        return [
            {
                name: `${identity.name}-all-volumes`,
                kind: "VOLUME",
                isDefault: true,
                target: "all volumes",
                targetTags: {},
                rules: args.rules,
                description: args.description ?? describable(`${identity.name} all volumes`),
                inputs: defaultPolicyOf(args, args.targets.allVolumes),
            },
        ];
    const kind = args.targets.instances === undefined ? "VOLUME" : "INSTANCE";
    return targetsOf(identity, args).map(({ suffix, targetTags, rules }) => ({
        name: `${identity.name}-${suffix}`,
        kind,
        target:
            args.targets.volumeIds === undefined
                ? `${kind.toLowerCase()}s tagged ${Object.entries(targetTags)
                      .map((tag) => tag.join("="))
                      .join(" or ")}`
                : "the volumes given",
        targetTags,
        rules,
        description: args.description ?? describable(`${identity.name} ${suffix}`),
        inputs: {
            policyDetails: {
                resourceTypes: [kind],
                targetTags:
                    typeof id === "string" || args.targets.volumeIds === undefined
                        ? targetTags
                        : output(id).apply((kept) => ownTags(kept, rules)),
                // The schedules are sorted, so that reordering rules in the program is no difference.
                schedules: [...rules].sort(byName).map((rule) => scheduleOf({ ...identity, id }, args, rule)),
                ...parametersOf(args.targets),
            },
            ...(args.targets.volumeIds === undefined ? {} : { targetVolumeIds: args.targets.volumeIds }),
        },
    }));
}

/**
 * Returns the key of the tag on volumes that a rule targets by id; it is unique to the schedule and the rule. Earlier
 * versions wrote another one, as resources that an upgrade deletes.
 */
function ruleTag(identity: Pick<ScheduleIdentity, "id">, rule: string): string {
    const hash = createHash("sha256").update(`${identity.id}/${rule}`).digest("hex").slice(0, 12);
    return `${targetTag}-${hash}`;
}

/** Returns the tags of volumes that are targeted by id. */
function ownTags(id: string, rules: AnyRule[]): Record<string, string> {
    return Object.fromEntries(rules.map(({ name }) => [ruleTag({ id }, name), id]));
}

interface Target {
    suffix: string;
    targetTags: Record<string, string>;
    rules: AnyRule[];
}

function targetsOf(identity: ScheduleIdentity, { targets, rules }: Args): Target[] {
    if (targets.volumeIds !== undefined) {
        return rules.map((rule) => ({
            suffix: rule.name,
            targetTags: ownTags(identity.id, [rule]),
            rules: [rule],
        }));
    }
    const tags = Object.entries(targets.anyTag ?? targets.instances?.anyTag ?? {});
    const several = tags.find(([, values]) => values.length > 1);
    // Each value is a policy, as earlier versions had it: a policy that takes over another's targets orphans its snapshots.
    if (several !== undefined) {
        const [key, values] = several;
        return values.map((value) => ({ suffix: value, targetTags: { [key]: value }, rules }));
    }
    const single = tags.map(([key, [value = ""]]) => [key, value] as const).sort(byFirst);
    const suffix = single.map(([, value]) => value).join("-");
    return [{ suffix, targetTags: Object.fromEntries(single), rules }];
}

function parametersOf({ instances }: ScheduleTargets<unknown>): Pick<PolicyDetails, "parameters"> {
    if (instances === undefined) return {};
    const { excludeBootVolume = false, excludeVolumesTagged } = instances;
    return {
        parameters: {
            excludeBootVolume,
            ...(excludeVolumesTagged === undefined ? {} : { excludeDataVolumeTags: excludeVolumesTagged }),
        },
    };
}

function byName(one: AnyRule, other: AnyRule): number {
    return one.name < other.name ? -1 : 1;
}

function byFirst([one]: readonly [string, string], [other]: readonly [string, string]): number {
    return one < other ? -1 : 1;
}
