/**
 * Implements a provider instance: it calls the lifecycles in the terms of Pulumi's provider protocol, as plain data, which
 * `server.ts` sends and receives.
 *
 * @module
 */
import { misspelledKey } from "../../schema/configuration-keys";
import { readConfiguration } from "../../schema/configuration";
import { ConfigError, type ReadKey } from "../../schema/configuration-values";
import type { ReportedFailure } from "../../schema/failure";
import { forwardTo } from "../../schema/forward";
import { keysOf } from "../../schema/index";
import { equal, hasUnknown, type Properties, UNKNOWN, without } from "../../schema/values";
import type { ClientDependencies } from "../aws/client";
import type { LifecycleContext, State } from "../lifecycle/context";
import type { EngineLog } from "../lifecycle/engine-log";
import { InitializationError, messageOf } from "../lifecycle/failure";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { RunNotes } from "../lifecycle/run-notes";
import { withDeclaredInputs } from "../lifecycle/state";
import { lifecyclesIn, type Lifecycles } from "../resources/index";
import { decode, encodeInputs, encodeState } from "../wire/metadata";
import { nameOf, seconds, withTimeout, type Call, type Change, type Timed } from "./call";
import { CancellableClock } from "./clock";
import { configurationReader, withPluginKeys } from "./configuration";
import { InstanceDeployment } from "./deployment";
import { detailedDiff, type DetailedDiff } from "./diff";
import { InitializationFailure } from "./errors";
import { previewOfCreate, previewOfUpdate } from "./preview";
import { functions, lastPart } from "./functions";
import { markSecrets, receive, secretNames, type Path, type Received } from "./values";

export class ProviderInstance {
    readonly #deployment: InstanceDeployment;
    readonly #lifecycles: Lifecycles;
    readonly #stack: Properties;
    /** Contains the resources that this run imports: for them, the engine asks only whether the inputs differ. */
    readonly #imported = new Set<string>();
    #read: ReadKey = () => undefined;
    #isDefaultTagsSecret = false;

    constructor(
        stack: Properties = {},
        dependencies: Omit<ClientDependencies, "clock"> & { clock?: CancellableClock } = {},
        { log, notes }: { log?: EngineLog | undefined; notes?: RunNotes | undefined } = {},
    ) {
        const { clock = new CancellableClock(), ...others } = dependencies;
        this.#stack = stack;
        this.#deployment = new InstanceDeployment(clock, others, { log, notes });
        this.#lifecycles = lifecyclesIn(this.#deployment);
    }

    /** Returns the failures of the configuration; there is none while a value is unknown. */
    checkConfig(wire: Properties): ReportedFailure[] {
        const { properties } = receive(wire);
        if (hasUnknown(properties)) return [];
        try {
            const names = Object.keys({ ...this.#stack, ...properties });
            const misspelled = misspelledKey(names.map((name) => `ebs-snapshots:${name}`));
            if (misspelled !== undefined) throw misspelled;
            readConfiguration(configurationReader(properties, this.#stack));
            return [];
        } catch (error) {
            if (!(error instanceof ConfigError)) throw error;
            return [{ property: error.key.replace(/^.*:/, ""), reason: error.reason }];
        }
    }

    /** Reports whether the configuration has changed. The provider is never replaced, so that no resource is. */
    diffConfig(urn: string, { before, after }: { before: Properties; after: Properties }): boolean {
        const [old, next] = [receive(before).properties, receive(after).properties];
        const [from, to] = [old["region"], next["region"]];
        const isKnown = [from, to].every((region) => typeof region === "string" && region !== UNKNOWN);
        // A provider that was just created has no region before.
        if (isKnown && from !== to)
            this.#deployment.log.warn(
                urn,
                `the region changes from ${String(from)} to ${String(to)}; existing resources stay in their Regions.`,
            );
        return !equal(old, next);
    }

    configure(wire: Properties): void {
        const { properties, secrets } = receive(wire);
        this.#read = configurationReader(properties, this.#stack);
        this.#isDefaultTagsSecret = secretNames(secrets).includes("defaultTags");
        this.#deployment.configure(this.#read);
    }

    async check(call: Call, wire: { olds: Properties; news: Properties }) {
        const [olds, news] = [receive(wire.olds), receive(wire.news)];
        const context = this.#context(call, olds, news);
        const { inputs, failures } = await this.#lifecycle(call).check(
            context,
            decode(olds.properties),
            news.properties,
        );
        return {
            inputs: markSecrets(encodeInputs(inputs, {}), news.secrets),
            failures: failures.map((one) => ({ ...one, reason: withPluginKeys(one.reason) })),
        };
    }

    /** `before` contains the inputs in the state. */
    async diff(call: Change, before: Properties): Promise<DetailedDiff> {
        const [state, inputs] = [receive(call.state), receive(call.inputs)];
        const context = {
            ...this.#context(call, state, inputs),
            newSecrets: without(secretNames(inputs.secrets), secretNames(state.secrets)),
        };
        const declared = decode(inputs.properties).properties;
        const facts = await this.#lifecycle(call).diff(context, {
            id: call.id,
            state: decode(state.properties),
            inputs: declared,
        });
        const { pending, ...others } = facts;
        return detailedDiff(
            this.#imported.delete(call.urn) ? { ...others, pending: undefined } : facts,
            receive(before).properties,
            declared,
        );
    }

