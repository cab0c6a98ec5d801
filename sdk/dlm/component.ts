/**
 * Contains the parts of components that consist of policies of Data Lifecycle Manager.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { AssumeRole, Credentials } from "../../schema/credentials";
import { describeFailures, type CheckFailure } from "../../schema/failure";
import type { Aws } from "../aws";
import type { DeepInput } from "../types";
import { boundaryOf, rolePath, trustOf, type Place, type PolicyDocument } from "./iam";

/** Contains `@pulumi/aws`, and the partition, region and account of its provider. */
export interface AwsContext {
    aws: Aws;
    place: pulumi.Output<Place>;
}

/** Throws an error that lists all failures. */
export function assertValid(type: string, name: string, failures: CheckFailure[]): void {
    if (failures.length > 0) throw new pulumi.RunError(`${type} "${name}":\n${describeFailures(failures)}`);
}

export function placeOf(aws: Aws, parent: pulumi.Resource): pulumi.Output<Place> {
    const opts = { parent };
    return pulumi.output({
        partition: aws.getPartitionOutput({}, opts).partition,
        region: aws.getRegionOutput({}, opts).region,
        account: aws.getCallerIdentityOutput({}, opts).accountId,
    });
}

/** Returns the roles or the profile of an explicit `aws.Provider`; nothing if it names none. */
function credentialsOf(provider: pulumi.ProviderResource | undefined) {
    // The type of `aws.Provider` lacks the roles, which are JSON text.
    const { profile, assumeRoles } = (provider ?? {}) as Record<string, pulumi.Input<string | undefined>>;
    if (profile === undefined && assumeRoles === undefined) return undefined;
    return pulumi.all([profile, assumeRoles]).apply(([name, roles]): Credentials | undefined => {
        const assumed = JSON.parse(roles || "[]") as AssumeRole[];
        if (assumed.length > 0) return { assumeRoles: assumed };
        return name ? { profile: name } : undefined;
    });
}

export interface PolicyOptions {
    region?: pulumi.Input<string> | undefined;
    credentials?: DeepInput<Credentials | undefined>;
}

/** Returns the options of DLM policies, which an explicit `aws.Provider` does not reach: its region and its identity. */
export function policyOptionsOf(
    provider: pulumi.ProviderResource | undefined,
    awsContext: AwsContext | undefined,
    credentials: Credentials | undefined,
): PolicyOptions {
    const where = provider === undefined ? {} : { region: awsContext?.place.region };
    return { ...where, credentials: credentials ?? credentialsOf(provider) };
}

interface RoleSettings {
    name: string;
    rights: (place: Place) => pulumi.Input<PolicyDocument>;
    permissionsBoundary?: pulumi.Input<string>;
}

/** A role for DLM. */
export interface DlmRole {
    /** Resolves after the rights are attached, so that no DLM policy starts without them. */
    arn: pulumi.Output<string>;
    name: pulumi.Output<string>;
}

export function createDlmRole(
    parent: pulumi.Resource,
    { aws, place }: AwsContext,
    settings: RoleSettings,
): DlmRole {
    const { name, rights } = settings;
    const role = new aws.iam.Role(
        name,
        {
            path: rolePath,
            assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("dlm", where))),
            ...boundaryOf(settings),
        },
        { parent },
    );
    const policy = place.apply((where) => pulumi.jsonStringify(rights(where)));
    const attached = new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent });
    return { arn: pulumi.all([role.arn, attached.id]).apply(([arn]) => arn), name: role.id };
}
