/**
 * Validates the arguments of a schedule: the constraints of Data Lifecycle Manager and of this package, each reported on
 * the argument at fault.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html#snapshot-considerations
 *
 * @module
 */
import {
    account,
    age,
    checkArguments,
    copyTarget,
    distinct,
    fail,
    failWith,
    lengthIn,
    permissionsBoundary,
    policyDescription,
    refuse,
} from "../component-arguments";
import { providerOptionRules, roleArn } from "../placement";
import { duration, toMilliseconds } from "../duration";
import { describeFailures, type CheckFailure } from "../failure";
import type { Property, Validator } from "../property";
import {
    allOf,
    boolean,
    listOf,
    mapOf,
    matching,
    objectOf,
    oneOf,
    resourceId,
    text,
    textUpTo,
    validator,
} from "../validators";
import type { RecoveryVolumes, ScheduleRule, SnapshotScheduleInputs } from "./args";
import { day, gapsBetween, hour, parseCron, timesWithin } from "./times";

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

/** Returns all failures of the arguments; unknown values are not validated. */
export function checkSchedule(
    args: SnapshotScheduleInputs<unknown>,
    context: ScheduleContext = noContext,
): CheckFailure[] {
    const failures = checkArguments(propertiesOf(context), args);
    // Only well-formed arguments can be compared with each other.
    return failures.length > 0 ? failures : checkTogether(args, context);
}

/** Throws an error that lists all failures. */
export function assertSchedule(args: SnapshotScheduleInputs<unknown>, context?: ScheduleContext): void {
    const failures = checkSchedule(args, context);
    if (failures.length > 0) throw new Error(describeFailures(failures));
}

