/**
 * Contains the parts of components that are made of policies of Data Lifecycle Manager.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { describeFailures, type CheckFailure } from "../../schema/failure";
import type { Aws } from "../aws";
import { boundaryOf, rolePath, trustOf, type Place, type PolicyDocument } from "./iam";

/** `@pulumi/aws`, and the partition, region and account of its provider. */
export interface Surroundings {
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

/** Returns the profile of an explicit `aws.Provider`; nothing if it names none. */
export function profileOf(provider: pulumi.ProviderResource | undefined) {
    const { profile } = (provider ?? {}) as { profile?: pulumi.Output<string | undefined> };
    return profile?.apply((name) => (name === undefined || name === "" ? undefined : { profile: name }));
}

interface RoleSettings {
    name: string;
    rights: (place: Place) => PolicyDocument;
    permissionsBoundary?: pulumi.Input<string>;
}

/** Creates a role for DLM, and returns its ARN. */
export function createDlmRole(
    parent: pulumi.Resource,
    { aws, place }: Surroundings,
    settings: RoleSettings,
): pulumi.Output<string> {
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
    // Resolves after the rights are attached, so that no DLM policy starts without them.
    const attached = new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent });
    return pulumi.all([role.arn, attached.id]).apply(([arn]) => arn);
}
