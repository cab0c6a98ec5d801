/**
 * What a schedule may be: the rules of Data Lifecycle Manager and our own, told on the argument at fault.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html#snapshot-considerations
 *
 * @module
 */
import { duration, toMilliseconds } from "../../provider/duration";
import {
    both,
    checkProperties,
    flag,
    isMap,
    listOf,
    mapOf,
    objectOf,
    resourceId,
    shown,
    text,
    textUpTo,
    unknown,
    type Accepts,
    type CheckFailure,
    type Properties,
    type Rule,
} from "../../provider/rules";
import type { RecoveryVolumes, ScheduleRule, SnapshotScheduleInputs } from "./args";
import { day, gapsBetween, hour, parseCron, timesWithin } from "./times";

/** What the checks must know besides the arguments. */
export interface ScheduleSurroundings {
    /** Aliases of accounts: `ebs-snapshots:accounts`. */
    accounts: Record<string, string>;
    /** The tags that are carried over to recovery volumes: `ebs-snapshots:tagKeys`. */
    carriedTags: string[];
    /** Where the schedule is, if that is known. */
    region?: string;
}

export const noSurroundings: ScheduleSurroundings = {
    accounts: {},
    carriedTags: ["Name", "Group", "BillingCode"],
};

/** Everything that is wrong with the arguments; what is known later is not judged. */
export function checkSchedule(
    args: SnapshotScheduleInputs<unknown>,
    surroundings: ScheduleSurroundings = noSurroundings,
): CheckFailure[] {
    const inputs = known(args) as Properties;
    const failures = [...nulls(inputs), ...checkProperties(rulesOfArgs(surroundings), inputs)];
    // Only what is well formed can be compared with each other.
    return failures.length > 0 ? failures : checkTogether(args, surroundings);
}

/** Fails with all that is wrong. */
export function assertSchedule(
    args: SnapshotScheduleInputs<unknown>,
    surroundings?: ScheduleSurroundings,
): void {
    const failures = checkSchedule(args, surroundings);
    if (failures.length > 0) throw new Error(failureText(failures));
}

export function failureText(failures: CheckFailure[]): string {
    return failures.map(({ property, reason }) => `${property} ${reason}`).join("\n");
}

/** A file of JSON may have them, where the types have none: one that is taken for "left out" must be so everywhere. */
function nulls(value: unknown, path = ""): CheckFailure[] {
    if (value === null) return fail(path, "is null; leave it out");
    if (typeof value !== "object") return [];
    const below = (key: string) =>
        path === "" ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    return Object.entries(value).flatMap(([key, entry]) => nulls(entry, below(key)));
}

/** Outputs and promises, the only values that are not plain data, as the engine shows what is not known yet. */
function known(value: unknown): unknown {
    if (typeof value === "function") return unknown;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(known);
    if (![null, Object.prototype].includes(Object.getPrototypeOf(value) as object | null)) return unknown;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, known(entry)]));
}

const most = { count: 1_000, days: 36_500 };

const fail = (property: string, reason: string): CheckFailure[] => [{ property, reason }];
const refuse = (property: string, value: unknown, allowed: string) =>
    fail(property, `is ${shown(value)}, but must be ${allowed}`);

function wholeNumber(least: number, largest: number): Accepts {
    const allowed = `a whole number from ${String(least)} to ${largest.toLocaleString("en")}`;
    return (value, path) =>
        Number.isInteger(value) && (value as number) >= least && (value as number) <= largest
            ? []
            : refuse(path, value, allowed);
}

/** A length of time in whole units, within limits. */
function lengthIn(unit: number, allowed: string, least = 1, largest = Infinity): Accepts {
    return (value, path) => {
        if (duration(value, path).length > 0) return refuse(path, value, allowed);
        const units = toMilliseconds(value as string) / unit;
        return Number.isInteger(units) && units >= least && units <= largest
            ? []
            : refuse(path, value, allowed);
    };
}

const age = lengthIn(day, 'an age in whole days such as "30 days", at most "36500 days"', 1, most.days);

/** A number or an age; from 0 on where snapshots may be archived at once. */
function keepFrom(least: number): Accepts {
    const count = wholeNumber(least, most.count);
    return (value, path) => {
        if (typeof value === "number") return count(value, path);
        if (age(value, path).length === 0) return [];
        const allowed = `a number from ${String(least)} to 1,000 or an age in whole days such as "30 days"`;
        return refuse(path, value, allowed);
    };
}