function wholeNumber(least: number, largest: number): Validator {
    const expected = `an integer from ${String(least)} to ${largest.toLocaleString("en")}`;
    return matching(
        { valueType: "integer", expected },
        (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= largest,
    );
}

/** Validates a number or an age; 0 is allowed where snapshots may be archived at once. */
function keepFrom(least: number): Validator {
    const count = wholeNumber(least, 1_000);
    const expected = `an integer from ${String(least)} to 1,000 or an age in whole days such as "30 days"`;
    return validator({ valueType: "string", expected }, (value, path) => {
        if (typeof value === "number") return count(value, path);
        return age(value, path).length === 0 ? [] : refuse(path, value, expected);
    });
}

const name = text(
    "1 to 120 letters, digits, spaces, _ and -, because DLM writes it to tags",
    /^(?! )[0-9A-Za-z _-]{1,120}(?<! )$/,
);

const tagKeyText = 'a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"';
const tagKey = /^(?!aws:)(?!pulumi-ebs-snapshots:).{1,128}$/i;

const variableTags = allOf(mapOf(oneOf("$(instance-id)", "$(timestamp)")), (value, path) => {
    const key = Object.keys(value as object).find((one) => !tagKey.test(one));
    return key === undefined ? [] : [{ property: `${path}.${key}`, expected: tagKeyText }];
});

const anyTag = allOf(mapOf(listOf(textUpTo(256), { atLeast: 1 })), (value, path) => {
    const tags = value as Record<string, string[]>;
    const keys = Object.keys(tags);
    if (keys.length === 0) return refuse(path, value, "at least one tag key with its values");
    for (const key of keys) {
        const values = tags[key] ?? [];
        if (!tagKey.test(key))
            return [
                {
                    property: `${path}.${key}`,
                    expected: tagKeyText,
                },
            ];
        if (new Set(values).size < values.length)
            return failWith(`${path}.${key}`, values, "which repeats a value");
        if (values.length > 1 && keys.length > 1)
            return fail(
                `${path}.${key}`,
                "has several values, each of which becomes a DLM policy. With a second key, a volume with both tags " +
                    `would be backed up twice in each run. Move ${keys.filter((other) => other !== key).join(", ")} to ` +
                    "a separate schedule",
            );
    }
    return [];
});

const instances = objectOf({
    anyTag: { validate: anyTag, required: true },
    excludeBootVolume: { validate: boolean },
    excludeVolumesTagged: { validate: mapOf(textUpTo(256)) },
});

const targets = allOf(
    objectOf({
        anyTag: { validate: anyTag },
        volumeIds: { validate: listOf(resourceId("vol"), { atLeast: 1 }) },
        instances: { validate: instances },
    }),
    (value, path) => {
        const given = Object.values(value as object).filter((entry) => entry !== undefined).length;
        return given === 1 ? [] : fail(path, "must specify exactly one of anyTag, volumeIds and instances");
    },
);

const intervals = [1, 2, 3, 4, 6, 8, 12, 24];
const every = matching(
    {
        valueType: "string",
        expected: `one of ${intervals.map((hours) => `"${String(hours)} hours"`).join(", ")}`,
    },
    (value) => duration(value, "").length === 0 && intervals.includes(toMilliseconds(value as string) / hour),
);

const sixFields =
    'six fields (minute, hour, day of month, month, day of week, year) such as "0 4 1 * ? *", in UTC';
const cron = validator({ valueType: "string", expected: sixFields }, (value, path) => {
    const allowed = sixFields;
    if (typeof value !== "string") return refuse(path, value, allowed);
    const fields = value.split(" ");
    if (fields.length !== 6) return refuse(path, value, allowed);
    if ((fields[2] === "?") === (fields[4] === "?"))
        return refuse(path, value, `${allowed}, with ? in exactly one of day of month and day of week`);
    try {
        parseCron(value);
    } catch (error) {
        return refuse(path, value, `${allowed}: ${(error as Error).message.replace("CronPattern: ", "")}`);
    }
    const now = Date.now();
    const runs = timesWithin({ cron: value }, now, now + 100 * 366 * day, 50);
    if (runs.length === 0) return refuse(path, value, "an expression that matches a future time");
    const gaps = gapsBetween([now, ...runs]).slice(runs.length > 1 ? 1 : 0);
    if (Math.min(...gaps) < hour && runs.length > 1)
        return refuse(path, value, "at most hourly, because DLM starts a run within one hour of its time");
    // DLM supports nothing rarer than yearly, and 29 February occurs every four years.
    if (Math.max(...gaps) > 366 * day) return refuse(path, value, "at least yearly");
    return [];
});

const zones = (atMost?: number) =>
    allOf(
        listOf(text("the name of an Availability Zone such as us-east-1a", /./), { atLeast: 1, atMost }),
        distinct,
    );

const scripts = objectOf({
    document: { validate: text("a Systems Manager document, or AWS_VSS_BACKUP", /./), required: true },
    stages: { validate: allOf(listOf(text('"PRE" or "POST"', /^(PRE|POST)$/), { atLeast: 1 }), distinct) },
    timeout: { validate: lengthIn(1_000, 'between "1 second" and "120 seconds"', 1, 120) },
    retries: { validate: wholeNumber(0, 3) },
    snapshotOnFailure: { validate: boolean },
});

function ruleOf({ accounts }: ScheduleContext): Validator {
    return objectOf({
        name: { validate: name, required: true },
        every: { validate: every },
        at: { validate: text('a time of day in UTC such as "03:00"', /^([01]\d|2[0-3]):[0-5]\d$/) },
        cron: { validate: cron },
        keep: { validate: keepFrom(0), required: true },
        copyTo: { validate: listOf(copyTarget, { atMost: 3 }) },
        shareWith: {
            validate: objectOf({
                accounts: {
                    validate: allOf(listOf(account(accounts), { atLeast: 1 }), distinct),
                    required: true,
                },
                unshareAfter: { validate: age },
            }),
        },
        fastRestore: {
            validate: objectOf({
                availabilityZones: { validate: zones(10), required: true },
                keep: { validate: keepFrom(1), required: true },
            }),
        },
        archive: { validate: objectOf({ keep: { validate: keepFrom(1), required: true } }) },
        scripts: { validate: scripts },
    });
}

const volumeTypes = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];
const recoveryVolumes = objectOf({
    availabilityZones: { validate: zones(), required: true },
    keep: { validate: wholeNumber(1, 1_000), required: true },
    maximum: { validate: wholeNumber(1, 100_000), required: true },
    volumeType: { validate: oneOf(...volumeTypes) },
    sweepEvery: { validate: lengthIn(60_000, 'a duration in whole minutes such as "1 hour"') },
    onDestroy: { validate: oneOf("keep", "delete") },
} satisfies Record<keyof Required<RecoveryVolumes>, Property>);

function propertiesOf(context: ScheduleContext): Record<keyof SnapshotScheduleInputs, Property> {
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
        group: { validate: textUpTo(256) },
        billingCode: { validate: textUpTo(256) },
        variableTags: { validate: variableTags },
        copyTags: { validate: boolean },
        enabled: { validate: boolean },
    };
}

/** Validates the arguments in combination. */
function checkTogether(
    {
        targets: { volumeIds, anyTag: tags, instances: whole },
        rules,
        recoveryVolumes: recovery,
        variableTags: variables,
    }: Whole,
    context: ScheduleContext,
): CheckFailure[] {
    const names = rules.map(({ name: of }) => of);
    const archiving = rules.filter(({ archive }) => archive !== undefined).length;
    return [
        ...rules.flatMap((rule, index) => checkRule(rule, `rules[${String(index)}]`, whole !== undefined)),
        ...rules.flatMap(({ copyTo = [] }, index) => checkCopies(copyTo, index, context.region)),
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
        ...checkRecovery(recovery, tags ?? whole?.anyTag ?? {}, context),
    ];
}

