/**
 * Detects conflicts between the schedules of one program.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { known } from "../../schema/component-arguments";
import type { Credentials } from "../../schema/credentials";
import type { CheckFailure } from "../../schema/failure";
import { stableStringify } from "../../schema/values";
import type { ScheduleIdentity } from "./dlm-schedule";
import type { SchedulePolicy } from "./policy";

/** Schedules of one program, one AWS provider and the same credentials have reserved these so far. */
interface Reservations {
    /** Name of the schedule by reserved key. */
    by: Map<string, string>;
    policies: number;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html#dlm-quotas */
const mostPolicies = 100;

/** Each program has its own monitor, also when several run in one process (Automation API, tests). */
const programs = new WeakMap<object, Map<unknown, Map<string, Reservations>>>();
const withoutEngine = {};

/**
 * Reserves the targets of a schedule, and returns a failure for each that another schedule has reserved. Other credentials
 * may be those of another account, which has policies of its own; an identity is refused for any credentials.
 */
export function reserveTargets(
    {
        provider,
        credentials,
    }: { provider: pulumi.ProviderResource | undefined; credentials: Credentials | undefined },
    { name, id }: ScheduleIdentity,
    policies: SchedulePolicy[],
): CheckFailure[] {
    const reserved = reservationsOf(provider, credentials);
    const failures: CheckFailure[] = [];
    const reserve = (
        key: string,
        { property, reason, by = reserved.by }: { property: string; reason: string; by?: Reservations["by"] },
    ) => {
        const other = by.get(key);
        if (other === undefined) by.set(key, name);
        else failures.push({ property, reason: `${reason}. Schedule "${other}" uses it already` });
    };
    reserve(`id ${id}`, {
        property: "identity",
        reason: `is ${id}, and two schedules of one identity would manage the same snapshots: set \`identity\` of one of them`,
        by: reservationsOf(provider, undefined).by,
    });
    for (const { kind, target, targetTags, isDefault = false } of policies) {
        if (isDefault)
            reserve(`default ${kind}`, {
                property: "targets.allVolumes",
                reason: "selects all volumes, but DLM has one default policy for volumes in a Region",
            });
        for (const tag of Object.entries(targetTags)) {
            reserve([kind, ...tag].join(" "), {
                property: "targets",
                reason: `select ${target}, but DLM accepts a target tag in one policy only: put the rules into one schedule`,
            });
        }
    }
    reserved.policies += policies.length;
    if (reserved.policies > mostPolicies) {
        failures.push({
            property: "targets",
            reason:
                `result in ${String(reserved.policies)} DLM policies of this program in the region, but the quota is ` +
                `${String(mostPolicies)}: use fewer tag values`,
        });
    }
    return failures;
}

function reservationsOf(
    provider: pulumi.ProviderResource | undefined,
    credentials: Credentials | undefined,
): Reservations {
    const program = pulumi.runtime.getMonitor() ?? withoutEngine;
    const providers = entryOf(programs, program, () => new Map<unknown, Map<string, Reservations>>());
    const ofProvider = entryOf(providers, provider, () => new Map<string, Reservations>());
    return entryOf(ofProvider, stableStringify(known(credentials) ?? null), () => ({
        by: new Map(),
        policies: 0,
    }));
}

/** Returns the entry of a key; sets it first if there is none. */
function entryOf<Key, Value>(
    map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
    key: Key,
    create: () => Value,
): Value {
    const value = map.get(key) ?? create();
    map.set(key, value);
    return value;
}
