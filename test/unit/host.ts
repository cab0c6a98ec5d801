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
    // Tests count what is asked of EC2; `credentials.test.ts` is about who asks.
    "aws:skipCredentialsValidation": "true",
    "aws:sharedCredentialsFiles": JSON.stringify([join(__dirname, "profiles.ini")]),
};

/** A resource, by default `Snapshot`, as the engine's host runs it, with HTTP and the clock in the test's hands. */
export class Host {
    readonly clock = new HandClock();
    readonly wire: Wire;
    readonly messages: string[] = [];
    readonly lifecycle: DynamicProvider;

    constructor(
        config: Record<string, string> = baseConfig,
        answering: Answering = unexpected,
        resource: ResourceName = "Snapshot",
        /** The state of a resource without pending work. */
        readonly settledState: Properties = { snapshotId: "snap-1", state: "completed" },
    ) {
        this.wire = new Wire(answering);
        const say = (kind: string) => (_urn: string, line: string) => {
            this.messages.push(`${kind}: ${line}`);
        };
        const voice = {
            status: say("status"),
            info: say("info"),
            warn: say("warn"),
            exitIfOrphaned: () => Promise.resolve(),
        };
        const run = new Deployment({ clock: this.clock, requestHandler: this.wire.requestHandler }, voice);
        run.configure((key) => config[key]);
        this.lifecycle = dynamicProvidersIn(run)[resource];
    }

    check(news: Properties, olds: Properties = {}) {
        return this.clock.until(this.lifecycle.check(olds, { __urn: urn, ...news }));
    }

    /** The failures of a check, as people read them. */
    async failures(news: Properties, olds: Properties = {}): Promise<string[]> {
        const { failures } = await this.check(news, olds);
        // Of a secret property and of a nested one, the reason says the place.
        return failures.map(({ property, reason }) =>
            property === "" || reason.startsWith(property) ? reason : `${property} ${reason}`,
        );
    }

    /** Returns the effect of a change of the inputs on a state as `create` returns it. */
    async diff(before: Properties, after: Properties, outputs: Properties = {}) {
        // Without an answer of the provider, the engine compares the inputs.
        return { changes: !equal(before, after), ...(await this.answer(before, after, outputs)) };
    }

    /** The same, as the engine is told. */
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