type Whole = SnapshotScheduleInputs<unknown>;
type AnyRule = ScheduleRule<unknown>;

function checkRule(rule: AnyRule, path: string, ofInstances: boolean): CheckFailure[] {
    const { keep, copyTo = [], shareWith, fastRestore, archive } = rule;
    const failures: CheckFailure[] = [];
    const add = (property: string, reason: string) =>
        failures.push({ property: `${path}.${property}`, reason });
    if ((rule.every === undefined) === (rule.cron === undefined)) {
        failures.push({ property: path, reason: "must specify exactly one of every and cron" });
        return failures;
    }
    if (rule.at !== undefined && rule.every === undefined) add("at", "requires every");
    if (keep === 0) {
        if (archive === undefined) add("keep", "is 0, which requires archive");
        if (copyTo.length > 0)
            add(
                "copyTo",
                "requires keep above 0, because snapshots that are archived at once are not copied",
            );
        if (shareWith !== undefined)
            add("shareWith", "requires keep above 0, because archived snapshots are not shared");
        if (fastRestore !== undefined) add("fastRestore", "requires keep above 0");
    }
    if (fastRestore !== undefined && keep !== 0) {
        if (typeof fastRestore.keep !== typeof keep)
            add("fastRestore.keep", `must be ${formOf(keep)}, as the keep of the rule`);
        else if (sizeOf(fastRestore.keep) > sizeOf(keep))
            failures.push(
                ...failWith(
                    `${path}.fastRestore.keep`,
                    fastRestore.keep,
                    "but must not exceed the keep of the rule",
                ),
            );
    }
    if (rule.scripts !== undefined && !ofInstances) add("scripts", "requires targets.instances");
    if (archive !== undefined) failures.push(...checkArchive(rule, archive.keep, path, ofInstances));
    return failures;
}

const formOf = (keep: unknown) => (typeof keep === "number" ? "a number" : "an age");
const sizeOf = (keep: string | number) => (typeof keep === "number" ? keep : toMilliseconds(keep));

function checkArchive(
    rule: AnyRule,
    keep: string | number,
    path: string,
    ofInstances: boolean,
): CheckFailure[] {
    if (ofInstances)
        return fail(
            `${path}.archive`,
            "is supported for volumes only; DLM does not archive multi-volume snapshots",
        );
    const now = Date.now();
    const gap = Math.min(...gapsBetween(timesWithin(rule, now, now + 100 * 366 * day, 50)));
    if (gap < 28 * day)
        return fail(
            `${path}.archive`,
            `requires runs 28 days or more apart, but some are ${daysOf(gap)} apart`,
        );
    const property = `${path}.archive.keep`;
    if (typeof keep !== typeof rule.keep)
        return fail(property, `must be ${formOf(rule.keep)}, as the keep of the rule`);
    const archived = typeof keep === "number" ? keep * gap : toMilliseconds(keep);
    if (archived < 90 * day)
        return failWith(property, keep, `${daysOf(archived)}, but the minimum in the archive is 90 days`);
    return [];
}

const daysOf = (length: number) => `${String(Math.floor(length / day))} days`;

function checkCopies(
    copies: NonNullable<AnyRule["copyTo"]>,
    rule: number,
    scheduleRegion: string | undefined,
): CheckFailure[] {
    const regions = copies.map(({ region }) => region);
    return regions.flatMap((region, index) => {
        const path = `rules[${String(rule)}].copyTo[${String(index)}].region`;
        if (region === scheduleRegion)
            return failWith(path, region, "the region of the schedule. Specify another region");
        if (regions.indexOf(region) < index) return failWith(path, region, "which another copy has too");
        return [];
    });
}

function checkRecovery(
    recovery: RecoveryVolumes | undefined,
    tags: Record<string, string[]>,
    { carriedTags }: ScheduleContext,
): CheckFailure[] {
    if (recovery === undefined) return [];
    const { availabilityZones, keep, maximum } = recovery;
    const least = keep * availabilityZones.length;
    const carried = Object.keys(tags).find((key) => carriedTags.includes(key));
    return [
        ...(maximum <= least
            ? refuse(
                  "recoveryVolumes.maximum",
                  maximum,
                  `more than ${String(least)}: one source volume needs keep times zones, and one more while the ` +
                      "next is created",
              )
            : []),
        ...(carried === undefined
            ? []
            : fail(
                  "recoveryVolumes",
                  `copy the tag ${carried} from the source volume and would become targets themselves. ` +
                      "Select targets by another tag key",
              )),
    ];
}
