/**
 * From a resource's rules and acts to what the engine calls: check, diff, create, read, update, delete. Once, for every
 * resource.
 *
 * @module
 */
import type { Cloud } from "./ec2/cloud";
import { ConfigError, type Configuration } from "./ec2/config";
import { configuredRegion } from "./ec2/region";
import { declaredTags, managedKeys } from "./ec2/tags";
import { placementRules, type Placement } from "./placement";
import {
    changedProperties,
    checkProperties,
    equal,
    inputsOf,
    type CheckFailure,
    type Properties,
    type Rule,
    type Rules,
} from "./rules";
import type { Live, Run } from "./run";

/** What an act works with: one resource's region and identity, and a voice beside it at the terminal. */
export interface Act {
    readonly cloud: Cloud;
    readonly configuration: Configuration;
    status(line: string): void;
    info(line: string): void;
}

/** Acts observe, ensure, and give what was observed (`Seen`); the lifecycle turns that into state. */
export interface Resource<Inputs extends object, Outputs extends object, Seen> {
    /** How messages call one that has these inputs: `snapshot of volume vol-1`. */
    describe: (inputs: Inputs) => string;
    rules: Rules<Inputs>;
    /** What rules of single properties cannot say. */
    check?: (inputs: Properties, configuration: Configuration) => CheckFailure[];
    /** What follows from the state itself or the configuration: a job not done, a default tag that is missing. */
    pending?: (
        state: Properties,
        inputs: Properties,
        configuration: Configuration,
    ) => "update" | "replace" | undefined;
    /** What a replacement does to the one that is there: what a reviewer must know. */
    warnReplacing?: (id: string, state: Partial<Inputs & Outputs>, inputs: Partial<Inputs>) => string;
    /** Outputs that are secret if any declared tag is. */
    secretWithTags?: readonly (keyof Outputs & string)[];

    /** Makes it, and returns as soon as it has an id: from there on every failure carries that id. */
    make: (act: Act, inputs: Inputs) => Promise<{ id: string; seen: Seen }>;
    look: (act: Act, id: string) => Promise<Seen | undefined>;
    /** Brings what was seen to what is declared. */
    change: (act: Act, id: string, seen: Seen, inputs: Inputs, state: Properties) => Promise<Seen>;
    /** Waits until it is as wanted. A failure may tell what was seen at last (`WaitError`). */
    finish: (act: Act, id: string, seen: Seen, inputs: Inputs) => Promise<Seen>;
    /** Deletes it; that it is gone already is success. Gives whether there was something to delete. */
    remove: (act: Act, id: string, state: Inputs & Outputs) => Promise<"removed" | "gone">;
    /** Whether one that has been replaced stays in the account; may wait for, or refuse because of, its successor. */
    replaced?: (act: Act, id: string, state: Inputs & Outputs, successor: Live) => Promise<"delete" | "keep">;

    owner: (seen: Seen) => string | undefined;
    outputs: (act: Act, id: string, seen: Seen) => Promise<Outputs>;
    /** The declared inputs as EC2 shows them: drift. */
    observe?: (act: Act, inputs: Properties, seen: Seen) => Properties;
}

/** Leaves the resource in the state although the act failed: the engine shows `reasons`, and updates it next time. */
class InitializationError extends Error {
    override readonly name = "InitializationError";
    readonly reasons: string[];

    constructor(
        message: string,
        readonly id: string,
        readonly properties: Properties,
    ) {
        super(message);
        this.reasons = [message];
    }
}