const name = text(
    "1 to 120 letters, digits, spaces, _ and - (it stands in tags)",
    /^(?! )[0-9A-Za-z _-]{1,120}(?<! )$/,
);
const tagKey = /^(?!aws:)(?!pulumi-ebs-snapshots:).{1,128}$/i;

const anyTag: Accepts = (value, path) => {
    const failures = mapOf(listOf(textUpTo(256), { atLeast: 1 }))(value, path);
    if (failures.length > 0) return failures;
    const tags = value as Record<string, string[]>;
    const keys = Object.keys(tags);
    if (keys.length === 0) return refuse(path, value, "at least one tag key with its values");
    for (const key of keys) {
        const values = tags[key] ?? [];
        if (!tagKey.test(key))
            return fail(
                `${path}.${key}`,
                'must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"',
            );
        if (new Set(values).size < values.length)
            return fail(`${path}.${key}`, `is ${shown(values)}, which names a value twice`);
        if (values.length > 1 && keys.length > 1)
            return fail(
                `${path}.${key}`,
                "has several values, which take a policy each; another key beside it would copy a volume with both " +
                    `tags twice a run: give ${keys.filter((other) => other !== key).join(", ")} a schedule of its own`,
            );
    }
    return [];
};

const instances = objectOf({
    anyTag: { accepts: anyTag, required: true },
    excludeBootVolume: { accepts: flag },
    excludeVolumesTagged: { accepts: mapOf(textUpTo(256)) },
});

const targets: Accepts = (value, path) => {
    const shape = objectOf({
        anyTag: { accepts: anyTag },
        volumeIds: { accepts: listOf(resourceId("vol"), { atLeast: 1 }) },
        instances: { accepts: instances },
    });
    const failures = shape(value, path);
    if (failures.length > 0 || !isMap(value)) return failures;
    const given = Object.values(value).filter((entry) => entry !== undefined).length;
    return given === 1 ? [] : fail(path, "takes exactly one of anyTag, volumeIds and instances");
};

const intervals = [1, 2, 3, 4, 6, 8, 12, 24];
const every: Accepts = (value, path) =>
    duration(value, path).length === 0 && intervals.includes(toMilliseconds(value as string) / hour)
        ? []
        : refuse(path, value, `one of ${intervals.map((hours) => `"${String(hours)} hours"`).join(", ")}`);

const cron: Accepts = (value, path) => {
    const allowed =
        'six fields (minute, hour, day of month, month, day of week, year) such as "0 4 1 * ? *", in UTC';
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
    if (runs.length === 0) return refuse(path, value, "a time that comes; this one never does");
    const gaps = gapsBetween([now, ...runs]).slice(runs.length > 1 ? 1 : 0);
    if (Math.min(...gaps) < hour && runs.length > 1)
        return refuse(path, value, "at most hourly, since DLM starts a run within an hour");
    // 29 February comes every four years, and DLM takes nothing rarer than yearly.
    if (Math.max(...gaps) > 366 * day) return refuse(path, value, "at least yearly");
    return [];
};

const zones = both(listOf(text("the name of a zone such as us-east-1a", /./), { atLeast: 1 }), distinct);

function distinct(value: unknown, path: string): CheckFailure[] {
    const entries = (value as unknown[]).filter((entry) => entry !== unknown);
    return new Set(entries).size < entries.length
        ? fail(path, `is ${shown(value)}, which names one twice`)
        : [];
}

function atMost(largest: number): Accepts {
    return (value, path) =>
        (value as unknown[]).length > largest
            ? fail(path, `has ${String((value as unknown[]).length)} entries, but at most ${String(largest)}`)
            : [];
}

const copy = objectOf({
    region: {
        accepts: text('a region such as "eu-west-1"', /^[a-z]{2,}(-[a-z]+)+-\d+$/),
        required: true,
    },
    keep: { accepts: age, required: true },
    encrypted: { accepts: flag },
    kmsKeyId: { accepts: text("the ARN of a key", /^arn:[\w-]+:kms:/) },
});

const scripts = objectOf({
    document: { accepts: text("a document of Systems Manager, or AWS_VSS_BACKUP", /./), required: true },
    stages: { accepts: both(listOf(text('"PRE" or "POST"', /^(PRE|POST)$/), { atLeast: 1 }), distinct) },
    timeout: { accepts: lengthIn(1_000, 'between "1 second" and "120 seconds"', 1, 120) },
    retries: { accepts: wholeNumber(0, 3) },
    snapshotOnFailure: { accepts: flag },
});

