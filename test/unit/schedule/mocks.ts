/**
 * Registers schedules under Pulumi's mocks, and gives what they register.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach } from "vitest";
import { SnapshotSchedule, type SnapshotScheduleArgs } from "../../../sdk";

export interface Registered {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
}

/** Contains what the programs of a test have registered so far. */
export const registered: Registered[] = [];

/** The identity that the state of a schedule has; undefined if it is new. */
export const state: { identity?: string | undefined } = {};

const calls: Record<string, object> = {
    "aws:index/getRegion:getRegion": { region: "us-east-1" },
    "aws:index/getPartition:getPartition": { partition: "aws" },
    "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
};

beforeEach(async () => {
    registered.splice(0);
    state.identity = undefined;
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                const given = inputs as Record<string, unknown>;
                registered.push({ type, name, inputs: given });
                const { defaultIdentity, identity = state.identity ?? defaultIdentity } = given;
                return {
                    id: `${name}-id`,
                    state: { ...given, identity, arn: `arn:${name}`, name, url: `url:${name}` },
                };
            },
            call: ({ token }) => calls[token]!,
        },
        "project",
        "test",
        false,
        "organization",
    );
    pulumi.runtime.setAllConfig({
        "ebs-snapshots:accounts": '{"audit":111122223333}',
        "aws:region": "us-east-1",
    });
});

/** Until everything is registered; public at run time, though not in the types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

// The mocks of the next test know nothing of what this one registers.
afterEach(() => waitForRPCs());

export const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));

/** Registers a schedule, and returns every child when all outputs are known. */
export async function made(name: string, args: SnapshotScheduleArgs) {
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
    const all = pulumi.output({ policyIds, roleArn, recoveryFunctionArn, plan });
    const outputs = await new Promise((done) => all.apply(done));
    await waitForRPCs();
    const urns = await Promise.all(resources.map(({ urn }) => valueOf(urn)));
    const child = (type: string, of: string) => {
        const [resource, ...others] = registered.filter((one) => one.type === type && one.name === of);
        if (resource === undefined || others.length > 0) throw new Error(`no single ${type} ${of}`);
        return resource.inputs;
    };
    const names = registered.map(({ type, name: of }) => `${type.replace(/^.*[:/]/, "")} ${of}`);
    return { schedule, outputs, child, names, urns };
}

interface Statement {
    Action: string[];
    Resource: string | string[];
    Condition?: Record<string, Record<string, unknown>>;
}

/** The actions that a document allows, and the statement of one. */
export function allowed(inputs: Record<string, unknown>) {
    const { Statement: statements } = JSON.parse(inputs["policy"] as string) as { Statement: Statement[] };
    return {
        actions: statements.flatMap(({ Action }) => Action),
        of: (action: string) => statements.filter(({ Action }) => Action.includes(action)),
    };
}
