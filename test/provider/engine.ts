/**
 * Simulates the engine in the test's own process: one stack, whose resources are checked, compared, created, updated,
 * replaced, read and deleted in the engine's order. Each run has separate provider processes (`Door`).
 * test/engine/lifecycle/sequence.test.ts compares the order with the engine's.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { hasUnknown, UNKNOWN, type Properties } from "../../schema/values";
import type { Emulator } from "../emulator/emulator";
import { Door, urnOf } from "./door";
import { Operations } from "./engine-operations";
import { Run, forever, type Declared, type Ran, type RunOptions, type StateEntry } from "./engine-run";

/** Fails the dependants of a failed resource, which the engine does not start. */
class Skipped extends Error {}

export class Engine {
    state: StateEntry[] = [];
    /** Lists the operations of the provider, each with its resource. */
    readonly calls: string[] = [];
    config: Record<string, string> = {};
    account = "123456789012";
    /** Is called at the beginning of each wait of the provider. */
    onWait: (milliseconds: number) => Promise<void> = () => Promise.resolve();
    /** Lists the resources that the next runs declare. */
    program: Declared[] = [];
    /** Runs a separate provider process for each resource, as provider instances do. */
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
     * Kills the engine of an operation at the beginning of a wait in which the condition is true: the state stays as it
     * is. The provider process is killed too, or continues as an orphan until its end.
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
                // Waits of other resources may run this concurrently.
                if (isDue && !isDead) {
                    isDead = true;
                    state = structuredClone(this.state);
                    this.onWait = onWait;
                    this.#current?.die({ isOrphan });
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

    /** Returns the one resource of this name that is not pending deletion. */
    live(name: string): StateEntry {
        const [found, ...others] = this.state.filter((entry) => entry.name === name && !entry.condemned);
        if (found === undefined || others.length > 0) throw new Error(`the state has not one ${name}`);
        return found;
    }

    #destroy(options: RunOptions = {}): Promise<Run> {
        return this.#process(options, (run) => this.#deleteAll(run, [...this.state]));
    }

    /** Runs the work in a separate provider process, which the engine releases at the end. */
    async #process(options: Run["options"], work: (run: Run) => Promise<void>): Promise<Run> {
        const engine = randomUUID();
        const start = (): Door =>
            new Door(this.emulator, this.account, {
                config: this.config,
                onWait: (milliseconds): Promise<void> => (run.isGone ? forever : this.onWait(milliseconds)),
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

    /** Applies a declaration; returns its outputs. */
    async #register(
        run: Run,
        declared: Declared,
        others: Map<string, Promise<Properties>>,
    ): Promise<Properties> {
        const { name, args, options = {} } = declared;
        try {
            const outputsOf = (other: string) => others.get(other) ?? Promise.reject(new Skipped(other));
            // The other resources are registered by then.
            await Promise.resolve();
            for (const other of options.dependsOn ?? []) await outputsOf(other);
            const resolved = typeof args === "function" ? await args(outputsOf) : args;
            if (run.isStopped) throw new Skipped(name);
            if (!run.includes(name)) return this.live(name).outputs;
            return await this.#step(run, declared, resolved);
        } catch (error) {
            if (error instanceof Skipped) run.steps[name] = "skipped";
            else run.fail(name, error);
            throw new Skipped(name);
        }
    }

    async #step(run: Run, declared: Declared, given: Properties): Promise<Properties> {
        const { kind, name, options = {} } = declared;
        // The engine looks for the own URN first, then for the aliases in their order.
        const former = [name, ...(options.aliases ?? [])].flatMap((one) =>
            this.state.filter((entry) => entry.kind === kind && !entry.condemned && entry.name === one),
        )[0];
        const args = { __urn: urnOf(kind, name), __organization: "organization", ...given };
        const operations = new Operations(run, this);
        const { inputs, isReplaced, isUpdated } = await run.oneByOne(() =>
            operations.compare({ kind, name }, former, args),
        );
        if (former === undefined || isReplaced) {
            run.steps[name] = former === undefined ? "create" : "replace";
            if (run.options.isPreview) return unknownOutputs(given);
            return operations.create(declared, inputs, former);
        }
        run.steps[name] = isUpdated ? "update" : "same";
        if (run.options.isPreview)
            return isUpdated ? { ...unknownOutputs(given), id: former.id } : former.outputs;
        Object.assign(former, { name, options });
        if (isUpdated) return operations.update(former, inputs);
        former.inputs = inputs;
        return former.outputs;
    }

    async #refreshAll(run: Run): Promise<void> {
        const operations = new Operations(run, this);
        const reading = this.state.map((entry) =>
            operations.refresh(entry).catch((error: unknown) => run.fail(entry.name, error)),
        );
        await Promise.all(reading);
        this.state = this.state.filter(({ id }) => id !== "");
    }

    /** Deletes the newest first, because an older resource never depends on a newer one. */
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
        await new Operations(run, this).delete(entry);
        this.state = this.state.filter((other) => other !== entry);
    }
}

/** Returns the outputs of a resource at preview: its arguments are known, other outputs are unknown. */
function unknownOutputs(args: Properties): Properties {
    return new Proxy(args, {
        get: (target, key: string) => (key in target && !hasUnknown(target[key]) ? target[key] : UNKNOWN),
    });
}

function succeeded(run: Run): Ran {
    if (run.failures.length > 0) throw new Error(run.result.output);
    return run.result;
}

function failed(run: Run): Ran {
    if (run.failures.length === 0)
        throw new Error(`this was to fail, but it succeeded:\n${run.result.output}`);
    return run.result;
}