    async create(call: Call & Timed, wire: Properties) {
        const inputs = receive(wire);
        const given = decode(inputs.properties);
        if (call.isPreview) {
            const known = previewOfCreate(keysOf(nameOf(call)), given.properties);
            return { id: "", properties: markSecrets(known, inputs.secrets) };
        }
        const { timed, restore } = withTimeout(call, given);
        const encode = (state: State) => encodeOutputs(call, restore(state), inputs.secrets);
        const work = this.#lifecycle(call).create(this.#context(call, inputs), timed);
        const { id, state } = await this.#failing(encode, work);
        return { id, properties: encode(state) };
    }

    async read({ id, ...call }: Omit<Change, "inputs">) {
        const before = receive(call.state);
        const context = this.#context(call, before);
        const lifecycle = this.#lifecycle(call);
        const isImport = Object.keys(before.properties).length === 0;
        const found = isImport
            ? await lifecycle.import(context, id)
            : await lifecycle
                  .read(context, id, decode(before.properties))
                  .then((read) => read && { id, ...read });
        if (found === undefined) return undefined;
        if (isImport) this.#imported.add(call.urn);
        const inputs = { properties: found.inputs, metadata: found.state.metadata };
        return {
            id: found.id,
            properties: encodeOutputs(call, found.state, before.secrets),
            inputs: markSecrets(encodeInputs(inputs, {}), existing(before.secrets, found.inputs)),
        };
    }

    async update(call: Change & Timed) {
        const [state, inputs] = [receive(call.state), receive(call.inputs)];
        const [stored, given] = [decode(state.properties), decode(inputs.properties)];
        if (call.isPreview) {
            const known = previewOfUpdate(keysOf(nameOf(call)), {
                state: stored.properties,
                before: withDeclaredInputs(stored),
                inputs: given.properties,
            });
            return markSecrets(known, [...inputs.secrets, ...existing(state.secrets, known)]);
        }
        const { timed, restore } = withTimeout(call, given);
        const encode = (after: State, secrets: Path[]) =>
            encodeOutputs(call, restore(after), existing(secrets, after.properties));
        const context = this.#context(call, state, inputs);
        const work = this.#lifecycle(call).update(context, { id: call.id, state: stored, inputs: timed });
        // After a failure, the state still contains what was secret before.
        const encodeFailed = (former: State) => encode(former, [...state.secrets, ...inputs.secrets]);
        return encode(await this.#failing(encodeFailed, work), inputs.secrets);
    }

    delete(call: Omit<Change, "inputs"> & { timeout: number }): Promise<void> {
        const state = receive(call.state);
        const { properties, metadata } = decode(state.properties);
        const timeout = call.timeout > 0 ? { timeout: seconds(call.timeout) } : {};
        return this.#lifecycle(call).delete(this.#context(call, state), call.id, {
            properties: { ...properties, ...timeout },
            metadata,
        });
    }

    async invoke(token: string, wire: Properties): Promise<Properties> {
        const call = functions[lastPart(token)];
        if (call === undefined) throw new Error(`there is no function ${token}`);
        const { properties, secrets } = receive(wire);
        const context = { secrets: secretNames(secrets), signal: this.#deployment.clock.signal };
        const result: Properties = { ...(await call(this.#read, properties, context)) };
        return secrets.length === 0
            ? result
            : markSecrets(
                  result,
                  Object.keys(result).map((key) => [key]),
              );
    }

    /** Ends every wait immediately; existing resources keep their id in the state. */
    cancel(): void {
        this.#deployment.clock.cancel();
    }

    end(): Promise<void> {
        return this.#deployment.end();
    }

    #lifecycle(call: Call): Lifecycle {
        return this.#lifecycles[nameOf(call)];
    }

    /** A value that was secret before must appear in no message either. */
    #context({ urn }: Call, ...received: Received[]): LifecycleContext {
        const secrets = received.flatMap((one) => secretNames(one.secrets));
        if (this.#isDefaultTagsSecret) secrets.push("tags");
        return {
            urn,
            organization: this.#read("ebs-snapshots:organization") ?? "organization",
            secrets: [...new Set(secrets)],
            // The engine applies this option itself, and does not pass it to providers.
            replaceOnChanges: [],
        };
    }

    async #failing<T>(encode: (state: State) => Properties, work: Promise<T>): Promise<T> {
        try {
            return await work;
        } catch (error) {
            if (!(error instanceof InitializationError)) throw error;
            const message = this.#deployment.clock.isCancelled
                ? `the run was cancelled while ${error.id} was still in progress. Run \`pulumi up\` to continue waiting.`
                : messageOf(error);
            throw new InitializationFailure(message, error.id, encode(error.state));
        }
    }
}

/** Encodes a state so that the dynamic-provider host can delete and refresh the resource after a change of door. */
function encodeOutputs(call: Call, state: State, secrets: Path[]): Properties {
    return markSecrets(encodeState(state, { __provider: forwardTo(nameOf(call)) }), secrets);
}

/** Returns the paths of the secrets whose property exists. */
function existing(secrets: Path[], properties: Properties): Path[] {
    return secrets.filter(([name]) => Object.hasOwn(properties, String(name)));
}
