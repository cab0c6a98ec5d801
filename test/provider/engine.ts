/**
 * Plays the engine's part in the test's own process: one stack, whose resources are checked, compared, created, updated,
 * replaced, read and deleted in the engine's order. Each run has provider processes of its own, `Door`s. That
 * the order is the engine's, test/engine/lifecycle/sequence.test.ts shows.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { equal, hasUnknown, UNKNOWN, type Properties } from "../../schema/values";
import type { Emulator } from "../emulator/emulator";
import { Door, urnOf, type Kind } from "./door";

export type OutputsOf = (name: string) => Promise<Properties>;

/** Declares a resource; `args` that depend on others are computed from their outputs. */
export interface Declared {
    kind: Kind;
    name: string;
    args: Properties | ((outputsOf: OutputsOf) => Promise<Properties>);
    options?: Options;
}

export interface Options {
    /** Former names. */
    aliases?: string[];
    deleteBeforeReplace?: boolean;
    retainOnDelete?: boolean;
    /** The names of resources that are created first. */
    dependsOn?: string[];
}

export interface StateEntry {
    kind: Kind;
    name: string;
    id: string;
    inputs: Properties;
    outputs: Properties;
    options: Options;
    /** Says why its creation or update did not complete. */
    initError?: string;
    /** Is `true` if it was replaced and is still to be deleted. */
    condemned?: boolean;
    /** Is `true` if it is deleted already, for a replacement that has not completed. */
    pendingReplacement?: boolean;
}

export type Step = "same" | "create" | "update" | "replace" | "delete" | "failed" | "skipped";

export interface Ran {
    /** Contains the messages of the provider, then the failures, one a line. */
    said: string;
    /** Contains the step that was taken for each resource. */
    steps: Record<string, Step>;
}

interface Failure {
    name: string;
    message: string;
}

export interface RunOptions {
    continueOnError?: boolean;
    /** Limits the run to these resources (`--target`). */
    targets?: string[] | undefined;
    /** Replaces these resources without asking for a difference (`--replace`, taint). */
    forced?: string[] | undefined;
    /** Refreshes first. */
    refresh?: boolean | undefined;
    /** Kills the run when this resource is created, before the state contains it. */
    killedAfter?: string | undefined;
}

const forever = new Promise<never>(() => undefined);

class Run {
    isKilled = false;
    /** Reports that the provider processes are killed, too. */
    isGone = false;
    readonly steps: Record<string, Step> = {};
    readonly failures: Failure[] = [];
    #turn: Promise<unknown> = Promise.resolve();

    readonly #doors = new Map<string, Door>();

    constructor(
        /** Starts a provider process. */
        readonly start: () => Door,
        readonly options: RunOptions & { isPreview?: boolean },
        /** Reports that each resource has a provider process of its own, as it may have with provider instances. */
        readonly isSplit: boolean,
    ) {}

    provider(kind: Kind, name: string) {
        const process = this.isSplit ? name : "";
        const door = this.#doors.get(process) ?? this.start();
        this.#doors.set(process, door);
        return door.provider(kind);
    }

