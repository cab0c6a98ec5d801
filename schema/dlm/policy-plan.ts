/**
 * Describes what a DLM policy retains, as data: its targets, and for each schedule the restore points of a volume.
 *
 * @module
 */
import { formatDuration, type Duration } from "../duration";
import type { Keep, ScheduleRule } from "../schedule/args";
import { keepText, lengthOf, restorePoints } from "../schedule/restore-points";
import { day, gapsBetween, typicalTimes } from "../schedule/times";
import { ownPrefix } from "../tags";
import { unitDays } from "./policy-values";
import { relevantDetails } from "./relevant";
import { hasUnknown, isMap, textsIn, type Properties } from "../values";

export interface PolicyPlan {
    isEnabled: boolean;
    /** The noun of what is backed up: `volume`, `instance`. */
    noun: string;
    /** The selected tags, such as `Backup=nightly`; a default policy selects everything. */
    targets: string[];
    /** The excluded resources: `boot volumes`, `volumes tagged A=b`. */
    excluded: string[];
    /** Is `true` if DLM goes on deleting after the policy is disabled or deleted. */
    isDeletionExtended: boolean;
    /** By the name of a DLM schedule. */
    schedules: Map<string, PlannedSchedule>;
}

export interface PlannedSchedule {
    /** The formatted retention: `14`, `30 days`. */
    keep: string;
    keptBy: "count" | "age";
    /** The most snapshots of a volume, once the retention is reached. */
    restorePoints: number;
    /** The longest time between two runs (milliseconds). */
    gap: number;
    /** The average time between two runs; `Infinity` if there are fewer than two. */
    period: number;
    /** The age that restore points reach, once the retention is reached. */
    reach: number;
    /** Is `true` if fast snapshot restore is enabled for some of the restore points. */
    hasFastRestore: boolean;
    /** By Region. */
    copies: Record<string, PlannedCopies>;
    /** The same schedule without its archive; absent if it does not archive. */
    withoutArchive?: PlannedSchedule;
}

export interface PlannedCopies {
    /** Days that a copy is retained; `Infinity` if it is retained as long as its snapshot. */
    days: number;
    /** The most copies of the snapshots of a volume. */
    restorePoints: number;
}

/** The name of what a default policy does, which has no schedule. */
const ofDefault = "default policy";

/** Returns the plan of a policy with these inputs; nothing while a part of it is unknown, or not understood. */
export function planOf(inputs: Properties): PolicyPlan | undefined {
    const { policyDetails, defaultPolicy, state = "ENABLED" } = inputs;
    const details = relevantDetails(policyDetails);
    if (hasUnknown([details, defaultPolicy, inputs["targetVolumeIds"], inputs["extendDeletion"]]))
        return undefined;
    const isEnabled = state !== "DISABLED";
    try {
        if (typeof defaultPolicy === "string")
            return planOfDefault(inputs, { type: defaultPolicy, isEnabled });
        if (!isMap(details) || !Array.isArray(details["schedules"])) return undefined;
        const [type = "VOLUME"] = textsIn(details["resourceTypes"]);
        const planned = (details["schedules"] as Properties[]).map(
            (schedule) => [String(schedule["name"]), scheduleOf(schedule)] as const,
        );
        return {
            isEnabled,
            noun: type.toLowerCase(),
            targets: targetsOf(inputs["targetVolumeIds"], details["targetTags"]),
            excluded: excludedBy(details["parameters"]),
            isDeletionExtended: false,
            schedules: new Map(planned),
        };
    } catch {
        // An older state, or a program that is refused for it, may contain anything.
        return undefined;
    }
}

function planOfDefault(
    inputs: Properties,
    { type, isEnabled }: { type: string; isEnabled: boolean },
): PolicyPlan {
    const { createInterval = 1, retainInterval = 7, crossRegionCopyTargets, exclusions } = inputs;
    const [every, keep] = [Number(createInterval), Number(retainInterval)];
    const copies = (Array.isArray(crossRegionCopyTargets) ? crossRegionCopyTargets : []) as Properties[];
    const retained = Math.ceil(keep / every);
    const asLong = { days: Infinity, restorePoints: retained };
    const schedule = {
        keep: `${String(keep)} days`,
        keptBy: "age" as const,
        restorePoints: retained,
        gap: every * day,
        period: every * day,
        reach: keep * day,
        hasFastRestore: false,
        copies: Object.fromEntries(copies.map(({ targetRegion }) => [String(targetRegion), asLong])),
    };
    return {
        isEnabled,
        noun: type.toLowerCase(),
        targets: ["everything"],
        excluded: excludedBy(exclusions),
        isDeletionExtended: inputs["extendDeletion"] === true,
        schedules: new Map([[ofDefault, schedule]]),
    };
}

