/**
 * Provides a Pulumi project in its own folder, which the real CLI runs against an emulator.
 *
 * @module
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type * as Processes from "../../scripts/processes.mjs" with { "resolution-mode": "import" };
import type { Emulator } from "../emulator/emulator";
import { attach, type Hosts } from "./hosts";
import { secretsProvider, Stack, type StateResource } from "./stack";

export type { StateResource };

const root = resolve(__dirname, "../..");
/** The folder is below the package's root, so that `require` finds the package as an installed one. */
const workFolder = join(root, "test/.work");

/** Lists the commands that start a program or a provider. */
const runsPrograms = new Set(["up", "preview", "refresh", "destroy"]);

export interface Ran {
    code: number;
    /** Contains standard output and standard error in their order. */
    output: string;
    /** Lists the operations that the engine requested, each with its resource; only with warm hosts. */
    operations?: string[];
}

export class Project {
    readonly #family = new Set<number>();

    private constructor(
        readonly cli: string,
        readonly stack: Stack,
        readonly env: Record<string, string>,
        private readonly processes: typeof Processes,
        readonly hosts: Partial<Hosts> | undefined,
    ) {}

    get folder(): string {
        return this.stack.folder;
    }

    /** Creates a project with a stack `test`; `program` is the CommonJS source of `index.js`. */
    static async create(
        cli: string,
        emulator: Emulator,
        program: string,
        { name = "project", parent = workFolder, main, runtime, config, hosts, vault }: ProjectOptions = {},
    ): Promise<Project> {
        const { layProject, pulumiYaml } = await import("../../scripts/pulumi-project.mjs");
        const processes = await import("../../scripts/processes.mjs");
        const folder = join(parent, `${name}-${randomUUID().slice(0, 8)}`);
        const stack = new Stack(folder, join(folder, "backend"), `organization/${name}/test`);
        const env = await layProject({
            cli,
            folder,
            stack: "test",
            passphrase: "test",
            ...(vault !== undefined && { stackSettings: secretsProvider }),
            settings: pulumiYaml({ name, ...(main && { main }), ...(runtime && { runtime }) }),
            files: { "package.json": '{ "name": "program", "main": "index.js" }', "index.js": program },
            config: { ...emulator.pulumiConfig(), ...config },
            environment: {
                ...emulator.env(),
                // The provider in test/engine/host.mjs advances the emulator's clock instead of waiting.
                EC2_EMULATOR: emulator.endpoint,
                PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
                NO_COLOR: "1",
                PULUMI_STACK: stack.name,
                ...(vault !== undefined && { VAULT_ADDR: vault }),
                // The CLI ends before it needs much memory; garbage collection takes a sixth of its start.
                GOGC: "off",
                GOMEMLIMIT: "512MiB",
            },
            backend: stack.backend,
        });
        await stack.init();
        // A program in a layout of its own, or in another language, tests how it is loaded.
        const isWarm = parent === workFolder && (runtime === undefined || runtime.includes("nodejs"));
        // Programs with a runtime of their own, but for those in TypeScript, use plugins.
        const isDynamic = !runtime?.includes("typescript: false");
        return new Project(cli, stack, env, processes, isWarm ? warmHosts(hosts, { isDynamic }) : undefined);
    }

    async write(file: string, text: string): Promise<void> {
        await writeFile(join(this.folder, file), text);
    }

    program(text: string): Promise<void> {
        return this.write("index.js", text);
    }

    /** Runs the CLI, and returns its result whether it succeeds or fails. */
    async run(...args: string[]): Promise<Ran> {
        const hosts = runsPrograms.has(args[0] ?? "") && (await attach(this.hosts, this));
        if (!hosts) return this.#ended(this.start(...args));
        const { code, output } = await this.#ended(this.#start(args, hosts.env));
        const released = await hosts.release();
        return { code, output: output + released.output, operations: released.operations };
    }