function account(aliases: Record<string, string>): Accepts {
    const names = Object.keys(aliases).map((alias) => `"${alias}"`);
    const allowed = `an id of 12 digits or an alias of ebs-snapshots:accounts (${names.join(", ") || "none there"})`;
    return (value, path) =>
        typeof value === "string" && (/^\d{12}$/.test(value) || Object.hasOwn(aliases, value))
            ? []
            : refuse(path, value, allowed);
}

function ruleOf({ accounts }: ScheduleSurroundings): Accepts {
    return objectOf({
        name: { accepts: name, required: true },
        every: { accepts: every },
        at: { accepts: text('a time of day in UTC such as "03:00"', /^([01]\d|2[0-3]):[0-5]\d$/) },
        cron: { accepts: cron },
        keep: { accepts: keepFrom(0), required: true },
        copyTo: { accepts: both(listOf(copy), atMost(3)) },
        shareWith: {
            accepts: objectOf({
                accounts: {
                    accepts: both(listOf(account(accounts), { atLeast: 1 }), distinct),
                    required: true,
                },
                unshareAfter: { accepts: age },
            }),
        },
        fastRestore: {
            accepts: objectOf({
                availabilityZones: { accepts: both(zones, atMost(10)), required: true },
                keep: { accepts: keepFrom(1), required: true },
            }),
        },
        archive: { accepts: objectOf({ keep: { accepts: keepFrom(1), required: true } }) },
        scripts: { accepts: scripts },
    });
}

const volumeTypes = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];
const oneOf = (values: string[]): Accepts =>
    text(`one of ${values.join(", ")}`, new RegExp(`^(${values.join("|")})$`));

const recoveryVolumes = objectOf({
    availabilityZones: { accepts: zones, required: true },
    keep: { accepts: wholeNumber(1, 1_000), required: true },
    maximum: { accepts: wholeNumber(1, 100_000), required: true },
    volumeType: { accepts: oneOf(volumeTypes) },
    sweepEvery: { accepts: lengthIn(60_000, 'a length in whole minutes such as "1 hour"') },
    onDestroy: { accepts: oneOf(["keep", "delete"]) },
} satisfies Record<keyof Required<RecoveryVolumes>, Pick<Rule, "accepts" | "required">>);

function rulesOfArgs(surroundings: ScheduleSurroundings): Record<keyof SnapshotScheduleInputs, Rule> {
    const topic = { accepts: text("the ARN of a topic", /^arn:[\w-]+:sns:/), required: true as const };
    const rules = {
        targets: { accepts: targets, required: true },
        rules: { accepts: listOf(ruleOf(surroundings), { atLeast: 1 }), required: true },
        recoveryVolumes: { accepts: recoveryVolumes },
        alarm: { accepts: objectOf({ topicArn: topic }) },
        description: {
            accepts: text("1 to 500 letters, digits, spaces, _ and -", /^[0-9A-Za-z _-]{1,500}$/),
        },
        group: { accepts: textUpTo(256) },
        billingCode: { accepts: textUpTo(256) },
        copyTags: { accepts: flag },
        enabled: { accepts: flag },
    } satisfies Record<keyof SnapshotScheduleInputs, Pick<Rule, "accepts" | "required">>;
    const entries = Object.entries(rules).map(([key, rule]) => [key, { ...rule, onChange: "update" }]);
    return Object.fromEntries(entries) as Record<keyof SnapshotScheduleInputs, Rule>;
}

