/**
 * Defines the rules for snapshots as pure functions of a declared resource.
 *
 * @module
 */
import { unitDays } from "../schema/dlm/policy-values";
import { toMilliseconds, type Duration } from "../schema/duration";
import { resourceOf } from "../schema/index";
import { lifecyclePolicyRules } from "../schema/lifecycle-policy";
import { day, gapsBetween, hour, typicalTimes } from "../schema/schedule/times";

/** A resource as a policy receives it. The host throws when a value is read that is unknown at preview. */
export interface Declared {
    /** Type token, such as `pulumi-nodejs:dynamic/ebs:Snapshot` or `ebs-snapshots:index:Snapshot`. */
    type: string;
    /** The arguments. */
    props: Record<string, unknown>;
    /** Reports whether the resource option `protect` is set. */
    protect: boolean;
}

/** Settings of the rules. */
export interface Requirements {
    /** Minimum retention of each rule of a schedule. Default: `"7 days"`. */
    smallestRetention?: Duration;
}

/** A rule, and the function that evaluates it. */
export interface Rule {
    /** The requirement, in one sentence. */
    description: string;
    /** The keys of {@link Requirements} that the rule uses. */
    settings?: readonly (keyof Requirements)[];
    /** Returns the violation and its remedy, or undefined. */
    evaluate(resource: Declared, requirements: Requirements): string | undefined;
}

const snapshots = ["Snapshot", "SnapshotCopy", "InstanceSnapshots"];
const volumes = ["VolumeFromSnapshot", "VolumeClone"];
const lifecyclePolicies = [
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    "pulumi-nodejs:dynamic/ebs:LifecyclePolicy",
    "ebs-snapshots:index:LifecyclePolicy",
];

/** The rules, by name. */
export const rules = {
    "no-public-share": {
        description: "Snapshots are not made public.",
        evaluate: ({ type, props }) =>
            resourceOf(type) === "SnapshotShare" && props["public"] === true
                ? "`public` is true. Share the snapshot with `accounts` instead"
                : undefined,
    },
    "group-and-billing-code": {
        description: "Snapshots and volumes specify their owner and cost center: `group` and `billingCode`.",
        evaluate({ type, props }) {
            if (![...snapshots, ...volumes].includes(resourceOf(type) ?? "")) return undefined;
            const missing = ["group", "billingCode"].filter((key) => !isGiven(props, key));
            return missing.length === 0 ? undefined : `${missing.join(" and ")} must be specified`;
        },
    },
    "encryption-required": {
        description: "Snapshot copies, also those of schedules, and volumes are encrypted.",
        evaluate({ type, props }) {
            if (lifecyclePolicies.includes(type)) {
                const regions = unencryptedCopies(props["policyDetails"]);
                if (regions.length === 0) return undefined;
                return `the copies in ${regions.join(", ")} must specify \`encrypted: true\``;
            }
            if (!["SnapshotCopy", ...volumes].includes(resourceOf(type) ?? "")) return undefined;
            const encrypted = isGiven(props, "kmsKeyId") || props["encrypted"] === true;
            return encrypted ? undefined : "`encrypted: true` or `kmsKeyId` must be specified";
        },
    },
    "smallest-retention": {
        description: "Schedules keep their snapshots for a minimum time, archived time included.",
        settings: ["smallestRetention"],
        evaluate({ type, props }, { smallestRetention = "7 days" }) {
            if (!lifecyclePolicies.includes(type)) return undefined;
            const minimum = toMilliseconds(smallestRetention);
            if (isGiven(props, "defaultPolicy")) {
                const days = Number(props["retainInterval"] ?? lifecyclePolicyRules.retainInterval.default);
                return days * day < minimum
                    ? `the default policy retains snapshots for less than ${smallestRetention}. Specify a longer \`keep\``
                    : undefined;
            }
            const details = props["policyDetails"] as { schedules?: DlmSchedule[] } | undefined;
            const tooShort = (details?.schedules ?? []).filter((schedule) => retentionOf(schedule) < minimum);
            if (tooShort.length === 0) return undefined;
            const names = tooShort.map(({ name = "?" }) => `"${name}"`).join(", ");
            return (
                `${tooShort.length > 1 ? "rules" : "rule"} ${names} ${tooShort.length > 1 ? "retain" : "retains"} ` +
                `snapshots for less than ${smallestRetention}. Specify a longer \`keep\``
            );
        },
    },
    "no-snapshot-lost-by-replacement": {
        description: "Replaced snapshots are kept in the account.",
        evaluate: ({ type, props }) =>
            snapshots.includes(resourceOf(type) ?? "") && props["keepReplaced"] !== true
                ? "`keepReplaced: true` must be specified; otherwise a changed description or trigger deletes the existing snapshot"
                : undefined,
    },
    "no-volume-replaced": {
        description: "Volumes are not replaced, because data written to them would be lost.",
        evaluate({ type, props, protect }) {
            if (!volumes.includes(resourceOf(type) ?? "")) return undefined;
            if (props["onSnapshotChange"] === "replace") return '`onSnapshotChange` must not be "replace"';
            if (props["allowShrinkByReplacement"] === true)
                return "`allowShrinkByReplacement` must not be true";
            // Only the engine's `protect` prevents the replacement that a change of zone causes.
            return protect ? undefined : "the option `protect: true` must be specified";
        },
    },
} satisfies Record<string, Rule>;

