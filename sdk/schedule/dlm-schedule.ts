/**
 * Translates a rule to a schedule of a DLM policy, as a pure function.
 *
 * @module
 */
import type { Input, Output } from "@pulumi/pulumi";
import type { PolicySchedule } from "../../schema/dlm/policy-details";
import { toMilliseconds } from "../../schema/duration";
import { scheduleTag } from "../../schema/recovery-settings";
import type { Keep, ScheduleRule, ScheduleScripts, SnapshotScheduleInputs } from "../../schema/schedule/args";
import { accountId, ageRule, daysOf } from "../dlm/terms";
import type { DeepInput } from "../types";

type DlmSchedule = { [K in keyof PolicySchedule]: DeepInput<PolicySchedule[K]> };
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

/** A schedule whose identity is an output of its record. */
export type KeptIdentity = ScheduleIdentity<Output<string>>;

export function scheduleOf(
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
                      retainRule: ageRule(String(age)),
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