export function lifecycle<Inputs extends object, Outputs extends object, Seen>(
    resource: Resource<Inputs, Outputs, Seen>,
    run: Run,
) {
    type State = Inputs & Outputs;
    const rules = { ...placementRules, ...resource.rules } as Record<string, Rule>;

    return {
        configure(request: { config: { get: (key: string) => string | undefined } }): Promise<void> {
            run.configure((key) => request.config.get(key));
            return Promise.resolve();
        },

        async check(olds: Properties, news: Properties) {
            try {
                const inputs = await completed(olds, news);
                const failures = checkProperties(rules, inputs);
                if (failures.length === 0)
                    failures.push(...(resource.check?.(inputs, run.configuration) ?? []));
                return { inputs, failures };
            } catch (error) {
                if (!(error instanceof ConfigError)) throw error;
                return { inputs: news, failures: [{ property: "region", reason: error.message }] };
            }
        },

        diff(id: string, state: Properties, inputs: Properties) {
            const changed = changedProperties(rules, state, inputs).filter(
                ({ effect }) => effect !== "nothing",
            );
            const replaces = changed
                .filter(({ effect }) => effect === "replace")
                .map(({ property }) => property);
            const pending = resource.pending?.(state, inputs, run.configuration);
            if (pending === "replace") replaces.push("state");
            const asked = changed.some(({ property }) => isAmong(inputs["__replaceOnChanges"], property));
            const replaced = asked || replaces.length > 0;
            run.stands(urnOf(inputs), { id, inputs, replaced });
            if (replaced && resource.warnReplacing !== undefined) {
                const warning = resource.warnReplacing(
                    id,
                    state as Partial<State>,
                    inputs as Partial<Inputs>,
                );
                run.voice.warn(urnOf(inputs), warning);
            }
            if (replaces.length > 0) return Promise.resolve({ changes: true, replaces });
            // The engine heeds `replaceOnChanges` only if it is left to find the difference of the inputs by itself.
            if (asked) return Promise.resolve({});
            return Promise.resolve({ changes: changed.length > 0 || pending === "update" });
        },

        async create(inputs: Properties) {
            const declared = inputs as Inputs;
            const act = actFor(inputs);
            const { id, seen } = await telling(
                `creating ${resource.describe(declared)}`,
                resource.make(act, declared),
            );
            run.stands(urnOf(inputs), { id, inputs });
            return { id, outs: await finished(act, id, seen, inputs) };
        },

        async read(id: string, state: Properties = {}) {
            const act = actFor(state);
            const what = `reading ${named(id, state)}`;
            const seen = await telling(what, resource.look(act, id));
            if (seen === undefined) {
                await telling(what, sameAccount(act, state));
                return {};
            }
            sameOwner(what, seen, state);
            const declared = inputsOf(rules, state);
            const inputs = resource.observe?.(act, declared, seen) ?? declared;
            return { id, props: await stateOf(act, id, seen, inputs, managedKeys(state)), inputs };
        },

        async update(id: string, state: Properties, inputs: Properties) {
            const act = actFor(inputs);
            const what = `updating ${named(id, inputs)}`;
            let seen: Seen;
            try {
                if (!equal(state["credentials"], inputs["credentials"])) await sameAccount(act, state);
                const found = await resource.look(act, id);
                if (found === undefined) {
                    await sameAccount(act, state);
                    throw new Error(
                        "it does not exist any more; run `pulumi refresh`, and the next up makes it anew",
                    );
                }
                sameOwner(what, found, state);
                seen = await resource.change(act, id, found, inputs as Inputs, state);
            } catch (error) {
                throw new InitializationError(`${what}: ${messageOf(error)}`, id, marked(state));
            }
            return { outs: await finished(act, id, seen, inputs) };
        },

        async delete(id: string, state: Properties) {
            const act = actFor(state);
            const what = `deleting ${named(id, state)}`;
            const successor = run.successorOf(urnOf(state), id);
            await telling(
                what,
                (async () => {
                    if (successor !== undefined && resource.replaced !== undefined) {
                        const decision = await resource.replaced(
                            actFor(successor.inputs),
                            id,
                            state as State,
                            successor,
                        );
                        if (decision === "keep") return;
                    }
                    if ((await resource.remove(act, id, state as State)) === "gone")
                        await sameAccount(act, state);
                })(),
            );
        },
    };

    /** The inputs with what is filled in for the user: the region, and the name. */
    async function completed(olds: Properties, news: Properties): Promise<Properties> {
        const { aws } = run.configuration;
        const inputs = { ...news };
        const profile = (news["credentials"] as { profile?: string } | undefined)?.profile;
        const region =
            news["region"] ??
            run.keepRegion(urnOf(news), olds["region"] as string | undefined) ??
            (await configuredRegion(aws, profile));
        if (region === undefined)
            throw new ConfigError("aws:region", "is required: set it, or give `region`");
        inputs["region"] = region;
        if ("name" in rules && news["name"] === undefined) {
            // A name that was given by default stays when the resource is renamed with an alias.
            inputs["__defaultName"] = olds["__defaultName"] ?? nameOf(urnOf(news));
            inputs["name"] = inputs["__defaultName"];
        }
        return inputs;
    }

    function actFor(inputs: Properties): Act {
        const { region, credentials } = inputs as unknown as Placement & { region: string };
        const urn = urnOf(inputs);
        return {
            cloud: run.cloud(region, credentials),
            configuration: run.configuration,
            status: (line) => {
                run.voice.status(urn, line);
            },
            info: (line) => {
                run.voice.info(urn, line);
            },
        };
    }

    /** Waits for what is made or changed; a failure keeps it in the state. */
    async function finished(act: Act, id: string, seen: Seen, inputs: Properties): Promise<Properties> {
        const managed = managedTags(inputs);
        try {
            return await stateOf(
                act,
                id,
                await resource.finish(act, id, seen, inputs as Inputs),
                inputs,
                managed,
            );
        } catch (error) {
            const last = (error as { seen?: Seen }).seen ?? seen;
            const properties = await stateOf(act, id, last, inputs, managed);
            throw new InitializationError(
                `waiting for ${named(id, inputs)}: ${messageOf(error)}`,
                id,
                properties,
            );
        }
    }

    /** Everything that the state holds: the inputs as they were given, and what was observed. */
    async function stateOf(act: Act, id: string, seen: Seen, inputs: Properties, tagKeys: string[]) {
        const outputs = await resource.outputs(act, id, seen);
        return marked({ ...inputs, ...outputs, ...(tagKeys.length === 0 ? {} : { __tagKeys: tagKeys }) });
    }

    /** Marks as secret what derives from a secret; the host marks only outputs of the same key as a secret input. */
    function marked(state: Properties): Properties {
        if (state["__secretTags"] !== true) return state;
        const secret = (resource.secretWithTags ?? []).filter((key) => state[key] !== undefined);
        return { ...state, ...Object.fromEntries(secret.map((key) => [key, secretValue(state[key])])) };
    }

    function managedTags(inputs: Properties): string[] {
        return "tags" in rules ? Object.keys(declaredTags(inputs, run.configuration)) : [];
    }

    function named(id: string, inputs: Properties): string {
        const [noun, ...rest] = resource.describe(inputs as Inputs).split(" ");
        return [noun, id, ...rest].join(" ");
    }

    /** Before something counts as gone, it must be sure that it was looked for in its own account. */
    async function sameAccount(act: Act, state: Properties): Promise<void> {
        const owner = state["ownerId"];
        if (typeof owner !== "string" || act.cloud.identityUnknown) return;
        const account = await act.cloud.account();
        if (account !== owner) throw new Error(wrongAccount(account, owner));
    }

    function sameOwner(what: string, seen: Seen, state: Properties): void {
        const [owner, before] = [resource.owner(seen), state["ownerId"]];
        if (owner === undefined || typeof before !== "string" || owner === before) return;
        throw new Error(`${what}: ${wrongAccount(owner, before)}`);
    }
}

function wrongAccount(found: string, owner: string): string {
    return (
        `the credentials see account ${found}, but the state says that it is owned by ${owner}; ` +
        "use credentials of the same account"
    );
}

/** How the engine's wire format marks a secret. */
function secretValue(value: unknown) {
    return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

function urnOf(inputs: Properties): string {
    const urn = inputs["__urn"];
    return typeof urn === "string" ? urn : "";
}

/** Whether a property is meant by the paths of the option `replaceOnChanges`, such as `tags.Name` or `*`. */
function isAmong(paths: unknown, property: string): boolean {
    return (
        Array.isArray(paths) &&
        paths.some((path) => path === "*" || String(path).split(/[.[]/)[0] === property)
    );
}

function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

async function telling<T>(what: string, work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
    }
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
