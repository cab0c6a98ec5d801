/**
 * Creates the role of DLM with the rights that the schedule needs.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import { createDlmRole, type DlmRole, type AwsContext } from "../dlm/component";
import { boundaryOf, type Place } from "../dlm/iam";
import { defaultPolicyRights, deletionRights } from "./default-policy";
import type { KeptIdentity } from "./dlm-schedule";
import { policiesOf } from "./policy";
import { executionRights } from "./role";

type Args = SnapshotScheduleInputs<pulumi.Input<string>>;

/** The role that DLM assumes; `created` is absent if the program gives one. */
export interface ScheduleRole {
    arn: pulumi.Output<string>;
    created?: DlmRole;
}

/** Returns the given role, or creates one with the rights that the schedule needs. */
export function createRole(
    parent: pulumi.Resource,
    identity: KeptIdentity,
    { args, awsContext }: { args: Args; awsContext: AwsContext | undefined },
): ScheduleRole {
    if (args.role !== undefined || awsContext === undefined) return { arn: pulumi.output(args.role ?? "") };
    const rights = (where: Place) =>
        identity.id.apply((id) => {
            const known = { ...identity, id };
            return args.targets.allVolumes === undefined
                ? executionRights(known, args, { policies: policiesOf(known, args), place: where })
                : defaultPolicyRights(args, where);
        });
    const created = createDlmRole(parent, awsContext, {
        name: `${identity.name}-dlm`,
        rights,
        ...boundaryOf(args),
    });
    return { arn: created.arn, created };
}

/** Allows a created role to delete the snapshots of a default policy, which exists by now. */
export function allowDeletion(
    parent: pulumi.Resource,
    { name }: Pick<KeptIdentity, "name">,
    {
        args,
        role,
        policyIds,
        awsContext,
    }: {
        args: Args;
        role: ScheduleRole;
        policyIds: pulumi.Output<string[]>;
        awsContext: AwsContext | undefined;
    },
): void {
    if (role.created === undefined || awsContext === undefined) return;
    const { aws, place } = awsContext;
    const policy = pulumi
        .all([place, policyIds])
        .apply(([where, ids]) => pulumi.jsonStringify(deletionRights(args, ids, where)));
    new aws.iam.RolePolicy(`${name}-dlm-deletion`, { role: role.created.name, policy }, { parent });
}
