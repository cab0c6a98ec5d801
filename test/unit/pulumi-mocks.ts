/**
 * Replaces the engine with Pulumi's mocks, and keeps the registrations of a test's programs.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";

export interface Registration {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

/** Contains the registrations since the mocks were set. */
export const registrations: Registration[] = [];

/** Waits until everything is registered; public at run time, though not in the types. */
export const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

export const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

const functionResults: Record<string, object> = {
    "aws:index/getRegion:getRegion": { region: "us-east-1" },
    "aws:index/getPartition:getPartition": { partition: "aws" },
    "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
};

/** Sets the mocks; the state of a resource contains its inputs and these outputs. */
export async function mockEngine(
    outputsOf: (registration: Registration) => object = () => ({}),
): Promise<void> {
    registrations.splice(0);
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                const registration = { type, name, inputs: inputs as Record<string, unknown> };
                registrations.push(registration);
                return {
                    id: `${name}-id`,
                    state: { ...registration.inputs, ...outputsOf(registration) },
                };
            },
            call: ({ token, inputs }) => functionResults[token] ?? (inputs as object),
        },
        "project",
        "test",
        false,
        "organization",
    );
}

/** Returns the inputs of the one resource of this name whose type ends so. */
export function inputsOf(type: string, name: string): Record<string, unknown> {
    const [registration, ...others] = registrations.filter(
        (registration) => registration.type.endsWith(type) && registration.name === name,
    );
    if (registration === undefined || others.length > 0) throw new Error(`no single ${type} ${name}`);
    return registration.inputs;
}

/** Lists the resources, each by the last part of its type and its name. */
export function registeredNames(): string[] {
    return registrations.map(({ type, name }) => `${type.replace(/^.*[:/]/, "")} ${name}`);
}
