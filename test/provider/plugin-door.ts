/**
 * Runs the plugin in the test's own process with the interface of the dynamic provider, so that both share the tests.
 *
 * @module
 */
import type { Clock } from "../../provider/aws/clock";
import type { dynamicProvider } from "../../provider/dynamic/provider";
import type { EngineLog } from "../../provider/lifecycle/engine-log";
import type { RunNotes } from "../../provider/lifecycle/run-notes";
import { CancellableClock } from "../../provider/plugin/clock";
import { ProviderInstance } from "../../provider/plugin/provider";
import { markSecrets } from "../../provider/plugin/values";
import { pluginTokenOf, tokenOf, type resources } from "../../schema/index";
import { textsIn, type Properties } from "../../schema/values";

type DynamicProvider = Omit<ReturnType<typeof dynamicProvider>, "configure">;

export class PluginDoor {
    readonly #instance: ProviderInstance;

    constructor(
        clock: Clock,
        log: EngineLog,
        { config, notes }: { config: Record<string, string>; notes?: RunNotes },
    ) {
        this.#instance = new ProviderInstance({}, { clock: new CancellableClock(clock) }, { log, notes });
        const names = Object.entries(config).map(([key, value]) => [key.replace(/^.*:/, ""), value] as const);
        this.#instance.configure(Object.fromEntries(names));
    }

    release(): Promise<void> {
        return this.#instance.end();
    }

    provider(name: keyof typeof resources): DynamicProvider {
        const instance = this.#instance;
        const type = pluginTokenOf(name);
        const untimed = { timeout: 0, isPreview: false };
        /** Returns the URN and type, which the plugin receives separately from the properties. */
        const callOf = (wire: Properties) => ({
            urn: typeof wire["__urn"] === "string" ? wire["__urn"].replace(tokenOf(name), type) : "",
            type,
        });
        const from = (call: Properties) => (properties: Properties) => ({
            ...onTheWire(properties),
            ...separateProperties(call),
        });
        return {
            check: async (olds, news) => {
                const wire = { olds: toWire(olds), news: toWire(news) };
                const { inputs, failures } = await instance.check(callOf(news), wire);
                return { inputs: from(news)(inputs), failures };
            },
            diff: async (id, state, inputs) => {
                const call = { ...callOf(inputs), id, state: toWire(state), inputs: toWire(inputs) };
                const { isChanged, replaces, isDeletedFirst } = await instance.diff(call, toWire(inputs));
                return {
                    changes: isChanged,
                    ...(replaces.length > 0 && { replaces }),
                    ...(isDeletedFirst === true && { deleteBeforeReplace: true }),
                };
            },
            create: async (inputs) => {
                const work = instance.create({ ...callOf(inputs), ...untimed }, toWire(inputs));
                const { id, properties } = await withSeparateProperties(inputs, work);
                return { id, outs: from(inputs)(properties) };
            },
            read: async (id, known) => {
                const state = known ?? {};
                const found = await instance.read({ ...callOf(state), id, state: toWire(state) });
                if (found === undefined) return {};
                const { properties, inputs } = found;
                return { id: found.id, props: from(state)(properties), inputs: from(state)(inputs) };
            },
            update: async (id, state, inputs) => {
                const change = { id, state: toWire(state), inputs: toWire(inputs) };
                const work = instance.update({ ...callOf(inputs), ...change, ...untimed });
                return { outs: from(inputs)(await withSeparateProperties(inputs, work)) };
            },
            delete: (id, state) =>
                instance.delete({ ...callOf(state), id, state: toWire(state), timeout: 0 }),
        };
    }
}

const separateKeys = ["__urn", "__organization", "__secrets", "__replaceOnChanges"];

/** Returns the properties that the dynamic provider has and the plugin receives separately. */
function separateProperties(wire: Properties): Properties {
    return Object.fromEntries(separateKeys.filter((key) => key in wire).map((key) => [key, wire[key]]));
}

/** Returns properties as the engine sends them: without those keys, with marks of secrets. */
function toWire(wire: Properties): Properties {
    const entries = Object.entries(wire).filter(([key]) => !separateKeys.includes(key));
    const secrets = textsIn(wire["__secrets"]).filter((key) => key in wire);
    const places = secrets.map((key) => [key]);
    return onTheWire(markSecrets(Object.fromEntries(entries), places));
}

/** Returns properties as the receiver gets them: the protocol has no `undefined`. */
export function onTheWire(properties: Properties): Properties {
    return JSON.parse(JSON.stringify(properties)) as Properties;
}

/** Adds those keys to the state in a failure. */
async function withSeparateProperties<T>(wire: Properties, work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        const { properties } = error as { properties?: Properties };
        if (properties !== undefined)
            Object.assign(error as object, {
                properties: { ...onTheWire(properties), ...separateProperties(wire) },
            });
        throw error;
    }
}
