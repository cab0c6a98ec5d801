/**
 * Validates the arguments of a schedule: the constraints of Data Lifecycle Manager and of this package, each reported on
 * the argument at fault.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html#snapshot-considerations
 *
 * @module
 */
import { checkArguments, fail, failWith, permissionsBoundary } from "../component-arguments";
import { policyDescription } from "../dlm/policy-values";
import { describeFailures, type CheckFailure } from "../failure";
import { providerOptionRules, roleArn } from "../placement";
import type { Property } from "../property";
import { boolean, listOf, objectOf, text, textUpTo } from "../validators";
import type { SnapshotScheduleInputs } from "./args";
import { allVolumesProperties, checkAllVolumes, hasAllVolumes } from "./all-volumes-checks";
import { checkRecovery, recoveryVolumes } from "./recovery-checks";
import { checkCopyRegions, checkRule, ruleOf } from "./rule-checks";
import { targets, variableTags } from "./target-checks";
import { noContext, type ScheduleContext } from "./context";
import { identityText } from "./identity";

/** Returns all failures of the arguments; unknown values are not validated. */
export function checkSchedule(
    args: SnapshotScheduleInputs<unknown>,
    context: ScheduleContext = noContext,
): CheckFailure[] {
    const failures = checkArguments(propertiesOf(context, { isAllVolumes: hasAllVolumes(args) }), args);
    // Only well-formed arguments can be compared with each other.
    if (failures.length > 0) return failures;
    return hasAllVolumes(args) ? checkAllVolumes(args, context.region) : checkTogether(args, context);
}

/** Throws an error that lists all failures. */
export function assertSchedule(args: SnapshotScheduleInputs<unknown>, context?: ScheduleContext): void {
    const failures = checkSchedule(args, context);
    if (failures.length > 0) throw new Error(describeFailures(failures));
}

function propertiesOf(
    context: ScheduleContext,
    { isAllVolumes }: { isAllVolumes: boolean },
): Record<keyof SnapshotScheduleInputs, Property> {
    const topic = { validate: text("the ARN of an SNS topic", /^arn:[\w-]+:sns:/), required: true as const };
    return {
        targets: { validate: targets, required: true },
        rules: { validate: listOf(ruleOf(context), { atLeast: 1 }), required: true },
        recoveryVolumes: { validate: recoveryVolumes },
        alarm: { validate: objectOf({ topicArn: topic }) },
        description: { validate: policyDescription },
        role: { validate: roleArn },
        permissionsBoundary: { validate: permissionsBoundary },
        credentials: providerOptionRules.credentials,
        identity: { validate: identityText },
        group: { validate: textUpTo(256) },
        billingCode: { validate: textUpTo(256) },
        variableTags: { validate: variableTags },
        copyTags: { validate: boolean },
        enabled: { validate: boolean },
        ...(isAllVolumes ? allVolumesProperties : {}),
    };
}

/** Validates the arguments in combination. */
function checkTogether(
    {
        targets: { volumeIds, anyTag: tags, instances: whole },
        rules,
        recoveryVolumes: recovery,
        variableTags: variables,
        identity,
    }: Whole,
    context: ScheduleContext,
): CheckFailure[] {
    const names = rules.map(({ name: of }) => of);
    const archiving = rules.filter(({ archive }) => archive !== undefined).length;
    return [
        ...(identity !== undefined && typeof identity !== "string"
            ? fail("identity", "is an output, but the program must know it at its start. Specify a string")
            : []),
        ...rules.flatMap((rule, index) =>
            checkRule(rule, `rules[${String(index)}]`, { ofInstances: whole !== undefined }),
        ),
        ...rules.flatMap(({ copyTo = [] }, index) => checkCopyRegions(copyTo, index, context.region)),
        ...names.flatMap((of, index) =>
            names.indexOf(of) < index
                ? failWith(`rules[${String(index)}].name`, of, "but another rule has the same name")
                : [],
        ),
        ...(volumeIds === undefined && rules.length > 4
            ? fail(
                  "rules",
                  `has ${String(rules.length)} entries, but the maximum is 4, because the rules of one tag share a DLM ` +
                      "policy. With targets.volumeIds there is no maximum",
              )
            : []),
        ...(volumeIds === undefined && archiving > 1
            ? fail("rules", "has archive more than once, but DLM supports it in one rule of a policy")
            : []),
        ...(whole === undefined && variables !== undefined
            ? fail("variableTags", "requires targets.instances: DLM has no such values for volumes")
            : []),
        ...checkRecovery(recovery, { rules, tags: tags ?? whole?.anyTag ?? {} }, context),
    ];
}

type Whole = SnapshotScheduleInputs<unknown>;
