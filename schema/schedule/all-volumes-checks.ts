/**
 * Validates a schedule of all volumes: DLM's default policy has fewer features than others. Each unsupported argument
 * is rejected with the alternative.
 * https://docs.aws.amazon.com/ebs/latest/userguide/policy-differences.html
 *
 * @module
 */
import { copyTargets, fail, lengthIn, refuse } from "../component-arguments";
import { toMilliseconds } from "../duration";
import type { CheckFailure } from "../failure";
import { regionRule } from "../placement";
import type { Property } from "../property";
import { allOf, anything, listOf, objectOf } from "../validators";
import { isMap } from "../values";
import type { ScheduleCopy, ScheduleRule, SnapshotScheduleInputs } from "./args";
import { checkCopyRegions } from "./rule-checks";
import { day } from "./times";
import { ruleName } from "./value-checks";

type Whole = SnapshotScheduleInputs<unknown>;

export function hasAllVolumes({ targets }: { targets?: unknown }): boolean {
    return isMap(targets) && targets["allVolumes"] !== undefined;
}

/** By argument: why a default policy does not have it, and what to use instead. */
type Missing<T> = Partial<Record<keyof T, readonly [string, string]>>;

const noTags = "a default policy of DLM adds no tags to its snapshots";
const missingArguments = {
    recoveryVolumes: [
        "the recovery volumes would be backed up too, and get recovery volumes of their own",
        "Use targets.anyTag",
    ],
    group: [noTags, "Tag the volumes, whose tags are copied, or use targets.anyTag"],
    billingCode: [noTags, "Tag the volumes, whose tags are copied, or use targets.anyTag"],
    variableTags: [noTags, "Use targets.instances"],
    identity: [noTags, "Omit it: the tags of DLM itself identify the snapshots"],
} satisfies Missing<Whole>;

const missingInRule = {
    at: ["DLM itself determines when a default policy runs", "Omit it, or use targets.anyTag"],
    cron: ["a default policy of DLM runs every 1 to 7 days", "Use every, or targets.anyTag"],
    shareWith: ["a default policy of DLM shares no snapshots", "Use targets.anyTag"],
    fastRestore: ["a default policy of DLM does not enable fast snapshot restore", "Use targets.anyTag"],
    archive: ["a default policy of DLM does not archive snapshots", "Use targets.anyTag"],
    scripts: ["a default policy of DLM runs no scripts", "Use targets.instances"],
} satisfies Missing<ScheduleRule>;

const missingInCopy = {
    keep: [
        "the copies are retained as long as their snapshots",
        "Omit it, or use targets.anyTag to retain them longer",
    ],
    encrypted: [
        "a copy is encrypted if its snapshot is, or if its Region encrypts by default",
        "Enable encryption by default in that Region, or use targets.anyTag",
    ],
    kmsKeyId: [
        "the copies are encrypted with the default key of their Region",
        "Set the default key of that Region, or use targets.anyTag",
    ],
} satisfies Missing<ScheduleCopy>;

/** Accepts any value: the combined check rejects it, because that also sees outputs. */
function accepted<T extends object>(missing: T): Record<keyof T, Property> {
    const entries = Object.keys(missing).map((key) => [key, { validate: anything }]);
    return Object.fromEntries(entries) as Record<keyof T, Property>;
}

function refuseMissing<T extends object>(given: T, missing: Missing<T>, path = ""): CheckFailure[] {
    return Object.entries(missing as Record<string, readonly [string, string]>)
        .filter(([key]) => given[key as keyof T] !== undefined)
        .flatMap(([key, [why, instead]]) =>
            fail(`${path}${key}`, `is not available with targets.allVolumes: ${why}. ${instead}`),
        );
}

const inDays = (least: number, most: number) =>
    lengthIn(
        day,
        `an age in whole days from "${String(least)} day${least > 1 ? "s" : ""}" to "${String(most)} days" with ` +
            "targets.allVolumes, a default policy of DLM",
        { least, largest: most },
    );

const copy = objectOf({
    region: { validate: regionRule.validate, required: true },
    ...accepted(missingInCopy),
} satisfies Record<keyof Required<ScheduleCopy>, Property>);

const rule = objectOf({
    name: { validate: ruleName, required: true },
    every: { validate: inDays(1, 7) },
    keep: { validate: inDays(2, 14), required: true },
    copyTo: { validate: copyTargets({ copy }) },
    ...accepted(missingInRule),
} satisfies Record<keyof Required<ScheduleRule>, Property>);

export const allVolumesProperties = {
    rules: {
        validate: allOf(listOf(rule, { atLeast: 1 }), (value, path) => {
            const { length } = value as unknown[];
            const reason = `has ${String(length)} entries, but a default policy of DLM has one rule. Use targets.anyTag for several`;
            return length === 1 ? [] : fail(path, reason);
        }),
        required: true as const,
    },
    ...accepted(missingArguments),
};

/** Validates the arguments in combination. */
export function checkAllVolumes(args: Whole, region: string | undefined): CheckFailure[] {
    return [
        ...refuseMissing(args, missingArguments),
        ...args.rules.flatMap((one, index) => checkRule(one, index, region)),
    ];
}

function checkRule(
    given: ScheduleRule<unknown>,
    index: number,
    scheduleRegion: string | undefined,
): CheckFailure[] {
    const path = `rules[${String(index)}]`;
    const { every, keep, copyTo = [] } = given;
    const refused = [
        ...refuseMissing(given, missingInRule, `${path}.`),
        ...copyTo.flatMap((one, at) => refuseMissing(one, missingInCopy, `${path}.copyTo[${String(at)}].`)),
    ];
    if (refused.length > 0) return refused;
    if (every === undefined) return fail(`${path}.every`, "is required");
    return [
        ...(toMilliseconds(String(keep)) > toMilliseconds(every)
            ? []
            : refuse(`${path}.keep`, keep, `more than every, which is ${JSON.stringify(every)}`)),
        ...checkCopyRegions(copyTo, index, scheduleRegion),
    ];
}