function scheduleOf(schedule: Properties): PlannedSchedule {
    const { createRule, retainRule = {}, archiveRule, fastRestoreRule, crossRegionCopyRules = [] } = schedule;
    const timing = timingOf(createRule as Properties);
    const times = typicalTimes(timing);
    const keep = keepOf(retainRule as Properties);
    const tier = isMap(archiveRule) ? (archiveRule["retainRule"] as Properties) : undefined;
    const gaps = gapsBetween(times);
    const period = gaps.length === 0 ? Infinity : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const planned = {
        keptBy: typeof keep === "number" ? ("count" as const) : ("age" as const),
        gap: Math.max(0, ...gaps),
        period,
        ...retentionOf({ keep }, times, period),
        hasFastRestore: isMap(fastRestoreRule),
        copies: Object.fromEntries(
            (crossRegionCopyRules as Properties[]).map((copy) => copiesOf(copy, keep, times)),
        ),
    };
    if (tier === undefined) return planned;
    const rule = { keep, archive: { keep: keepOf(tier["retentionArchiveTier"] as Properties) } };
    return { ...planned, ...retentionOf(rule, times, period), withoutArchive: planned };
}

function retentionOf(rule: Pick<ScheduleRule, "keep" | "archive">, times: number[], period: number) {
    const { keep, archive } = rule;
    const most = restorePoints(rule, times);
    const reach = typeof keep === "number" ? most * period : lengthOf(keep) + lengthOf(archive?.keep ?? 0);
    return { keep: keepText(rule), restorePoints: most, reach };
}

function timingOf({
    interval,
    times,
    cronExpression,
}: Properties): Pick<ScheduleRule, "every" | "at" | "cron"> {
    if (typeof cronExpression === "string") return { cron: cronExpression.replace(/^cron\((.*)\)$/, "$1") };
    const [at = "00:00"] = textsIn(times);
    return { every: `${Number(interval)} hours`, at };
}

function copiesOf(
    { target, targetRegion, retainRule }: Properties,
    keep: Keep,
    times: number[],
): [string, PlannedCopies] {
    const region = String(target ?? targetRegion);
    if (!isMap(retainRule))
        return [region, { days: Infinity, restorePoints: restorePoints({ keep }, times) }];
    return [
        region,
        { days: daysOf(retainRule), restorePoints: restorePoints({ keep: keepOf(retainRule) }, times) },
    ];
}

function keepOf(rule: Properties): Keep {
    return typeof rule["count"] === "number" ? rule["count"] : (`${daysOf(rule)} days` as Duration);
}

function daysOf({ interval, intervalUnit }: Properties): number {
    return Number(interval) * (unitDays[String(intervalUnit)] ?? 1);
}

/** Returns what is selected. The tags of a schedule's own on volumes that it names select nothing else. */
function targetsOf(volumeIds: unknown, tags: unknown): string[] {
    const named = textsIn(volumeIds);
    return named.length > 0 ? named : tagsOf(tags).filter((tag) => !tag.startsWith(ownPrefix));
}

/** Returns the tags as `key=value`, sorted. */
function tagsOf(tags: unknown): string[] {
    if (!isMap(tags)) return [];
    return Object.entries(tags)
        .flatMap(([key, values]) => [values].flat().map((value) => `${key}=${String(value)}`))
        .sort();
}

function excludedBy(exclusions: unknown): string[] {
    if (!isMap(exclusions)) return [];
    const { excludeBootVolume, excludeBootVolumes, excludeDataVolumeTags, excludeTags, excludeVolumeTypes } =
        exclusions;
    return [
        ...(excludeBootVolume === true || excludeBootVolumes === true ? ["boot volumes"] : []),
        ...[...tagsOf(excludeDataVolumeTags), ...tagsOf(excludeTags)].map((tag) => `what is tagged ${tag}`),
        ...textsIn(excludeVolumeTypes).map((type) => `volumes of type ${type}`),
    ];
}

/** Formats how often a schedule runs, by the longest time between two runs. */
export function formatGap({ gap }: PlannedSchedule): string {
    return `every ${formatDuration(gap)}`;
}