    async #ended(child: ChildProcess): Promise<Ran> {
        let output = "";
        child.stdout?.on("data", (text: Buffer) => (output += text.toString()));
        child.stderr?.on("data", (text: Buffer) => (output += text.toString()));
        const code = await new Promise<number>((done) =>
            child.once("close", (status) => {
                done(status ?? -1);
            }),
        );
        return { code, output };
    }

    /** Runs the CLI, which must succeed. */
    async succeed(...args: string[]): Promise<string> {
        const { code, output } = await this.run(...args);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${String(code)}:\n${output}`);
        return output;
    }

    /** Starts the CLI in its own process group, so that it can be killed with or without its children. */
    start(...args: string[]): ChildProcess {
        return this.#start(args, {});
    }

    #start(args: string[], env: Record<string, string>): ChildProcess {
        return spawn(this.cli, ["--non-interactive", ...args], {
            cwd: this.folder,
            env: { ...this.env, ...env },
            detached: true,
        });
    }

    /**
     * Starts the CLI with a separate provider process, for a run that is killed, whose waits take real time,
     * or in which the provider logs a message when the engine ends it.
     */
    async startWithOwnProvider(...args: string[]): Promise<{ cli: ChildProcess; ended: Promise<Ran> }> {
        const program = await attach(this.hosts, this, ["program"]);
        const cli = this.#start(args, program?.env ?? {});
        const ended = this.#ended(cli).then(async (ran) => {
            const released = await program?.release();
            return { ...ran, output: ran.output + (released?.output ?? "") };
        });
        return { cli, ended };
    }

    /** Runs the CLI with a separate provider process. */
    async runWithOwnProvider(...args: string[]): Promise<Ran> {
        const { ended } = await this.startWithOwnProvider(...args);
        return ended;
    }

    /** Suspends the engine of a CLI, so that it writes no state while its provider continues. */
    freeze(cli: ChildProcess): void {
        const engines = this.processes
            .descendants(cli.pid ?? 0)
            .filter((pid) => /bin\/pulumi\b/.test(commandOf(pid)));
        for (const pid of engines) process.kill(pid, "SIGSTOP");
    }

    /**
     * Kills (-9) a started CLI, as a machine failure does. Plugins are in separate process groups: the
     * provider process is left running as an orphan, or killed as well.
     */
    kill(cli: ChildProcess, { orphan }: { orphan: boolean }): void {
        const family = this.processes.descendants(cli.pid ?? 0);
        // The remaining processes are ended by id when the project is removed.
        family.forEach((pid) => this.#family.add(pid));
        const victims = orphan
            ? family.filter((pid) => !/dynamic-provider|pulumi-resource/.test(commandOf(pid)))
            : family;
        victims.forEach(this.processes.kill);
    }

    up(...args: string[]): Promise<string> {
        return this.succeed("up", "--yes", "--skip-preview", ...args);
    }

    /** Runs an `up` that must fail; returns its output. */
    upFails(...args: string[]): Promise<string> {
        return this.fails("up", ...args);
    }

    /** Runs a command that must fail; returns its output. */
    async fails(command: string, ...args: string[]): Promise<string> {
        const { code, output } = await this.run(command, "--yes", "--skip-preview", ...args);
        if (code === 0) throw new Error(`${command} was to fail, but it succeeded:\n${output}`);
        return output;
    }

    preview(...args: string[]): Promise<string> {
        return this.succeed("preview", "--diff", ...args);
    }

    refresh(...args: string[]): Promise<string> {
        return this.succeed("refresh", "--yes", "--skip-preview", ...args);
    }

    destroy(...args: string[]): Promise<string> {
        return this.succeed("destroy", "--yes", "--skip-preview", ...args);
    }

    /** Renames the stack; a name with slashes moves it to another project, which Pulumi.yaml must then name. */
    async rename(name: string): Promise<void> {
        await this.succeed("stack", "rename", name);
        this.stack.name = name.includes("/") ? name : this.stack.name.replace(/[^/]+$/, name);
        this.env["PULUMI_STACK"] = this.stack.name;
    }

    async outputs(): Promise<Record<string, unknown>> {
        const shown = await this.stack.outputs();
        if (shown !== undefined) return shown;
        const text = await this.succeed("stack", "output", "--json", "--show-secrets");
        return JSON.parse(text) as Record<string, unknown>;
    }

    /** Returns the resources of this package in the state. */
    async state(): Promise<StateResource[]> {
        const resources = await this.stack.resources();
        return resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/ebs:"));
    }

    async remove(): Promise<void> {
        this.#family.forEach(this.processes.kill);
        await rm(this.folder, { recursive: true, force: true });
    }
}

function warmHosts(
    hosts: Hosts | undefined,
    { isDynamic }: { isDynamic: boolean },
): Partial<Hosts> | undefined {
    return hosts === undefined || isDynamic ? hosts : { program: hosts.program };
}

function commandOf(pid: number): string {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
}

export interface ProjectOptions {
    name?: string;
    main?: string;
    runtime?: string;
    parent?: string;
    config?: Record<string, string>;
    /** If omitted, the CLI starts separate processes for the program and the provider, as it does for users. */
    hosts?: Hosts | undefined;
    /** Is the file with the key of the stack's secrets; without it, the CLI derives the key from a passphrase. */
    vault?: string;
}
