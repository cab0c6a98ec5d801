import { join } from "node:path";
import { dynamicProvidersIn, type DynamicProvider } from "../../provider/dynamic/providers";
import { Deployment } from "../../provider/lifecycle/deployment";
import { equal, type Properties } from "../../schema/values";
import type { ResourceName } from "../../schema/index";
import { HandClock } from "./clock";
import { Wire, type Answering } from "./wire";

export const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/ebs:Snapshot::nightly";

export const baseConfig = {
    "aws:region": "us-east-1",
    "aws:accessKey": "AKIATEST123456789012",
    "aws:secretKey": "test",
    // Tests count the calls to EC2; `credentials.test.ts` tests the validation of credentials.
    "aws:skipCredentialsValidation": "true",
    "aws:sharedCredentialsFiles": JSON.stringify([join(__dirname, "profiles.ini")]),
};

/** Runs a resource, by default `Snapshot`, as the engine's host does, with simulated HTTP and clock. */
export class Host {
    readonly clock = new HandClock();
    readonly wire: Wire;
    readonly messages: string[] = [];
    /** Waits until the engine has received all messages. */
    delivered = () => Promise.resolve();
    readonly lifecycle: DynamicProvider;

    constructor(
        config: Record<string, string> = baseConfig,
        answering: Answering = unexpected,
        resource: ResourceName = "Snapshot",
        /** Is the state of a resource without pending work. */
        readonly settledState: Properties = { snapshotId: "snap-1", state: "completed" },
    ) {
        this.wire = new Wire(answering);
        const say = (kind: string) => (_urn: string, line: string) => {
            this.messages.push(`${kind}: ${line}`);
        };
        const engineLog = {
            status: say("status"),
            info: say("info"),
            warn: say("warn"),
            delivered: () => this.delivered(),
            exitIfOrphaned: () => Promise.resolve(),
        };
        const run = new Deployment(
            { clock: this.clock, requestHandler: this.wire.requestHandler },
            engineLog,
        );
        run.configure((key) => config[key]);
        this.lifecycle = dynamicProvidersIn(run)[resource];
    }

    check(news: Properties, olds: Properties = {}) {
        return this.clock.until(this.lifecycle.check(olds, { __urn: urn, ...news }));
    }

    /** Returns the failures of a check as messages. */
    async failures(news: Properties, olds: Properties = {}): Promise<string[]> {
        const { failures } = await this.check(news, olds);
        // For a secret or nested property, the reason contains the path.
        return failures.map(({ property, reason }) =>
            property === "" || reason.startsWith(property) ? reason : `${property} ${reason}`,
        );
    }

    /** Returns the effect of a change of the inputs on a state as `create` returns it. */
    async diff(before: Properties, after: Properties, outputs: Properties = {}) {
        // If the provider returns no decision, the engine compares the inputs.
        return { changes: !equal(before, after), ...(await this.answer(before, after, outputs)) };
    }

    /** Returns the diff as the engine receives it. */
    async answer(before: Properties, after: Properties, outputs: Properties = {}) {
        const { inputs: old } = await this.check(before);
        const { inputs } = await this.check(after, old);
        const state = { ...old, ...this.settledState, ...outputs };
        return this.clock.until(this.lifecycle.diff("snap-1", state, inputs)) as Promise<{
            changes?: boolean;
            replaces?: string[];
        }>;
    }
}

function unexpected(): never {
    throw new Error("nothing is to be asked of EC2 here");
}
