/**
 * Runs random sequences of operations on a small stack of snapshots and shares, and checks after each run what the
 * ownership of docs/design.md promises.
 *
 * @module
 */
import { expect } from "vitest";
import { claimTag, stackTag } from "../../../schema/tags";
import { grantsOf, tagList } from "../../emulator/calls";
import { emulator } from "../../fixture";
import { share, snapshot } from "../declare";
import { Door } from "../door";
import { Engine } from "../engine";
import type { Declared, Options, Ran } from "../engine-run";
import type { Edit, Run, Step } from "./steps";

const stack = "organization/project/test";

interface Declaration {
    volume: number;
    release?: number;
    keepReplaced?: boolean;
    adopt?: string;
    options: Options;
}

interface ShareDeclaration {
    of: string;
    accounts: string[];
    options: Options;
}

export class Model {
    readonly engine = new Engine(emulator);
    readonly snapshots = new Map<string, Declaration>();
    readonly shares = new Map<string, ShareDeclaration>();
    /** Lists snapshots that are gone by hand, or by a destroy that was interrupted. */
    readonly gone = new Set<string>();
    /** Lists snapshots that another stack has adopted. */
    readonly foreign = new Set<string>();
    /** Contains the messages of all runs. */
    output = "";
    /** Lists the steps, for the message of a failure. */
    readonly log: string[] = [];

    private constructor(readonly volumes: string[]) {}

    static async create(): Promise<Model> {
        await emulator.reset();
        await emulator.set({ snapshotSeconds: 20 });
        const volumes = [await emulator.createVolume({ size: 8 }), await emulator.createVolume({ size: 8 })];
        return new Model(volumes);
    }

    get program(): Declared[] {
        const snapshots = [...this.snapshots].map(
            ([name, { volume, release, keepReplaced, adopt, options }]) =>
                snapshot(
                    name,
                    {
                        volumeId: this.volumes[volume],
                        ...(release !== undefined && { triggers: { release } }),
                        ...(keepReplaced !== undefined && { keepReplaced }),
                        ...(adopt !== undefined && { adopt }),
                    },
                    options,
                ),
        );
        const shares = [...this.shares].map(([name, { of, accounts, options }]) =>
            share(
                name,
                async (outputsOf) => ({ snapshotId: (await outputsOf(of))["snapshotId"], accounts }),
                options,
            ),
        );
        return [...snapshots, ...shares];
    }

    async apply({ edits, run }: Step): Promise<void> {
        for (const edit of edits) await this.#edit(edit);
        const isSuccess = await this.#run(run);
        this.log.push(`${JSON.stringify(edits)} ${JSON.stringify(run)} -> ${String(isSuccess)}`);
        await this.#checkRun(run, { isSuccess });
    }

    /** Runs once more without failures: whatever happened before, the next run succeeds. */
    async converge(): Promise<void> {
        const { engine } = this;
        for (const [name, one] of this.snapshots) {
            if (!engine.state.some((entry) => entry.name === name)) delete one.adopt;
        }
        await emulator.faults([]);
        await this.apply({ edits: [], run: { how: "upRefresh", at: 0, continueOnError: false } });
        expect(this.log.at(-1), `${this.log.join("\n")}\n${this.output}`).toMatch(/true$/);
    }