/** Checks whether a value is specified, even if it is unknown at preview: reading such a value throws. */
function isGiven(props: Record<string, unknown>, key: string): boolean {
    return Boolean(Object.getOwnPropertyDescriptor(props, key)?.value);
}

interface DlmCopy {
    target?: string;
    targetRegion?: string;
    encrypted?: boolean;
    encryptionConfiguration?: { encrypted?: boolean };
}

/** The copies in a policy's details; of `@pulumi/aws`, `action` is that of an event-based policy. */
interface CopyingDetails {
    schedules?: { crossRegionCopyRules?: DlmCopy[] }[];
    actions?: { crossRegionCopy?: DlmCopy[] }[];
    action?: { crossRegionCopies?: DlmCopy[] };
}

/** Returns the Regions of copies that are not encrypted if the snapshot is not. */
function unencryptedCopies(details: unknown): string[] {
    const { schedules = [], actions = [], action } = (details ?? {}) as CopyingDetails;
    const copies = [
        ...schedules.flatMap(({ crossRegionCopyRules }) => crossRegionCopyRules ?? []),
        ...actions.flatMap(({ crossRegionCopy }) => crossRegionCopy ?? []),
        ...(action?.crossRegionCopies ?? []),
    ];
    const unencrypted = copies.filter(
        ({ encrypted, encryptionConfiguration }) =>
            (encrypted ?? encryptionConfiguration?.encrypted) !== true,
    );
    return [...new Set(unencrypted.map(({ target, targetRegion }) => target ?? targetRegion ?? "?"))];
}

interface RetainRule {
    count?: number;
    interval?: number;
    intervalUnit?: string;
}

interface ArchiveRetainRule {
    retentionArchiveTier?: RetainRule;
}

interface DlmSchedule {
    name?: string;
    createRule?: { interval?: number; cronExpression?: string };
    retainRule?: RetainRule;
    /** DLM names it `retainRule`, and `@pulumi/aws` `archiveRetainRule`. */
    archiveRule?: { retainRule?: ArchiveRetainRule; archiveRetainRule?: ArchiveRetainRule };
}

/** A rule guarantees a retention, so that a month is the shortest one, February. */
const shortestDays: Readonly<Record<string, number>> = { ...unitDays, MONTHS: 28 };

/** Returns the retention in milliseconds, in the standard tier and then in the archive. */
function retentionOf({ createRule, retainRule, archiveRule }: DlmSchedule): number {
    const { retentionArchiveTier } = archiveRule?.retainRule ?? archiveRule?.archiveRetainRule ?? {};
    const archived = retentionArchiveTier === undefined ? 0 : lengthOf(retentionArchiveTier, createRule);
    return lengthOf(retainRule ?? {}, createRule) + archived;
}

/** Returns the length in milliseconds; with a count, a snapshot is deleted after that many later runs. */
function lengthOf(
    { count, interval, intervalUnit = "DAYS" }: RetainRule,
    createRule: DlmSchedule["createRule"],
): number {
    if (interval !== undefined) return interval * (shortestDays[intervalUnit] ?? 0) * day;
    return count === undefined ? Infinity : count * shortestGap(createRule);
}

function shortestGap({ interval, cronExpression }: NonNullable<DlmSchedule["createRule"]> = {}): number {
    const cron = /^cron\((.*)\)$/.exec(cronExpression ?? "")?.[1];
    if (cron === undefined) return (interval ?? 24) * hour;
    return Math.min(...gapsBetween(typicalTimes({ cron })));
}