    /** Kills the engine, and the provider processes unless they go on as orphans. */
    die(isOrphan: boolean): void {
        this.isKilled = true;
        this.isGone = !isOrphan;
        for (const door of this.#doors.values()) door.isOrphaned = true;
    }

    /** Lets the provider processes go. */
    async release(): Promise<void> {
        for (const door of this.#doors.values()) await door.release();
    }

    includes(name: string): boolean {
        return this.options.targets?.includes(name) !== false;
    }

    /** The engine checks and compares one resource after another, while others are created. */
    oneByOne<T>(work: () => Promise<T>): Promise<T> {
        const turn = this.#turn.then(work);
        this.#turn = turn.catch(() => undefined);
        return turn;
    }

    fail(name: string, error: unknown): void {
        this.steps[name] = "failed";
        this.failures.push({ name, message: (error as Error).message });
    }

    /** The engine begins nothing more after a failure. */
    get isStopped(): boolean {
        return this.isKilled || (this.failures.length > 0 && this.options.continueOnError !== true);
    }

    get result(): Ran {
        const failures = this.failures.map(({ name, message }) => `${name}: ${message}`);
        const said = [...this.#doors.values()].flatMap((door) => door.said);
        return { said: [...said, ...failures].join("\n"), steps: this.steps };
    }
}

/** Fails what depends on a resource that failed, as the engine does: it is not even begun. */
class Skipped extends Error {}

export class Engine {
    state: StateEntry[] = [];
    /** The operations of the provider, each with its resource. */
    readonly calls: string[] = [];
    config: Record<string, string> = {};
    account = "123456789012";
    /** Acts outside of the provider, at the beginning of each of its waits. */
    onWait: () => Promise<void> = () => Promise.resolve();
    /** The resources that the next runs declare. */
    program: Declared[] = [];
    /** Gives each resource a provider process of its own, as provider instances have. */
    isSplit = false;
    #current: Run | undefined;

    constructor(readonly emulator: Emulator) {}

    async up(program?: Declared[], options: RunOptions = {}): Promise<Ran> {
        return succeeded(await this.#run(program, options));
    }

    async upFails(program?: Declared[], options: RunOptions = {}): Promise<Ran> {
        return failed(await this.#run(program, options));
    }

    async preview(program?: Declared[]): Promise<Ran> {
        return succeeded(await this.#run(program, { isPreview: true }));
    }

    async previewFails(program?: Declared[]): Promise<Ran> {
        return failed(await this.#run(program, { isPreview: true }));
    }

    /**
     * Kills the engine of an operation at the beginning of a wait in which the condition holds: the state stays as it is
     * then. The provider process dies with it, or goes on as an orphan until it has no more to do.
     */
    async kill(
        operation: () => Promise<Ran>,
        condition: () => Promise<boolean>,
        { isOrphan = false }: { isOrphan?: boolean } = {},
    ): Promise<void> {
        const { onWait } = this;
        let state: StateEntry[] = [];
        let isDead = false;
        await new Promise<void>((died, fail) => {
            this.onWait = async () => {
                const isDue = await condition();
                // Waits of other resources may be here at the same time.
                if (isDue && !isDead) {
                    isDead = true;
                    state = structuredClone(this.state);
                    this.onWait = onWait;
                    this.#current?.die(isOrphan);
                    if (!isOrphan) died();
                }
                if (isDead && !isOrphan) await forever;
            };
            operation().then(
                () => (isDead ? died() : fail(new Error("the run ended before it was killed"))),
                (error: unknown) => (isDead ? died() : fail(error as Error)),
            );
        });
        Object.assign(this, { onWait, state });
    }

    async refresh(): Promise<Ran> {
        return succeeded(await this.#process({}, (run) => this.#refreshAll(run)));
    }

    async refreshFails(): Promise<Ran> {
        return failed(await this.#process({}, (run) => this.#refreshAll(run)));
    }

    async destroy(options: RunOptions = {}): Promise<Ran> {
        return succeeded(await this.#destroy(options));
    }

    async destroyFails(): Promise<Ran> {
        return failed(await this.#destroy());
    }

    /** The one resource of this name that is not condemned. */
    live(name: string): StateEntry {
        const [found, ...others] = this.state.filter((entry) => entry.name === name && !entry.condemned);
        if (found === undefined || others.length > 0) throw new Error(`the state has not one ${name}`);
        return found;
    }

    #destroy(options: RunOptions = {}): Promise<Run> {
        return this.#process(options, (run) => this.#deleteAll(run, [...this.state]));
    }

    /** Runs the work in a provider process of its own, which the engine lets go at the end. */
    async #process(options: Run["options"], work: (run: Run) => Promise<void>): Promise<Run> {
        const engine = randomUUID();
        const start = (): Door =>
            new Door(this.emulator, this.account, {
                config: this.config,
                onWait: (): Promise<void> => (run.isGone ? forever : this.onWait()),
                engine,
            });
        const run: Run = new Run(start, options, this.isSplit);
        this.#current = run;
        await work(run);
        if (!run.isKilled) await run.release();
        return run;
    }

    #run(program: Declared[] = this.program, options: Run["options"]): Promise<Run> {
        this.program = program;
        return this.#process(options, async (run) => {
            if (options.refresh === true) await this.#refreshAll(run);
            const registered = new Map<string, Promise<Properties>>();
            for (const one of program) registered.set(one.name, this.#register(run, one, registered));
            await Promise.allSettled(registered.values());
            if (run.isStopped || options.isPreview) return;
            const names = new Set(program.map(({ name }) => name));
            await this.#deleteAll(
                run,
                this.state.filter(({ name, condemned }) => condemned === true || !names.has(name)),
            );
        });
    }

    /** Carries a declaration out; returns its outputs. */
    async #register(
        run: Run,
        declared: Declared,
        others: Map<string, Promise<Properties>>,
    ): Promise<Properties> {
        const { name, args, options = {} } = declared;
        try {
            const outputsOf = (other: string) => others.get(other) ?? Promise.reject(new Skipped(other));
            // The others are registered by then.
            await Promise.resolve();
            for (const other of options.dependsOn ?? []) await outputsOf(other);
            const given = typeof args === "function" ? await args(outputsOf) : args;
            if (run.isStopped) throw new Skipped(name);
            if (!run.includes(name)) return this.live(name).outputs;
            return await this.#step(run, declared, given);
        } catch (error) {
            if (error instanceof Skipped) run.steps[name] = "skipped";
            else run.fail(name, error);
            throw new Skipped(name);
        }
    }

    async #step(run: Run, declared: Declared, given: Properties): Promise<Properties> {
        const { kind, name, options = {} } = declared;
        const former = this.state.find(
            (entry) =>
                entry.kind === kind &&
                !entry.condemned &&
                [name, ...(options.aliases ?? [])].includes(entry.name),
        );
        const args = { __urn: urnOf(kind, name), __organization: "organization", ...given };
        const { inputs, isReplaced, isUpdated } = await run.oneByOne(() =>
            this.#compare(run, { kind, name }, former, args),
        );
        if (former === undefined || isReplaced) {
            run.steps[name] = former === undefined ? "create" : "replace";
            if (run.options.isPreview) return unknownOutputs(given);
            return this.#create(run, declared, inputs, former);
        }
        run.steps[name] = isUpdated ? "update" : "same";
        if (run.options.isPreview)
            return isUpdated ? { ...unknownOutputs(given), id: former.id } : former.outputs;
        Object.assign(former, { name, options });
        if (isUpdated) return this.#update(run, former, inputs);
        former.inputs = inputs;
        return former.outputs;
    }

    /** Checks a declaration, and compares it with the state; what is replaced is checked again as if there were none. */
    async #compare(
        run: Run,
        { kind, name }: { kind: Kind; name: string },
        former: StateEntry | undefined,
        args: Properties,
    ) {
        const inputs = await this.#check(run, { kind, name }, former?.inputs ?? {}, args);
        if (former === undefined) return { inputs, isReplaced: false, isUpdated: false };
        const replace = async () => {
            const fresh = await this.#check(run, { kind, name }, {}, args);
            return { inputs: fresh, isReplaced: true, isUpdated: false };
        };
        if (run.options.forced?.includes(name)) return replace();
        this.calls.push(`diff ${name}`);
        const provider = run.provider(kind, name);
        const { changes, replaces = [] } = await provider.diff(former.id, former.outputs, inputs);
        if (replaces.length > 0 || former.pendingReplacement === true) return replace();
        const isUpdated = (changes ?? !equal(former.inputs, inputs)) || former.initError !== undefined;
        return { inputs, isReplaced: false, isUpdated };
    }

    async #check(
        run: Run,
        { kind, name }: { kind: Kind; name: string },
        olds: Properties,
        args: Properties,
    ): Promise<Properties> {
        this.calls.push(`check ${name}${Object.keys(olds).length > 0 ? "" : " as new"}`);
        const { inputs, failures } = await run.provider(kind, name).check(olds, args);
        if (failures.length > 0)
            throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("\n"));
        return inputs;
    }

    async #create(
        run: Run,
        { kind, name, options = {} }: Declared,
        inputs: Properties,
        former: StateEntry | undefined,
    ): Promise<Properties> {
        if (former !== undefined && options.deleteBeforeReplace === true) {
            await this.#deleteInCloud(run, former);
            former.pendingReplacement = true;
        }
        this.calls.push(`create ${name}`);
        const entry = { kind, name, inputs, options, id: "", outputs: {} };
        return this.#settle(
            entry,
            async () => {
                const { id, outs } = await run.provider(kind, name).create(inputs);
                run.isKilled = run.options.killedAfter === name;
                if (run.isKilled) throw new Error("the run is killed");
                return { id, outputs: onTheWire(outs) };
            },
            () => {
                if (former !== undefined) former.condemned = true;
                this.state.push(entry);
            },
        );
    }

    #update(run: Run, entry: StateEntry, inputs: Properties): Promise<Properties> {
        this.calls.push(`update ${entry.name}`);
        return this.#settle(entry, async () => {
            const { outs } = await run
                .provider(entry.kind, entry.name)
                .update(entry.id, entry.outputs, inputs);
            return { outputs: onTheWire(outs), inputs };
        });
    }

    /** Keeps what an operation returns, also where it says of a failure that the resource is there all the same. */
    async #settle(
        entry: StateEntry,
        operation: () => Promise<Partial<StateEntry>>,
        keep: () => void = () => undefined,
    ): Promise<Properties> {
        delete entry.initError;
        try {
            Object.assign(entry, await operation());
            keep();
        } catch (error) {
            const { id, properties, message } = error as Error & { id?: string; properties?: Properties };
            if (id !== undefined && properties !== undefined) {
                Object.assign(entry, { id, outputs: onTheWire(properties), initError: message });
                keep();
            }
            throw error;
        }
        return entry.outputs;
    }

    async #refreshAll(run: Run): Promise<void> {
        const reading = this.state.map((entry) =>
            this.#refreshOne(run, entry).catch((error: unknown) => run.fail(entry.name, error)),
        );
        await Promise.all(reading);
        this.state = this.state.filter(({ id }) => id !== "");
    }

    async #refreshOne(run: Run, entry: StateEntry): Promise<void> {
        this.calls.push(`read ${entry.name}`);
        const provider = run.provider(entry.kind, entry.name);
        const { id = "", props = {}, inputs = entry.inputs } = await provider.read(entry.id, entry.outputs);
        delete entry.initError;
        Object.assign(entry, { id, outputs: onTheWire(props), inputs });
        if (id === "") return;
        this.calls.push(`diff ${entry.name}`);
        await provider.diff(id, entry.outputs, inputs);
    }

    /** Deletes the newest first: an older one is never made of a newer one. */
    async #deleteAll(run: Run, entries: StateEntry[]): Promise<void> {
        for (const entry of entries.filter(({ name }) => run.includes(name)).reverse()) {
            if (run.isStopped) return;
            try {
                await this.#delete(run, entry);
                run.steps[entry.name] ??= "delete";
            } catch (error) {
                run.fail(entry.name, error);
            }
        }
    }

    async #delete(run: Run, entry: StateEntry): Promise<void> {
        if (!this.state.includes(entry)) return;
        await this.#deleteInCloud(run, entry);
        this.state = this.state.filter((other) => other !== entry);
    }

    async #deleteInCloud(run: Run, entry: StateEntry): Promise<void> {
        if (entry.options.retainOnDelete === true || entry.pendingReplacement === true) return;
        this.calls.push(`delete ${entry.name}`);
        await run.provider(entry.kind, entry.name).delete(entry.id, entry.outputs);
    }
}

/** Returns values as they arrive in the state: the wire knows no `undefined`. */
function onTheWire(outputs: Properties): Properties {
    return JSON.parse(JSON.stringify(outputs)) as Properties;
}

/** At a preview, a resource that is not created yet has no other outputs than its arguments. */
function unknownOutputs(given: Properties): Properties {
    return new Proxy(given, {
        get: (target, key: string) => (key in target && !hasUnknown(target[key]) ? target[key] : UNKNOWN),
    });
}

function succeeded(run: Run): Ran {
    if (run.failures.length > 0) throw new Error(run.result.said);
    return run.result;
}

function failed(run: Run): Ran {
    if (run.failures.length === 0) throw new Error(`this was to fail, but it succeeded:\n${run.result.said}`);
    return run.result;
}