/** What follows from several arguments at once. */
function checkTogether(
    { targets: { volumeIds, anyTag: tags, instances: whole }, rules, recoveryVolumes: recovery }: Whole,
    surroundings: ScheduleSurroundings,
): CheckFailure[] {
    const names = rules.map(({ name: of }) => of);
    const archived = rules.filter(({ archive }) => archive !== undefined).length;
    return [
        ...rules.flatMap((rule, index) => checkRule(rule, `rules[${String(index)}]`, whole !== undefined)),
        ...rules.flatMap(({ copyTo = [] }, index) => checkCopies(copyTo, index, surroundings.region)),
        ...names.flatMap((of, index) =>
            names.indexOf(of) < index
                ? fail(`rules[${String(index)}].name`, `is "${of}", which another rule has too`)
                : [],
        ),
        ...(volumeIds === undefined && rules.length > 4
            ? fail(
                  "rules",
                  `are ${String(rules.length)}, but at most 4: the rules of one tag share a policy of DLM; ` +
                      "with volumeIds any number goes",
              )
            : []),
        ...(volumeIds === undefined && archived > 1
            ? fail("rules", "have archive more than once; DLM takes it in one rule of a policy")
            : []),
        ...checkRecovery(recovery, tags ?? whole?.anyTag ?? {}, surroundings),
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
        failures.push({ property: path, reason: "takes exactly one of every and cron" });
        return failures;
    }
    if (rule.at !== undefined && rule.every === undefined) add("at", "goes with every only");
    if (keep === 0) {
        if (archive === undefined) add("keep", "is 0, which goes with archive only");
        if (copyTo.length > 0) add("copyTo", "needs a keep above 0: what is archived at once is not copied");
        if (shareWith !== undefined) add("shareWith", "needs a keep above 0: what is archived is not shared");
        if (fastRestore !== undefined) add("fastRestore", "needs a keep above 0");
    }
    if (fastRestore !== undefined && keep !== 0) {
        if (typeof fastRestore.keep !== typeof keep)
            add("fastRestore.keep", `must be ${kindOf(keep)} as the rule's own keep is`);
        else if (sizeOf(fastRestore.keep) > sizeOf(keep))
            add("fastRestore.keep", `is ${shown(fastRestore.keep)}, more than the rule keeps`);
    }
    if (rule.scripts !== undefined && !ofInstances) add("scripts", "go with targets.instances only");
    for (const [index, { encrypted, kmsKeyId }] of copyTo.entries()) {
        if (kmsKeyId !== undefined && encrypted !== true)
            add(`copyTo[${String(index)}].kmsKeyId`, "goes with encrypted: true only");
    }
    if (archive !== undefined) failures.push(...checkArchive(rule, archive.keep, path, ofInstances));
    return failures;
}

const kindOf = (keep: unknown) => (typeof keep === "number" ? "a number" : "an age");
const sizeOf = (keep: string | number) => (typeof keep === "number" ? keep : toMilliseconds(keep));

function checkArchive(
    rule: AnyRule,
    keep: string | number,
    path: string,
    ofInstances: boolean,
): CheckFailure[] {
    if (ofInstances) return fail(`${path}.archive`, "is for volumes only; DLM does not archive sets");
    const now = Date.now();
    const gap = Math.min(...gapsBetween(timesWithin(rule, now, now + 100 * 366 * day, 50)));
    if (gap < 28 * day)
        return fail(`${path}.archive`, `needs runs 28 days or more apart; here some are ${daysOf(gap)}`);
    const property = `${path}.archive.keep`;
    if (typeof keep !== typeof rule.keep)
        return fail(property, `must be ${kindOf(rule.keep)} as the rule's own keep is`);
    const stay = typeof keep === "number" ? keep * gap : toMilliseconds(keep);
    if (stay < 90 * day)
        return fail(property, `is ${shown(keep)}, ${daysOf(stay)}, but each must stay 90 days or longer`);
    return [];
}

const daysOf = (length: number) => `${String(Math.floor(length / day))} days`;

function checkCopies(
    copies: NonNullable<AnyRule["copyTo"]>,
    rule: number,
    own: string | undefined,
): CheckFailure[] {
    const regions = copies.map(({ region }) => region);
    return regions.flatMap((region, index) => {
        const path = `rules[${String(rule)}].copyTo[${String(index)}].region`;
        if (region === own) return fail(path, `is "${region}", the schedule's own; give another one`);
        if (regions.indexOf(region) < index) return fail(path, `is "${region}", which is named twice`);
        return [];
    });
}

function checkRecovery(
    recovery: RecoveryVolumes | undefined,
    tags: Record<string, string[]>,
    { carriedTags }: ScheduleSurroundings,
): CheckFailure[] {
    if (recovery === undefined) return [];
    const { availabilityZones, keep, maximum } = recovery;
    const least = keep * availabilityZones.length;
    const carried = Object.keys(tags).find((key) => carriedTags.includes(key));
    return [
        ...(maximum <= least
            ? fail(
                  "recoveryVolumes.maximum",
                  `is ${String(maximum)}, but one source volume takes ${String(least)} (keep times zones) and one more ` +
                      "while the next is made",
              )
            : []),
        ...(carried === undefined
            ? []
            : fail(
                  "recoveryVolumes",
                  `carry over the tag ${carried} from the volume, so that they would be targets themselves; ` +
                      "choose targets by another key",
              )),
    ];
}
