/**
 * Keeps one run of `Engine`: its provider processes, its steps and its failures.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import type { Door, Kind } from "./door";

export type OutputsOf = (name: string) => Promise<Properties>;

/** Declares a resource; `args` that depend on others are computed from their outputs. */
export interface Declared {
    kind: Kind;
    name: string;
    args: Properties | ((outputsOf: OutputsOf) => Promise<Properties>);
    options?: Options;
}

export interface Options {
    /** Lists former names. */
    aliases?: string[];
    deleteBeforeReplace?: boolean;
    retainOnDelete?: boolean;
    /** Lists resources that are created first. */
    dependsOn?: string[];
}

export interface StateEntry {
    kind: Kind;
    name: string;
    id: string;
    inputs: Properties;
    outputs: Properties;
    options: Options;
    /** Contains the reason why its creation or update did not complete. */
    initError?: string;
    /** Is `true` if it was replaced and is still to be deleted. */
    condemned?: boolean;
    /** Is `true` if it is deleted already, for a replacement that has not completed. */
    pendingReplacement?: boolean;
}

export type Step = "same" | "create" | "update" | "replace" | "delete" | "failed" | "skipped";

export interface Ran {
    /** Contains the messages of the provider, then the failures, one per line. */
    output: string;
    /** Contains the step of each resource. */
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
    /** Replaces these resources without calling `diff` (taint). */
    forced?: string[] | undefined;
    /** Replaces these resources as `--replace` does: the provider is not even called with the inputs in the state. */
    replaced?: string[] | undefined;
    /** Refreshes first. */
    refresh?: boolean | undefined;
    /** Kills the run when this resource is created, before the state contains it. */
    killedAfter?: string | undefined;
}

export const forever = new Promise<never>(() => undefined);

export class Run {
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
        /** Reports that each resource has a separate provider process, as with provider instances. */
        readonly isSplit: boolean,
    ) {}

    provider(kind: Kind, name: string) {
        const process = this.isSplit ? name : "";
        const door = this.#doors.get(process) ?? this.start();
        this.#doors.set(process, door);
        return door.provider(kind);
    }

    /** Kills the engine, and the provider processes unless they continue as orphans. */
    die({ isOrphan }: { isOrphan: boolean }): void {
        this.isKilled = true;
        this.isGone = !isOrphan;
        for (const door of this.#doors.values()) door.isOrphaned = true;
    }

    /** Releases the provider processes. */
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
        const messages = [...this.#doors.values()].flatMap((door) => door.messages);
        return { output: [...messages, ...failures].join("\n"), steps: this.steps };
    }
}
