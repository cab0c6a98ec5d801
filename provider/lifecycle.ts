/**
 * From a resource's rules and acts to what the engine calls: check, diff, create, read, update, delete. Once, for every
 * resource.
 *
 * @module
 */
import { adoption } from "./adopt";
import { answerOf, decide } from "./answer";
import { claimOf, claimTags, makeOnce, stackOf } from "./claim";
import { differences } from "./differences";
import { defaultTimeout, toMilliseconds } from "./duration";
import { ConfigError, defined } from "./ec2/config";
import { Ec2Error } from "./ec2/errors";
import { configuredRegion } from "./ec2/region";
import { claimTag, declaredTags, managedKeys, stackTag, standardRules, type OwnTags } from "./ec2/tags";
import {
    asGiven,
    discreet,
    givenOf,
    nameOf,
    organizationOf,
    secretsOf,
    secretValue,
    urnOf,
    withoutRecords,
} from "./internals";
import { placementRules, type Placement } from "./placement";
import type { Act, Resource } from "./resource";
import {
    asBefore,
    changedProperties,
    checkProperties,
    equal,
    hasUnknown,
    inputsOf,
    isMap,
    unknown,
    type Change,
    type CheckFailure,
    type Properties,
    type Rule,
} from "./rules";
import type { Live, Run } from "./run";

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
    const adopting = adoption(resource, rules, run);
    /** What the program of this run declares of this kind, by URN. */
    const declared = new Map<string, Properties>();
    /** The inputs in the state of what is declared. */
    const former = new Map<string, Properties>();

    return {
        configure(request: { config: { get: (key: string) => string | undefined } }): Promise<void> {
            run.configure((key) => request.config.get(key));
            return Promise.resolve();
        },

        async check(olds: Properties, news: Properties) {
            try {
                const given = asBefore(rules, olds, await completed(olds, news));
                const inputs = resource.complete?.(olds, given) ?? given;
                const failures = [
                    ...checkProperties(rules, inputs),
                    ...(resource.check?.(inputs, run.configuration, olds, [...declared.values()]) ?? []),
                ];
                declared.set(urnOf(inputs), inputs);
                former.set(urnOf(inputs), olds);
                run.declaring();
                if (failures.length === 0) failures.push(...(await lookedUp(olds, inputs)));
                return { inputs, failures: failures.map((failure) => discreet(failure, secretsOf(inputs))) };
            } catch (error) {
                if (!(error instanceof ConfigError)) throw error;
                return { inputs: news, failures: [{ property: "region", reason: error.message }] };
            }
        },

        async diff(id: string, state: Properties, inputs: Properties) {
            const [refused] = resource.refuse?.(state, inputs) ?? [];
            if (refused !== undefined) throw plainError(`${refused.property} ${refused.reason}`);
            const cloud = () => actFor(inputs).cloud;
            const comparing = differences(rules, resource.alike, cloud, state, inputs);
            const differing = await telling(`comparing ${named(id, inputs)}`, comparing);
            const changed = differing.filter(({ effect }) => effect !== "nothing");
            const pending = resource.pending?.(state, inputs, run.configuration);
            const decision = decide(changed, inputs, pending);
            const { replaced } = decision;
            stands({ id, inputs, outputs: state, replaced });
            // Nothing of the inputs would tell why.
            if (pending !== undefined && (changed.length === 0 || pending.effect === "replace"))
                run.voice.info(urnOf(inputs), pending.why);
            if (replaced) await leaves(id, state, inputs);
            else await mayLeave(changed, id, state, inputs);
            if (!replaced || resource.replacing === undefined)
                warn(inputs, resource.warning?.(state, inputs, run.configuration));
            const isProgram = changed.length > 0 && equal(declared.get(urnOf(inputs)), inputs);
            const before = isProgram ? former.get(urnOf(inputs)) : undefined;
            return answerOf(decision, changed, pending, before, inputs);
        },

        async create(inputs: Properties) {
            const act = actFor(inputs);
            const what = `creating ${resource.describe(inputs as Inputs)}`;
            const taken = await telling(what, adopting.take(act, inputs));
            const { id, seen, adopted } = taken ?? (await telling(what, made(act, inputs)));
            stands({ id, inputs, outputs: (await resource.outputs(act, id, seen)) as Properties });
            // Until the state holds it, what was claimed keeps its claim: this run may die as well.
            const own = taken === undefined ? { write: {}, remove: [] } : stored(act);
            const adopt = () => resource.change(act, id, seen, inputs as Inputs, {}, own);
            const held = run.heldOf(urnOf(inputs));
            const prepare = async () => {
                // Before anything can go wrong: whoever deletes the old one later must find that it stays.
                await held?.release?.();
                return adopted ? adopt() : seen;
            };
            // What carries no claim has none to be ended.
            const claimed = taken === undefined && resource.made !== undefined;
            const noted = claimed ? { ...inputs, __madeAt: Date.now() } : inputs;
            return { id, outs: await finished(act, id, seen, noted, prepare) };
        },

        async read(id: string, state: Properties = {}) {
            const act = actFor(state);
            const what = `reading ${named(id, state)}`;
            const seen = await telling(what, lookAhead(act, id, state));
            if (seen === undefined) {
                await telling(what, sameAccount(act, state));
                return {};
            }
            sameOwner(what, seen, state);
            const declared = withoutRecords(inputsOf(rules, asGiven(state)));
            const inputs = defined(resource.observe?.(act, declared, seen) ?? declared);
            return { id, props: await stateOf(act, id, seen, inputs, managedKeys(state)), inputs };
        },

        async update(id: string, state: Properties, inputs: Properties) {
            const act = actFor(inputs);
            const what = `updating ${named(id, inputs)}`;
            let seen: Seen;
            try {
                if (!equal(state["credentials"], inputs["credentials"])) await sameAccount(act, state);
                const found = await lookAhead(act, id, state);
                if (found === undefined) {
                    await sameAccount(act, state);
                    throw new Error(
                        "it does not exist any more; run `pulumi refresh`, and the next up makes it anew",
                    );
                }
                sameOwner(what, found, state);
                seen = await resource.change(act, id, found, inputs as Inputs, state, stored(act));
            } catch (error) {
                throw new InitializationError(`${what}: ${messageOf(error)}`, id, marked(state));
            }
            return { outs: await finished(act, id, seen, inputs) };
        },

        async delete(id: string, state: Properties) {
            // Adopted in this run: an entry of the state that is newer stands for the same id.
            if (resource.made !== undefined && run.adopted.has(id)) return;
            await telling(`deleting ${named(id, state)}`, removed(actFor(state), id, state));
        },
    };

    /** At one of many, where the resource has a way to. */
    function lookAhead(act: Act, id: string, state: Properties): Promise<Seen | undefined> {
        return resource.lookAhead?.(act, id, act.stack, state) ?? resource.look(act, id, state);
    }

    /** The id of one that replaces nothing may be that of something else: a share has its snapshot's. */
    function stands(live: Live): void {
        if (resource.replacing !== undefined) run.stands(urnOf(live.inputs), live);
    }

    /** What EC2 says of inputs that are new or have changed; nothing is asked of those that are as they were. */
    async function lookedUp(olds: Properties, inputs: Properties): Promise<CheckFailure[]> {
        if (hasUnknown([inputs["region"], inputs["credentials"]])) return [];
        if (changedProperties(rules, olds, inputs).length === 0) return [];
        const act = actFor(inputs);
        try {
            const failures = await adopting.check(act, inputs);
            return [...failures, ...((await resource.lookUp?.(act, inputs, olds)) ?? [])];
        } catch (error) {
            if (!(error instanceof Ec2Error)) throw error;
            // A preview may be run by someone who may see nothing; what stands in the way, the up tells.
            act.warn(`could not be held against what AWS has: ${error.message}`);
            return [];
        }
    }

    function warn(inputs: Properties, line: string | undefined): void {
        if (line !== undefined) run.voice.warn(urnOf(inputs), line);
    }

    /** Remembers, and tells the reviewer of, what is about to be replaced. */
    async function leaves(id: string, state: Properties, inputs: Properties): Promise<void> {
        const { replacing, startedAt } = resource;
        const [before, after] = [state as Partial<State>, inputs as Partial<Inputs>];
        const held = { id, startedAt: startedAt?.(state) ?? 0 };
        const stays = replacing?.stays?.(before, after) === true;
        const release = () => replacing?.release?.(actFor(state), id, state) ?? Promise.resolve();
        run.leaves(urnOf(inputs), stays ? { ...held, release } : held);
        warn(inputs, await replacing?.warning(id, before, after, actFor(state)));
    }

    /** Tells the reviewer of what goes if that which is not known yet turns out to be something else. */
    async function mayLeave(changed: Change[], id: string, state: Properties, inputs: Properties) {
        const { replacing } = resource;
        const open = changed.filter(({ undecided }) => undecided).map(({ property }) => property);
        if (open.length === 0) return;
        const [before, after] = [state as Partial<State>, inputs as Partial<Inputs>];
        // The last copy of something else stays.
        if (replacing?.stays !== undefined && replacing.stays(before, after) !== false) return;
        const what = await replacing?.warning(id, before, after, actFor(state));
        const unclear = `${open.join(", ")} ${open.length > 1 ? "are" : "is"} not known yet`;
        warn(inputs, what && `${unclear}: if it turns out to be another one, ${what}`);
    }

    async function removed(act: Act, id: string, state: Properties): Promise<void> {
        const { replacing } = resource;
        const successor = run.successorOf(urnOf(state), id);
        if (replacing !== undefined) {
            const stays =
                successor !== undefined &&
                replacing.stays?.(state as State, successor.inputs as Inputs) === true;
            if (stays) await replacing.release?.(act, id, state);
            if (stays || (await replacing.released?.(act, id, state)) === true) {
                act.info(`${named(id, state)} stays in the account, no longer managed`);
                return;
            }
            // With the user's own deleteBeforeReplace there is nothing yet to wait for.
            if (successor !== undefined && successor.id !== id) {
                await replacing.succeeded(actFor(successor.inputs), successor);
            }
        }
        act.status(`deleting ${id}`);
        const next = successor?.inputs as Inputs | undefined;
        if ((await resource.remove(act, id, state as State, next)) === "gone") await sameAccount(act, state);
    }

    /** The inputs with what is filled in for the user: the region, and the name. */
    async function completed(olds: Properties, news: Properties): Promise<Properties> {
        const { aws } = run.configuration;
        // A program that passes null means the same as one that passes nothing.
        const inputs = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
        if (Object.keys(olds).length > 0) run.inState.add(urnOf(news));
        const profile = (news["credentials"] as { profile?: string } | undefined)?.profile;
        const region =
            inputs["region"] ??
            run.keepRegion(urnOf(news), olds["region"] as string | undefined) ??
            (await configuredRegion(aws, profile)) ??
            // Which profile is not known yet, so neither is its region.
            (hasUnknown(news["credentials"]) ? unknown : undefined);
        if (region === undefined)
            throw new ConfigError("aws:region", "is required: set it, or give `region`");
        inputs["region"] = region;
        if ("name" in rules && inputs["name"] === undefined) {
            // A name that was given by default stays when the resource is renamed with an alias.
            inputs["__defaultName"] = olds["__defaultName"] ?? nameOf(urnOf(news));
            inputs["name"] = inputs["__defaultName"];
        }
        return inputs;
    }

    function actFor(inputs: Properties): Act {
        const { region, credentials } = inputs as unknown as Placement & { region: string };
        const elsewhere = (other: string) => run.cloud(other, credentials);
        const urn = urnOf(inputs);
        return {
            get cloud() {
                return elsewhere(region);
            },
            elsewhere,
            stack: stackOf(urn, organizationOf(inputs)),
            configuration: run.configuration,
            status: (line) => {
                run.voice.status(urn, line);
            },
            info: (line) => {
                run.voice.info(urn, line);
            },
            warn: (line) => {
                run.voice.warn(urn, line);
            },
            declared: () => [...declared.values()],
            allDeclared: () => run.allDeclared(),
            stillHeard: () => run.voice.stillHeard(),
        };
    }

    /** Makes it, or finds what an interrupted run has made of the very same. */
    async function made(act: Act, inputs: Properties) {
        const urn = urnOf(inputs);
        const organization = organizationOf(inputs);
        const claim = claimOf(urn, organization, run.backend, defining(inputs));
        const held = run.heldOf(urn);
        const attempt = [claim.value, held?.id].join();
        const once = await makeOnce({
            claim,
            held,
            patience: toMilliseconds((inputs["timeout"] as string | undefined) ?? defaultTimeout),
            clock: act.cloud.clock,
            make: () => resource.make(act, inputs as Inputs, claimTags(claim), attempt),
            made: (fresh) => resource.made?.(act, claim.stack, fresh) ?? Promise.resolve([]),
        });
        if (once.adopted) {
            run.adopted.add(once.id);
            act.info(`adopts ${once.id}, which an interrupted run of this stack has made`);
        }
        return once;
    }

    /** The inputs that cannot be changed afterwards. */
    function defining(inputs: Properties): Properties {
        const fixed = Object.entries(rules).filter(
            ([, { onChange }]) => onChange === "replace" || typeof onChange === "function",
        );
        return Object.fromEntries(fixed.map(([key]) => [key, inputs[key]]));
    }

    /** Waits for what is made or changed; a failure keeps it in the state. */
    async function finished(
        act: Act,
        id: string,
        made: Seen,
        inputs: Properties,
        prepare: () => Promise<Seen> = () => Promise.resolve(made),
    ): Promise<Properties> {
        const managed = managedTags(inputs);
        let seen = made;
        try {
            seen = await prepare();
            const done = await resource.finish(act, id, seen, inputs as Inputs);
            return await stateOf(act, id, done, inputs, managed);
        } catch (error) {
            const last = (error as { seen?: Seen }).seen ?? seen;
            const properties = await stateOf(act, id, last, inputs, managed);
            const what = `waiting for ${named(id, inputs)}`;
            throw new InitializationError(`${what}: ${messageOf(error)}`, id, properties);
        }
    }

    /** Everything that the state holds: the inputs as they were given, and what was observed. */
    async function stateOf(act: Act, id: string, seen: Seen, inputs: Properties, tagKeys: string[]) {
        const outputs = await resource.outputs(act, id, seen);
        const given = givenOf(inputs, outputs as Properties, Object.keys(rules));
        const records = defined({ __tagKeys: tagKeys.length === 0 ? undefined : tagKeys, __given: given });
        return marked({ ...inputs, ...outputs, ...records });
    }

    /** Marks as secret what derives from a secret; the host marks only outputs of the same key as a secret input. */
    function marked(state: Properties): Properties {
        const secrets = secretsOf(state);
        const given = state["__given"];
        const { secretWithTags = [], secretWith = {} } = resource;
        const derived = [
            ...(secrets.some((key) => key in standardRules) ? secretWithTags : []),
            ...secrets.flatMap((key) => (secretWith as Record<string, readonly string[]>)[key] ?? []),
            ...(isMap(given) && secrets.some((key) => key in given) ? ["__given"] : []),
        ];
        const secret = derived.filter((key) => state[key] !== undefined);
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

/** Our own tags on what the state holds. */
function stored(act: Act): OwnTags {
    return { write: { [stackTag]: act.stack }, remove: [claimTag] };
}

function wrongAccount(found: string, owner: string): string {
    return (
        `the credentials see account ${found}, but the state says that it is owned by ${owner}; ` +
        "use credentials of the same account"
    );
}

async function telling<T>(what: string, work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        throw plainError(`${what}: ${messageOf(error)}`, { cause: error });
    }
}

function plainError(message: string, options?: ErrorOptions): Error {
    const error = new Error(message, options);
    // The host prints the stack of what read and delete throw beside the stack's own messages: no help to anybody.
    error.stack = "";
    return error;
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
