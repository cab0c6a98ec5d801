/**
 * Runs the provider in this process, as the host does, against an emulator whose clock advances instead of waiting.
 *
 * @module
 */
import { dynamicProvidersIn, type DynamicProvider } from "../../provider/dynamic/providers";
import type { Clock } from "../../provider/aws/clock";
import { Deployment } from "../../provider/lifecycle/deployment";
import { RunNotes } from "../../provider/lifecycle/run-notes";
import { tokenOf, type resources } from "../../schema/index";
import type { Properties } from "../../schema/values";
import type { Call } from "../emulator/controls";
import type { Emulator } from "../emulator/emulator";
import { PluginDoor } from "./plugin-door";

/** Is the kind of a resource that programs declare. */
export type Kind = keyof typeof resources;

/** Returns the URN of `data`, or of the child `data` of a component: `data in my:index:Site`. */
export function urnOf(kind: Kind, fullName: string): string {
    const [name = "", parent] = fullName.split(" in ");
    const types = [...(parent === undefined ? [] : [parent]), tokenOf(kind)];
    return `urn:pulumi:test::project::${types.join("$")}::${name}`;
}

/** Advances the emulator's clock instead of waiting. */
class EmulatorClock implements Clock {
    #ahead = 0;

    constructor(
        readonly emulator: Emulator,
        /** Is called at the beginning of each wait. */
        readonly onWait: (milliseconds: number) => Promise<void>,
    ) {}

    now(): number {
        return Date.now() + this.#ahead;
    }

    async sleep(milliseconds: number): Promise<void> {
        await this.onWait(milliseconds);
        this.#ahead += milliseconds;
        if (milliseconds > 0) await this.emulator.advance(milliseconds / 1_000);
    }
}

export interface Created {
    id: string;
    inputs: Properties;
    state: Properties;
}

/** Represents one run of the engine. */
export class Door {
    readonly messages: string[] = [];
    readonly clock: EmulatorClock;
    readonly #providers: Readonly<Record<Kind, DynamicProvider>>;
    readonly #deployment: Deployment;
    /** Replaces all of the above in the vitest project "plugin", which runs the same tests. */
    readonly #plugin: PluginDoor | undefined;
    /** Simulates an engine that no longer runs, after which nothing may change. */
    isOrphaned = false;

    constructor(
        readonly emulator: Emulator,
        account = "123456789012",
        {
            config: more = {},
            onWait = () => Promise.resolve(),
            engine,
        }: {
            config?: Record<string, string>;
            onWait?: (milliseconds: number) => Promise<void>;
            /** Is the engine, if its run has other provider processes. */
            engine?: string;
        } = {},
    ) {
        this.clock = new EmulatorClock(emulator, onWait);
        const say = (_urn: string, line: string) => this.messages.push(line);
        const log = {
            status: say,
            info: say,
            warn: say,
            delivered: () => Promise.resolve(),
            exitIfOrphaned: () =>
                this.isOrphaned ? Promise.reject(new Error("the engine is gone")) : Promise.resolve(),
        };
        const notes = new RunNotes(() => engine);
        const deployment = new Deployment({ clock: this.clock }, log, notes);
        const config: Record<string, string> = {
            ...emulator.pulumiConfig(),
            "aws:accessKey": `AKIATEST${account}`,
            "aws:secretKey": "test",
            ...more,
        };
        deployment.configure((key) => config[key]);
        this.#deployment = deployment;
        if (process.env["DOOR"] === "plugin")
            this.#plugin = new PluginDoor(this.clock, log, { config, notes });
        this.#providers = dynamicProvidersIn(deployment);
    }

    provider(kind: Kind): Omit<DynamicProvider, "configure"> {
        return this.#plugin?.provider(kind) ?? this.#providers[kind];
    }

    /** Ends the process as the engine does. */
    release(): Promise<void> {
        return this.#plugin?.release() ?? this.#deployment.end();
    }

    /** Checks and creates a resource. */
    async create(kind: Kind, args: Properties, name = "it"): Promise<Created> {
        const urn = urnOf(kind, name);
        const inputs = await this.#check(kind, {}, { __urn: urn, ...args });
        const { id, outs } = await this.provider(kind).create({ __urn: urn, ...inputs });
        return { id, inputs, state: { __urn: urn, ...outs } };
    }

    /** Compares a resource with other arguments, as a preview does. */
    async diff(kind: Kind, { id, inputs: before, state }: Created, args: Properties) {
        const inputs = await this.#check(kind, before, { __urn: state["__urn"], ...args });
        const diff = await this.provider(kind).diff(id, state, inputs);
        return { inputs, ...diff };
    }

    /**
     * Replaces a resource after a `diff`, as `up` does: it creates the new one. The engine deletes the former one at
     * the end.
     */
    async replace(kind: Kind, former: Created, args: Properties): Promise<Created> {
        const { replaces = [] } = await this.diff(kind, former, args);
        if (replaces.length === 0) throw new Error("nothing is replaced");
        return this.create(kind, args, String(former.state["__urn"]).split("::").at(-1));
    }

    /** Replaces a resource as a taint does: the engine checks the new inputs without the state, and calls no `diff`. */
    async forceReplacement(kind: Kind, former: Created, args: Properties): Promise<Created> {
        await this.#check(kind, former.inputs, { __urn: former.state["__urn"], ...args });
        return this.create(kind, args, String(former.state["__urn"]).split("::").at(-1));
    }

    async #check(kind: Kind, before: Properties, args: Properties): Promise<Properties> {
        const { inputs, failures } = await this.provider(kind).check(before, {
            __organization: "organization",
            ...args,
        });
        if (failures.length > 0) throw new Error(JSON.stringify(failures));
        return inputs;
    }

    /** Updates a resource to inputs that `diff` has returned. */
    async update(kind: Kind, { id, state }: Created, inputs: Properties): Promise<Created> {
        const { outs } = await this.provider(kind).update(id, state, inputs);
        return { id, inputs, state: { __urn: state["__urn"], ...outs } };
    }

    read(kind: Kind, { id, state }: { id: string; state: Properties }) {
        return this.provider(kind).read(id, state);
    }

    delete(kind: Kind, { id, state }: { id: string; state: Properties }): Promise<void> {
        return this.provider(kind).delete(id, state);
    }

    /** Returns, for each call of an action, the code of its error or "ok". */
    async outcomes(action: string): Promise<string[]> {
        const calls = await this.emulator.calls((call: Call) => call.action === action);
        return calls.map(({ error }) => error ?? "ok");
    }
}

export async function failure(work: Promise<unknown>): Promise<string> {
    return work.then(
        () => {
            throw new Error("this was to fail");
        },
        (error: unknown) => (error as Error).message,
    );
}
