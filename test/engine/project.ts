/**
 * A Pulumi project in a folder of its own, run by the real CLI against an emulator.
 *
 * @module
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Emulator } from "../emulator/emulator";

const root = resolve(__dirname, "../..");
/** Below the package's root, so that `require` finds the package in its node_modules as an installed one. */
const workFolder = join(root, "test/.work");

export interface Ran {
    code: number;
    /** Standard output and standard error as they came. */
    output: string;
}

/** A resource as the state file has it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
    delete?: boolean;
    initErrors?: string[];
    retainOnDelete?: boolean;
}

export class Project {
    readonly #family = new Set<number>();

    private constructor(
        readonly folder: string,
        readonly emulator: Emulator,
        readonly env: Record<string, string>,
    ) {}

    /** A project with a stack `test`; `program` is the CommonJS text of `index.js`. */
    static async create(emulator: Emulator, program: string, options: ProjectOptions = {}): Promise<Project> {
        const folder = join(
            options.parent ?? workFolder,
            `${options.name ?? "project"}-${randomUUID().slice(0, 8)}`,
        );
        const backend = options.backend ?? join(folder, "backend");
        await mkdir(backend, { recursive: true });
        const project = new Project(folder, emulator, {
            ...emulator.env(),
            PULUMI_HOME: process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"),
            PULUMI_BACKEND_URL: `file://${backend}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
            NO_COLOR: "1",
        });
        const main = options.main === undefined ? "" : `main: ${options.main}\n`;
        const runtime = "runtime: { name: nodejs, options: { typescript: false } }\n";
        await project.write(
            "Pulumi.yaml",
            `name: ${options.name ?? "project"}\n${main}${options.runtime ?? runtime}`,
        );
        await project.write("package.json", '{ "name": "program", "main": "index.js" }');
        await project.write("index.js", program);
        await project.succeed("stack", "init", "test");
        const config = Object.entries({ ...emulator.pulumiConfig(), ...options.config });
        // One run of the CLI for all: each takes a second.
        const plain = config.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
        await project.succeed("config", "set-all", ...plain);
        return project;
    }

    async write(file: string, text: string): Promise<void> {
        await writeFile(join(this.folder, file), text);
    }

    program(text: string): Promise<void> {
        return this.write("index.js", text);
    }

    /** Runs the CLI; whatever comes out of it is a result. */
    async run(...args: string[]): Promise<Ran> {
        const child = this.start(...args);
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

    /** Starts the CLI in a process group of its own, so that it can be killed with or without its children. */
    start(...args: string[]): ChildProcess {
        const cli = join(root, "node_modules/pulumi/run.js");
        return spawn(process.execPath, [cli, "--non-interactive", ...args], {
            cwd: this.folder,
            env: this.env,
            detached: true,
        });
    }

    /** Stops the engine of a CLI in its tracks, so that it writes no state while its provider goes on. */
    freeze(cli: ChildProcess): void {
        const engines = descendants(cli.pid ?? 0).filter((pid) => /bin\/pulumi\b/.test(commandOf(pid)));
        for (const pid of engines) process.kill(pid, "SIGSTOP");
    }

    /**
     * Kills (-9) a CLI that was started, as a machine that dies would. Plugins are in process groups of their own: the
     * provider process is left running as an orphan, or killed as well.
     */
    kill(cli: ChildProcess, orphan: boolean): void {
        const family = descendants(cli.pid ?? 0);
        // What is left is ended with the project, by its id.
        family.forEach((pid) => this.#family.add(pid));
        const victims = orphan
            ? family.filter((pid) => !/dynamic-provider|pulumi-resource/.test(commandOf(pid)))
            : family;
        victims.forEach(killIfThere);
    }

    up(...args: string[]): Promise<string> {
        return this.succeed("up", "--yes", "--skip-preview", ...args);
    }

    /** An `up` that must fail; gives what it said. */
    upFails(...args: string[]): Promise<string> {
        return this.fails("up", ...args);
    }

    /** A command that must fail; gives what it said. */
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

    async outputs(): Promise<Record<string, unknown>> {
        return JSON.parse(await this.succeed("stack", "output", "--json", "--show-secrets")) as Record<
            string,
            unknown
        >;
    }

    /** The state file as it is written: secrets are not decrypted. */
    async stateText(): Promise<string> {
        const file = join(this.folder, "state.json");
        await this.succeed("stack", "export", "--file", file);
        return readFile(file, "utf8");
    }

    /** The resources of this package in the state. */
    async state(): Promise<StateResource[]> {
        const { deployment } = JSON.parse(await this.stateText()) as {
            deployment: { resources?: StateResource[] };
        };
        return (deployment.resources ?? []).filter(({ type }) =>
            type.startsWith("pulumi-nodejs:dynamic/ebs:"),
        );
    }

    /** Changes the state file by hand, as an older build would have left it. */
    async editState(edit: (resources: StateResource[]) => void): Promise<void> {
        const stack = JSON.parse(await this.stateText()) as { deployment: { resources: StateResource[] } };
        edit(stack.deployment.resources);
        await this.write("state.json", JSON.stringify(stack));
        await this.succeed("stack", "import", "--file", join(this.folder, "state.json"));
    }

    async remove(): Promise<void> {
        this.#family.forEach(killIfThere);
        await rm(this.folder, { recursive: true, force: true });
    }
}

/** A process and all below it. */
function descendants(pid: number): number[] {
    const lines = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    const parents = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
    const below = (top: number): number[] => [
        top,
        ...parents.filter(([, parent]) => parent === top).flatMap(([child]) => below(child)),
    ];
    return below(pid);
}

function commandOf(pid: number): string {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
}

function killIfThere(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // it has ended by itself
    }
}

export interface ProjectOptions {
    name?: string;
    main?: string;
    runtime?: string;
    parent?: string;
    backend?: string;
    config?: Record<string, string>;
}
