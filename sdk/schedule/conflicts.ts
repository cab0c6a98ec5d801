/**
 * Detects conflicts between the schedules of one program.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { CheckFailure } from "../../schema/failure";
import type { ScheduleIdentity } from "./dlm-schedule";
import type { SchedulePolicy } from "./policy";

/** The target tags and identities that schedules of one program and one AWS provider have reserved so far. */
interface Reservations {
    /** Name of the schedule by reserved key. */
    by: Map<string, string>;
    policies: number;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html#dlm-quotas */
const mostPolicies = 100;

/** Each program has its own monitor, also when several run in one process (Automation API, tests). */
const programs = new WeakMap<object, Map<unknown, Reservations>>();
const withoutEngine = {};

/** Reserves the targets of a schedule, and returns a failure for each that another schedule has reserved. */
export function reserveTargets(
    provider: pulumi.ProviderResource | undefined,
    { name, id }: ScheduleIdentity,
    policies: SchedulePolicy[],
): CheckFailure[] {
    const reserved = reservationsOf(provider);
    const failures: CheckFailure[] = [];
    const reserve = (key: string, property: string, reason: string) => {
        const other = reserved.by.get(key);
        if (other === undefined) reserved.by.set(key, name);
        else failures.push({ property, reason: `${reason}. Schedule "${other}" uses it already` });
    };
    reserve(
        `id ${id}`,
        "identity",
        `is ${id}, and two schedules of one identity would manage the same snapshots: set \`identity\` of one of them`,
    );
    for (const { kind, target, targetTags, isDefault = false } of policies) {
        if (isDefault)
            reserve(
                `default ${kind}`,
                "targets.allVolumes",
                "selects all volumes, but DLM has one default policy for volumes in a Region",
            );
        for (const tag of Object.entries(targetTags)) {
            reserve(
                [kind, ...tag].join(" "),
                "targets",
                `select ${target}, but DLM accepts a target tag in one policy only: put the rules into one schedule`,
            );
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

function reservationsOf(provider: pulumi.ProviderResource | undefined): Reservations {
    const program = pulumi.runtime.getMonitor() ?? withoutEngine;
    const providers = programs.get(program) ?? new Map<unknown, Reservations>();
    programs.set(program, providers);
    const reserved = providers.get(provider) ?? { by: new Map<string, string>(), policies: 0 };
    providers.set(provider, reserved);
    return reserved;
}
