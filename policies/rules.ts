/**
 * What a team may ask of its snapshots, as functions of what is declared: no Pulumi, no cloud.
 *
 * @module
 */
import { toMilliseconds, type Duration } from "../provider/duration";
import { day, gapsBetween, hour, typicalTimes } from "../sdk/schedule/times";

/** A resource as a policy sees it; what is not known yet at a preview is missing. */
export interface Declared {
    /** Type token, such as `pulumi-nodejs:dynamic/ebs:Snapshot`. */
    type: string;
    /** Its arguments. */
    props: Record<string, unknown>;
    /** Whether the resource option `protect` is given. */
    protect: boolean;
}

/** What the rules ask for. */
export interface Requirements {
    /** Least time that each rule of a schedule keeps its snapshots. Default: `"7 days"`. */
    smallestRetention?: Duration;
}

/** What a rule asks for, and how it judges. */
export interface Rule {
    /** What it asks for, in a sentence. */
    description: string;
    /** What is wrong and what to do, or nothing. */
    judge(resource: Declared, requirements: Requirements): string | undefined;
}

const dynamic = "pulumi-nodejs:dynamic/ebs:";
const snapshots = ["Snapshot", "SnapshotCopy", "InstanceSnapshots"].map((name) => dynamic + name);
const volume = `${dynamic}VolumeFromSnapshot`;
const lifecyclePolicy = "aws:dlm/lifecyclePolicy:LifecyclePolicy";

/** The rules, by name. */
export const rules = {
    "no-public-share": {
        description: "No snapshot is made public.",
        judge: ({ type, props }) =>
            type === `${dynamic}SnapshotShare` && props["public"] === true
                ? "`public` is true: share it with `accounts` instead"
                : undefined,
    },
    "group-and-billing-code": {
        description: "Every snapshot and volume says whose it is and who pays: `group` and `billingCode`.",
        judge({ type, props }) {
            if (![...snapshots, volume].includes(type)) return undefined;
            const missing = ["group", "billingCode"].filter((key) => !props[key]);
            return missing.length === 0 ? undefined : `${missing.join(" and ")} must be given`;
        },
    },
    "encryption-required": {
        description: "What the package makes with a choice of encryption, copies and volumes, is encrypted.",
        judge({ type, props }) {
            if (type !== `${dynamic}SnapshotCopy` && type !== volume) return undefined;
            const encrypted = props["encrypted"] === true || props["kmsKeyId"] !== undefined;
            return encrypted ? undefined : "`encrypted: true` or `kmsKeyId` must be given";
        },
    },
    "smallest-retention": {
        description: "A schedule keeps its snapshots for a least time.",
        judge({ type, props }, { smallestRetention = "7 days" }) {
            if (type !== lifecyclePolicy) return undefined;
            const least = toMilliseconds(smallestRetention);
            const details = props["policyDetails"] as { schedules?: DlmSchedule[] } | undefined;
            const short = (details?.schedules ?? []).filter((schedule) => keptFor(schedule) < least);
            if (short.length === 0) return undefined;
            const names = short.map(({ name = "?" }) => `"${name}"`).join(", ");
            return `schedules ${names} keep snapshots for less than ${smallestRetention}: give a longer \`keep\``;
        },
    },
    "no-snapshot-lost-by-replacement": {
        description: "A snapshot that is replaced stays in the account.",
        judge: ({ type, props }) =>
            snapshots.includes(type) && props["keepReplaced"] !== true
                ? "`keepReplaced: true` must be given, else another description or trigger deletes what there is"
                : undefined,
    },
    "no-volume-replaced": {
        description: "No volume is replaced, since it holds what was written since.",
        judge({ type, props, protect }) {
            if (type !== volume) return undefined;
            if (props["onSnapshotChange"] === "replace") return '`onSnapshotChange` must not be "replace"';
            if (props["allowShrinkByReplacement"] === true)
                return "`allowShrinkByReplacement` must not be given";
            // Of a change of zone only the engine keeps it.
            return protect ? undefined : "the option `protect: true` must be given";
        },
    },
} satisfies Record<string, Rule>;

interface DlmSchedule {
    name?: string;
    createRule?: { interval?: number; cronExpression?: string };
    retainRule?: { count?: number; interval?: number; intervalUnit?: string };
}

const units: Record<string, number> = { DAYS: day, WEEKS: 7 * day, MONTHS: 28 * day, YEARS: 365 * day };

/** In milliseconds: a snapshot that is kept by number goes once there are so many later ones. */
function keptFor({ createRule, retainRule }: DlmSchedule): number {
    const { count, interval, intervalUnit = "DAYS" } = retainRule ?? {};
    if (interval !== undefined) return interval * (units[intervalUnit] ?? 0);
    return count === undefined ? Infinity : count * shortestGap(createRule);
}

function shortestGap({ interval, cronExpression }: NonNullable<DlmSchedule["createRule"]> = {}): number {
    const cron = /^cron\((.*)\)$/.exec(cronExpression ?? "")?.[1];
    if (cron === undefined) return (interval ?? 24) * hour;
    return Math.min(...gapsBetween(typicalTimes({ cron })));
}
