/**
 * Validates the rules of a schedule.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html#snapshot-considerations
 *
 * @module
 */
import { account, age, copyTargets, distinct, fail, failWith, lengthIn } from "../component-arguments";
import { toMilliseconds } from "../duration";
import type { CheckFailure } from "../failure";
import type { Validator } from "../property";
import { allOf, boolean, listOf, objectOf, text } from "../validators";
import type { ScheduleRule } from "./args";
import { keepFrom, ruleName, wholeNumber, zones } from "./value-checks";
import { cron, every } from "./timing-checks";
import type { ScheduleContext } from "./context";
import { day, gapsBetween, timesWithin } from "./times";

const scripts = objectOf({
    document: { validate: text("a Systems Manager document, or AWS_VSS_BACKUP", /./), required: true },
    stages: { validate: allOf(listOf(text('"PRE" or "POST"', /^(PRE|POST)$/), { atLeast: 1 }), distinct) },
    timeout: {
        validate: lengthIn(1_000, 'between "1 second" and "120 seconds"', { least: 1, largest: 120 }),
    },
    retries: { validate: wholeNumber(0, 3) },
    snapshotOnFailure: { validate: boolean },
});

export function ruleOf({ accounts }: ScheduleContext): Validator {
    return objectOf({
        name: { validate: ruleName, required: true },
        every: { validate: every },
        at: { validate: text('a time of day in UTC such as "03:00"', /^([01]\d|2[0-3]):[0-5]\d$/) },
        cron: { validate: cron },
        keep: { validate: keepFrom(0), required: true },
        copyTo: { validate: copyTargets() },
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

type AnyRule = ScheduleRule<unknown>;

export function checkRule(
    rule: AnyRule,
    path: string,
    { ofInstances }: { ofInstances: boolean },
): CheckFailure[] {
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
    if (archive !== undefined)
        failures.push(...checkArchive(rule, path, { keep: archive.keep, ofInstances }));
    return failures;
}

const formOf = (keep: unknown) => (typeof keep === "number" ? "a number" : "an age");
const sizeOf = (keep: string | number) => (typeof keep === "number" ? keep : toMilliseconds(keep));

function checkArchive(
    rule: AnyRule,
    path: string,
    { keep, ofInstances }: { keep: string | number; ofInstances: boolean },
): CheckFailure[] {
    if (ofInstances)
        return fail(
            `${path}.archive`,
            "is supported for volumes only; DLM does not archive multi-volume snapshots",
        );
    const now = Date.now();
    const gap = Math.min(
        ...gapsBetween(timesWithin(rule, { from: now, until: now + 100 * 366 * day, most: 50 })),
    );
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

export function checkCopyRegions(
    copies: NonNullable<AnyRule["copyTo"]>,
    rule: number,
    scheduleRegion: string | undefined,
): CheckFailure[] {
    return copies.flatMap(({ region }, index) => {
        const path = `rules[${String(rule)}].copyTo[${String(index)}].region`;
        return region === scheduleRegion
            ? failWith(path, region, "the region of the schedule. Specify another region")
            : [];
    });
}
