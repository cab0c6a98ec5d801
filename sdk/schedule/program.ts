/**
 * What schedules of one program must not do to each other.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { CheckFailure } from "../../provider/rules";
import type { ScheduleIdentity, SchedulePolicy } from "./policy";

/** What the schedules of one program and one provider of AWS have taken so far. */
interface Taken {
    /** Names of schedules by the target tags, and by the identities, that they have taken. */
    by: Map<string, string>;
    policies: number;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html#dlm-quotas */
const mostPolicies = 100;

/** A program has a monitor of its own, also where several run in one process (Automation API, tests). */
const programs = new WeakMap<object, Map<unknown, Taken>>();
const withoutEngine = {};

/** Notes what a schedule takes; tells what is taken already. */
export function take(
    provider: pulumi.ProviderResource | undefined,
    { name, id }: ScheduleIdentity,
    policies: SchedulePolicy[],
): CheckFailure[] {
    const taken = takenBy(provider);
    const failures: CheckFailure[] = [];
    const note = (key: string, property: string, what: string) => {
        const other = taken.by.get(key);
        if (other === undefined) taken.by.set(key, name);
        else failures.push({ property, reason: `${what}, as schedule "${other}" does already` });
    };
    note(`id ${id}`, "name", `is ${name}, so that both would manage the same snapshots`);
    for (const { kind, target, targetTags } of policies) {
        for (const tag of Object.entries(targetTags)) {
            note(
                [kind, ...tag].join(" "),
                "targets",
                `name ${target}, and DLM takes a target tag in one policy only: put the rules into one schedule`,
            );
        }
    }
    taken.policies += policies.length;
    if (taken.policies > mostPolicies) {
        failures.push({
            property: "targets",
            reason:
                `bring this program to ${String(taken.policies)} policies of DLM in the region, but AWS takes ` +
                `${String(mostPolicies)}: use fewer tag values`,
        });
    }
    return failures;
}

function takenBy(provider: pulumi.ProviderResource | undefined): Taken {
    const program = pulumi.runtime.getMonitor() ?? withoutEngine;
    const providers = programs.get(program) ?? new Map<unknown, Taken>();
    programs.set(program, providers);
    const taken = providers.get(provider) ?? { by: new Map<string, string>(), policies: 0 };
    providers.set(provider, taken);
    return taken;
}
