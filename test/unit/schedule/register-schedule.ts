/**
 * Registers schedules with Pulumi's mocks, and returns their registrations.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach } from "vitest";
import { SnapshotSchedule, type SnapshotScheduleArgs } from "../../../sdk";
import { mockEngine, registeredNames, valueOf, waitForRPCs } from "../pulumi-mocks";

/** The identity in the state of a schedule; undefined if it is new. */
export const state: { identity?: string | undefined } = {};

beforeEach(async () => {
    state.identity = undefined;
    await mockEngine(({ name, inputs }) => {
        const { defaultIdentity, identity = state.identity ?? defaultIdentity } = inputs;
        return { identity, arn: `arn:${name}`, name, url: `url:${name}` };
    });
    pulumi.runtime.setAllConfig({
        "ebs-snapshots:accounts": '{"audit":111122223333}',
        "aws:region": "us-east-1",
    });
});

// The mocks of the next test do not contain the registrations of this one.
afterEach(() => waitForRPCs());

/** Registers a schedule, and returns every child when all outputs are known. */
export async function registerSchedule(name: string, args: SnapshotScheduleArgs) {
    const resources: pulumi.Resource[] = [];
    const opts: pulumi.ComponentResourceOptions = {
        transformations: [
            ({ resource }) => {
                resources.push(resource);
                return undefined;
            },
        ],
    };
    const schedule = new SnapshotSchedule(name, args, opts);
    const { policyIds, roleArn, recoveryFunctionArn, plan } = schedule;
    const outputs = await valueOf(pulumi.output({ policyIds, roleArn, recoveryFunctionArn, plan }));
    await waitForRPCs();
    const urns = await Promise.all(resources.map(({ urn }) => valueOf(urn)));
    return { schedule, outputs, names: registeredNames(), urns };
}

interface Statement {
    Action: string[];
    Resource: string | string[];
    Condition?: Record<string, Record<string, unknown>>;
}

/** Returns the actions that a document allows, and a function that returns the statements of an action. */
export function allowed(inputs: Record<string, unknown>) {
    const { Statement: statements } = JSON.parse(inputs["policy"] as string) as { Statement: Statement[] };
    return {
        actions: statements.flatMap(({ Action }) => Action),
        of: (action: string) => statements.filter(({ Action }) => Action.includes(action)),
    };
}
