// Evaluates requests against IAM documents, as IAM does.

import { runSimulation, runUnsafeSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import { expect } from "vitest";

export const own = "123456789012";
export const snapshot = "arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0";

/** Describes a request. */
export interface IamRequest {
    principal: string;
    action: string;
    on?: string;
    context?: Record<string, string | string[]>;
    /** Is the owner of the resource, if it is another account. */
    owner?: string;
}

/** Contains the documents that apply to the request. */
export type Attached = Pick<
    Simulation,
    "identityPolicies" | "serviceControlPolicies" | "permissionBoundaryPolicies" | "resourcePolicy"
>;

/** Is the key policy that delegates its use to IAM, as the console writes it. */
export const keyPolicy = {
    Version: "2012-10-17",
    Statement: [
        { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${own}:root` }, Action: "kms:*", Resource: "*" },
    ],
};

export async function allows(
    attached: Partial<Attached>,
    { principal, action, on = snapshot, context = {}, owner = own }: IamRequest,
) {
    const simulation: Simulation = {
        identityPolicies: [],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(action.startsWith("kms:") ? { resourcePolicy: keyPolicy } : {}),
        ...attached,
        request: {
            principal,
            action,
            resource: { resource: on, accountId: owner },
            contextVariables: { "aws:PrincipalArn": principal, ...context },
        },
    };
    const answer = await runSimulation(simulation, {});
    if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
    // The simulation would ignore a key that the action does not have, and evaluate another request.
    if (answer.resultType === "single") expect(answer.result.ignoredContextKeys).toEqual([]);
    // AWS documents some keys with one value, and the simulation ignores all but the first of several.
    const hasSeveral = Object.values(context).some((value) => Array.isArray(value) && value.length > 1);
    if (!hasSeveral) return answer.overallResult === "Allowed";
    return runUnsafeSimulation(simulation, {}) === "Allowed";
}

export const named = (policy: unknown) => [{ name: "policy", policy }];
