/**
 * Translates a schedule to DLM policies, as a pure function.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { output, type Input } from "@pulumi/pulumi";
import type { PolicyDetails, PolicySchedule } from "../../schema/dlm/policy-details";
import { toMilliseconds } from "../../schema/duration";
import { scheduleTag, targetTag } from "../../schema/recovery-settings";
import type {
    Keep,
    ScheduleRule,
    ScheduleScripts,
    ScheduleTargets,
    SnapshotScheduleInputs,
} from "../../schema/schedule/args";
import { accountId, ageRule, daysOf, describable } from "../dlm/terms";
import type { DeepInput } from "../types";

type Given<T> = { [K in keyof T]: DeepInput<T[K]> };
type DlmSchedule = Given<PolicySchedule>;
type Args = SnapshotScheduleInputs<Input<string>>;
type AnyRule = ScheduleRule<Input<string>>;

/** The identity of a schedule, and the configuration that its policies need. */
export interface ScheduleIdentity<Id extends Input<string> = string> {
    /** Logical name of the schedule. */
    name: string;
    /**
     * The value of the schedule's tag. The program knows it only as an output of the schedule's record, because a renamed
     * schedule keeps the one in the state.
     */
    id: Id;
    /** Account ids by alias: `ebs-snapshots:accounts`. */
    accounts: Record<string, string>;
    /** Tag keys of the standard options: `ebs-snapshots:tagKeys`. */
    tagKeys: { name: string; group: string; billingCode: string };
}

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
    details: Given<PolicyDetails>;
    /** Ids of the volumes that are given, which the policy tags with its target tags. */
    volumeIds?: Input<string>[];
}

/** Returns the policies; `id` is the identity in their details, if it is an output. */
export function policiesOf(
    identity: ScheduleIdentity,
    args: Args,
    id: Input<string> = identity.id,
): SchedulePolicy[] {
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
        ...(args.targets.volumeIds === undefined ? {} : { volumeIds: args.targets.volumeIds }),
        description: args.description ?? describable(`${identity.name} ${suffix}`),
        details: {
            resourceTypes: [kind],
            targetTags:
                typeof id === "string" || args.targets.volumeIds === undefined
                    ? targetTags
                    : output(id).apply((kept) => ownTags(kept, rules)),
            // The schedules are sorted, so that reordering rules in the program is no difference.
            schedules: [...rules].sort(byName).map((rule) => scheduleOf({ ...identity, id }, args, rule)),
            ...parametersOf(args.targets),
        },
    }));
}

/**
 * Returns the key of the tag on volumes that a rule targets by id; it is unique to the schedule and the rule. Earlier
 * versions wrote another one, as resources that an upgrade deletes.
 */
export function ruleTag(identity: Pick<ScheduleIdentity, "id">, rule: string): string {
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

function parametersOf({ instances }: ScheduleTargets<unknown>): Pick<Given<PolicyDetails>, "parameters"> {
    if (instances === undefined) return {};
    const { excludeBootVolume = false, excludeVolumesTagged } = instances;
    return {
        parameters: {
            excludeBootVolume,
            ...(excludeVolumesTagged === undefined ? {} : { excludeDataVolumeTags: excludeVolumesTagged }),
        },
    };
}

function scheduleOf(
    { id, accounts, tagKeys }: ScheduleIdentity<Input<string>>,
    { copyTags = true, group, billingCode, variableTags }: Args,
    rule: AnyRule,
): DlmSchedule {
    const { name, keep, copyTo = [], shareWith, fastRestore, archive } = rule;
    return {
        name,
        copyTags,
        tagsToAdd: {
            [scheduleTag]: id,
            ...(group === undefined ? {} : { [tagKeys.group]: group }),
            ...(billingCode === undefined ? {} : { [tagKeys.billingCode]: billingCode }),
        },
        ...(variableTags === undefined ? {} : { variableTags }),
        createRule: createRuleOf(rule),
        retainRule: keepRule(keep),
        ...(copyTo.length === 0
            ? {}
            : {
                  crossRegionCopyRules: copyTo.map(({ region, keep: age, encrypted = false, kmsKeyId }) => ({
                      target: region,
                      encrypted,
                      // The copied tags include the tag of the schedule, which permits DLM's role to delete the copy.
                      copyTags: true,
                      retainRule: ageRule(age),
                      ...(kmsKeyId === undefined ? {} : { cmkArn: kmsKeyId }),
                  })),
              }),
        ...(shareWith === undefined
            ? {}
            : {
                  shareRules: [
                      {
                          targetAccounts: shareWith.accounts.map((account) => accountId(account, accounts)),
                          ...(shareWith.unshareAfter === undefined
                              ? {}
                              : {
                                    unshareInterval: daysOf(shareWith.unshareAfter),
                                    unshareIntervalUnit: "DAYS",
                                }),
                      },
                  ],
              }),
        ...(fastRestore === undefined
            ? {}
            : {
                  fastRestoreRule: {
                      availabilityZones: fastRestore.availabilityZones,
                      ...keepRule(fastRestore.keep),
                  },
              }),
        ...(archive === undefined
            ? {}
            : { archiveRule: { retainRule: { retentionArchiveTier: keepRule(archive.keep) } } }),
    };
}

function createRuleOf({ every, at = "00:00", cron, scripts }: AnyRule): DlmSchedule["createRule"] {
    const when =
        every === undefined
            ? { cronExpression: `cron(${cron ?? ""})` }
            : { interval: toMilliseconds(every) / 3_600_000, intervalUnit: "HOURS", times: [at] };
    return scripts === undefined ? when : { ...when, scripts: [scriptsOf(scripts)] };
}

function scriptsOf({ document, stages, timeout, retries, snapshotOnFailure }: ScheduleScripts) {
    return {
        executionHandler: document,
        // DLM takes no service for its own document.
        ...(document === "AWS_VSS_BACKUP" ? {} : { executionHandlerService: "AWS_SYSTEMS_MANAGER" }),
        ...(stages === undefined ? {} : { stages }),
        ...(timeout === undefined ? {} : { executionTimeout: toMilliseconds(timeout) / 1_000 }),
        ...(retries === undefined ? {} : { maximumRetryCount: retries }),
        ...(snapshotOnFailure === undefined ? {} : { executeOperationOnScriptFailure: snapshotOnFailure }),
    };
}

function keepRule(keep: Keep) {
    return typeof keep === "number" ? { count: keep } : ageRule(keep);
}

function byName(one: AnyRule, other: AnyRule): number {
    return one.name < other.name ? -1 : 1;
}

function byFirst([one]: readonly [string, string], [other]: readonly [string, string]): number {
    return one < other ? -1 : 1;
}
