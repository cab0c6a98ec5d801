/**
 * Creates the role of DLM with the rights that the schedule needs.
 *
 * @module
 */
import type { Role } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import { defaultPolicyRights, deletionRights } from "./default-policy";
import type { KeptIdentity } from "./dlm-schedule";
import { policiesOf } from "./policy";
import { boundaryOf, executionRights, rolePath, trustOf } from "./role";
import type { Surroundings } from "./surroundings";

type Args = SnapshotScheduleInputs<pulumi.Input<string>>;

/** The role that DLM assumes; `created` is absent if the program gives one. */
export interface ScheduleRole {
    arn: pulumi.Output<string>;
    created?: Role;
}

/** Returns the given role, or creates one with the rights that the schedule needs. */
export function createRole(
    parent: pulumi.Resource,
    identity: KeptIdentity,
    args: Args,
    surroundings: Surroundings | undefined,
): ScheduleRole {
    if (args.role !== undefined || surroundings === undefined) return { arn: pulumi.output(args.role ?? "") };
    const { aws, place } = surroundings;
    const name = `${identity.name}-dlm`;
    const role = new aws.iam.Role(
        name,
        {
            path: rolePath,
            assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("dlm", where))),
            ...boundaryOf(args),
        },
        { parent },
    );
    const policy = pulumi.all([place, identity.id]).apply(([where, id]) => {
        const known = { ...identity, id };
        return pulumi.jsonStringify(
            args.targets.allVolumes === undefined
                ? executionRights(known, args, policiesOf(known, args), where)
                : defaultPolicyRights(args, where),
        );
    });
    // Resolves after the rights are attached, so that no DLM policy starts without them.
    const rights = new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent });
    return { arn: pulumi.all([role.arn, rights.id]).apply(([arn]) => arn), created: role };
}

/** Allows a created role to delete the snapshots of a default policy, which exists by now. */
export function allowDeletion(
    parent: pulumi.Resource,
    { name }: Pick<KeptIdentity, "name">,
    args: Args,
    { role, policyIds }: { role: ScheduleRole; policyIds: pulumi.Output<string[]> },
    surroundings: Surroundings | undefined,
): void {
    if (role.created === undefined || surroundings === undefined) return;
    const { aws, place } = surroundings;
    const policy = pulumi
        .all([place, policyIds])
        .apply(([where, ids]) => pulumi.jsonStringify(deletionRights(args, ids, where)));
    new aws.iam.RolePolicy(`${name}-dlm-deletion`, { role: role.created.id, policy }, { parent });
}
