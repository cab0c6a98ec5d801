/**
 * Calls the provider for one resource as the engine does, and keeps the results in the state.
 *
 * @module
 */
import { equal, type Properties } from "../../schema/values";
import type { Kind } from "./door";
import type { Declared, Run, StateEntry } from "./engine-run";
import { onTheWire } from "./plugin-door";

export class Operations {
    constructor(
        readonly run: Run,
        readonly stack: { state: StateEntry[]; readonly calls: string[] },
    ) {}

    /** Checks a declaration and compares it with the state; a replacement is checked again without the state. */
    async compare(
        { kind, name }: { kind: Kind; name: string },
        former: StateEntry | undefined,
        args: Properties,
    ) {
        const replace = async () => {
            const fresh = await this.#check({ kind, name }, {}, args);
            return { inputs: fresh, isReplaced: true, isUpdated: false };
        };
        if (former !== undefined && this.run.options.replaced?.includes(name)) return replace();
        const inputs = await this.#check({ kind, name }, former?.inputs ?? {}, args);
        if (former === undefined) return { inputs, isReplaced: false, isUpdated: false };
        if (this.run.options.forced?.includes(name)) return replace();
        this.stack.calls.push(`diff ${name}`);
        const provider = this.run.provider(kind, name);
        const { changes, replaces = [] } = await provider.diff(former.id, former.outputs, inputs);
        if (replaces.length > 0 || former.pendingReplacement === true) return replace();
        const isUpdated = (changes ?? !equal(former.inputs, inputs)) || former.initError !== undefined;
        return { inputs, isReplaced: false, isUpdated };
    }

    async #check(
        { kind, name }: { kind: Kind; name: string },
        olds: Properties,
        args: Properties,
    ): Promise<Properties> {
        this.stack.calls.push(`check ${name}${Object.keys(olds).length > 0 ? "" : " as new"}`);
        const { inputs, failures } = await this.run.provider(kind, name).check(olds, args);
        if (failures.length > 0)
            throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("\n"));
        return inputs;
    }

    async create(
        { kind, name, options = {} }: Declared,
        inputs: Properties,
        former: StateEntry | undefined,
    ): Promise<Properties> {
        if (former !== undefined && options.deleteBeforeReplace === true) {
            await this.delete(former);
            former.pendingReplacement = true;
        }
        this.stack.calls.push(`create ${name}`);
        const entry = { kind, name, inputs, options, id: "", outputs: {} };
        return this.#settle(
            entry,
            async () => {
                const { id, outs } = await this.run.provider(kind, name).create(inputs);
                this.run.isKilled = this.run.options.killedAfter === name;
                if (this.run.isKilled) throw new Error("the run is killed");
                return { id, outputs: onTheWire(outs) };
            },
            () => {
                if (former !== undefined) former.condemned = true;
                this.stack.state.push(entry);
            },
        );
    }

    update(entry: StateEntry, inputs: Properties): Promise<Properties> {
        this.stack.calls.push(`update ${entry.name}`);
        return this.#settle(entry, async () => {
            const { outs } = await this.run
                .provider(entry.kind, entry.name)
                .update(entry.id, entry.outputs, inputs);
            return { outputs: onTheWire(outs), inputs };
        });
    }

    /** Keeps the result of an operation, including that of a partial failure. */
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

    async refresh(entry: StateEntry): Promise<void> {
        this.stack.calls.push(`read ${entry.name}`);
        const provider = this.run.provider(entry.kind, entry.name);
        const { id = "", props = {}, inputs = entry.inputs } = await provider.read(entry.id, entry.outputs);
        delete entry.initError;
        Object.assign(entry, { id, outputs: onTheWire(props), inputs });
        if (id === "") return;
        this.stack.calls.push(`diff ${entry.name}`);
        await provider.diff(id, entry.outputs, inputs);
    }

    async delete(entry: StateEntry): Promise<void> {
        if (entry.options.retainOnDelete === true || entry.pendingReplacement === true) return;
        this.stack.calls.push(`delete ${entry.name}`);
        await this.run.provider(entry.kind, entry.name).delete(entry.id, entry.outputs);
    }
}