    async #edit(edit: Edit): Promise<void> {
        const live = (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId).sort();
        const pick = (index: number) => live[index % live.length];
        switch (edit.do) {
            case "declare": {
                const { volume, release, keepReplaced } = edit;
                const options = this.snapshots.get(edit.name)?.options ?? {};
                this.#dropAliases(edit.name);
                this.snapshots.set(edit.name, {
                    volume,
                    release,
                    ...(keepReplaced !== null && { keepReplaced }),
                    options,
                });
                return;
            }
            case "remove":
                this.snapshots.delete(edit.name);
                this.#dropShares();
                return;
            case "rename": {
                const former = this.snapshots.get(edit.name);
                if (former === undefined || this.snapshots.has(edit.to)) return;
                this.snapshots.delete(edit.name);
                this.#dropAliases(edit.to);
                const options = edit.isAliased ? { aliases: [edit.name] } : {};
                this.snapshots.set(edit.to, { ...former, options });
                for (const one of this.shares.values()) if (one.of === edit.name) one.of = edit.to;
                return;
            }
            case "adopt": {
                const id = pick(edit.index);
                const found = (await emulator.snapshots()).find(({ SnapshotId }) => SnapshotId === id);
                const volume = this.volumes.indexOf(found?.VolumeId ?? "");
                if (id === undefined || volume === -1) return;
                if (this.engine.state.some(({ name }) => name === edit.name)) return;
                this.#dropAliases(edit.name);
                this.snapshots.set(edit.name, { volume, adopt: id, options: {} });
                return;
            }
            case "create": {
                await emulator.createSnapshot(this.volumes[edit.volume] ?? "", tagList({ by: "hand" }));
                return;
            }
            case "delete": {
                const id = pick(edit.index);
                if (id === undefined) return;
                await emulator.deleteSnapshot(id);
                this.gone.add(id);
                this.foreign.delete(id);
                return;
            }
            case "foreign": {
                const id = pick(edit.index);
                const found = (await emulator.snapshots()).find(({ SnapshotId }) => SnapshotId === id);
                if (id === undefined || found?.State !== "completed") return;
                await new Door(emulator).create(
                    "Snapshot",
                    { volumeId: found.VolumeId, description: found.Description, adopt: id },
                    "other",
                );
                this.foreign.add(id);
                return;
            }
            case "share":
                if (!this.snapshots.has(edit.of)) return;
                this.shares.set(edit.name, { of: edit.of, accounts: edit.accounts, options: {} });
                return;
            case "unshare":
                this.shares.delete(edit.name);
        }
    }

    /** Drops the aliases with this name: one that names another declared resource is an error of the program. */
    #dropAliases(name: string): void {
        for (const one of this.snapshots.values())
            if (one.options.aliases?.includes(name) === true) one.options = {};
    }

    #dropShares(): void {
        for (const [name, { of }] of this.shares) if (!this.snapshots.has(of)) this.shares.delete(name);
    }

    /** Returns whether the run succeeded. */
    async #run({ how, at, fault, continueOnError, forced, replaced }: Run): Promise<boolean> {
        const { engine } = this;
        await emulator.faults(fault === undefined ? [] : [{ ...fault, after: at }]);
        const options = {
            continueOnError,
            ...(forced !== undefined && { forced: [forced] }),
            ...(replaced !== undefined && { replaced: [replaced] }),
        };
        const work: Record<Run["how"], () => Promise<Ran>> = {
            up: () => engine.up(this.program, options),
            upRefresh: () => engine.up(this.program, { ...options, refresh: true }),
            kill: () => engine.up(this.program, options),
            orphan: () => engine.up(this.program, options),
            refresh: () => engine.refresh(),
            destroy: () => engine.destroy(),
            preview: () => engine.preview(this.program),
        };
        let isSuccess = false;
        const operation = async () => {
            try {
                const ran = await work[how]();
                isSuccess = true;
                this.output += `${ran.output}\n`;
                return ran;
            } catch (error) {
                this.output += `${(error as Error).message}\n`;
                throw error;
            }
        };
        if (how === "kill" || how === "orphan") {
            const { onWait } = engine;
            let waits = 0;
            const isDue = () => Promise.resolve(waits++ >= at);
            // It rejects if the run ended before.
            const killing = engine.kill(operation, isDue, { isOrphan: how === "orphan" });
            const isKilled = await killing.then(
                () => true,
                () => false,
            );
            engine.onWait = onWait;
            isSuccess &&= !isKilled;
        } else await operation().catch(() => undefined);
        await emulator.faults([]);
        return isSuccess;
    }

    async #checkRun({ how }: Run, { isSuccess }: { isSuccess: boolean }): Promise<void> {
        const all = await emulator.snapshots();
        const ids = new Set(all.map(({ SnapshotId = "" }) => SnapshotId));
        const context = () => this.log.join("\n");
        for (const id of this.foreign) expect(ids.has(id), `${context()}\nforeign ${id}`).toBe(true);
        const declared = new Set([
            ...this.program.flatMap(({ name, options }) => [name, ...(options?.aliases ?? [])]),
        ]);
        const { state } = this.engine;
        for (const { kind, name, id, condemned } of state) {
            if (kind !== "Snapshot" || condemned === true || ids.has(id)) continue;
            if (how === "destroy" || !declared.has(name)) this.gone.add(id);
            expect(this.gone.has(id), `${context()}\n${name} ${id} of the state is gone`).toBe(true);
        }
        if (!isSuccess || how === "preview" || how === "refresh") return;
        if (how === "destroy") expect(state, context()).toEqual([]);
        else
            for (const { name, kind } of this.program) {
                const { id } = this.engine.live(name);
                if (kind === "Snapshot")
                    expect(ids.has(id) || this.gone.has(id), `${context()}\n${name} ${id}`).toBe(true);
            }
        const managed = new Set(state.map(({ id }) => id));
        for (const { SnapshotId: id = "", Tags = [] } of all) {
            const tags = new Map(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
            if (tags.get(stackTag) === stack && !managed.has(id) && !this.foreign.has(id))
                expect(
                    tags.has(claimTag) || this.output.includes(id),
                    `${context()}\n${id} is left: ${JSON.stringify(Tags)}\n${this.output}`,
                ).toBe(true);
            const granted = state.flatMap((entry) =>
                entry.kind === "SnapshotShare" && entry.id === id
                    ? (entry.outputs["accountIds"] as string[])
                    : [],
            );
            const { users } = await grantsOf(id);
            expect(users.sort(), `${context()}\naccess to ${id}`).toEqual([...new Set(granted)].sort());
        }
    }
}
