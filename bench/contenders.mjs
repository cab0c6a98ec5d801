// Defines the contenders. Each receives an account and N volumes, and implements some of these steps: up, again,
// preview, refresh, destroy, state.
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTarballs } from "../scripts/dist.mjs";
import { pulumiCli } from "../scripts/pulumi-cli.mjs";
import { layProject, pulumiYaml } from "../scripts/pulumi-project.mjs";
import { run } from "./process.mjs";
import { terraform } from "./terraform.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const peers = fileURLToPath(new URL("peers/", import.meta.url));
/**
 * The folder lies below the package's root, so that programs find the package and its dependencies like installed ones.
 */
const workFolder = join(root, "temp", "bench", "work");
const quietly = ["--non-interactive", "--suppress-progress", "--color", "never"];

/** The CLI writes the state once, at the end of a run; see docs/scale.md. */
const stateWrittenLast = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Runs a stack of one of the programs in peers/. */
class Stack {
    static async open(peer, account, volumes, options = {}, door = {}) {
        const stack = new Stack();
        stack.folder = join(workFolder, `${peer}-${randomUUID().slice(0, 8)}`);
        stack.volumes = volumes;
        stack.cli = await pulumiCli();
        stack.env = await layProject({
            cli: stack.cli,
            folder: stack.folder,
            stack: "bench",
            passphrase: "bench",
            settings: pulumiYaml({ name: "bench" }) + (door.settings ?? ""),
            files: {
                "package.json": '{ "name": "program", "main": "index.js" }',
                "index.js": await readFile(join(peers, peer, "index.js"), "utf8"),
            },
            config: { ...account.config, ...door.config },
            environment: { ...account.env, ...door.env },
        });
        await stack.declare(options);
        await stack.#pulumi(["stack", "init", "bench"]);
        return stack;
    }

    /** Changes what the program declares in addition to its volumes. */
    async declare(options) {
        await writeFile(
            join(this.folder, "input.json"),
            JSON.stringify({ volumes: this.volumes, ...options }),
        );
    }

    up({ args = [], ...options } = {}) {
        return this.#pulumi(["up", "--yes", "--skip-preview", ...quietly, ...args], options);
    }

    /** Creates what later steps are measured with; the CLI writes the state once. */
    prepare() {
        return this.up({ env: { ...this.env, ...stateWrittenLast } });
    }

    preview() {
        return this.#pulumi(["preview", ...quietly]);
    }

    refresh(...args) {
        return this.#pulumi(["refresh", "--yes", "--skip-preview", ...quietly, ...args]);
    }

    destroy() {
        return this.#pulumi(["destroy", "--yes", "--skip-preview", ...quietly]);
    }

    /** Returns the mean bytes of a snapshot as the backend stores it, and as `pulumi stack export` indents it. */
    async state() {
        const { stdout } = await this.#pulumi(["stack", "export"]);
        const snapshots = JSON.parse(stdout).deployment.resources.filter(
            ({ type, outputs }) =>
                /dynamic|^(ebs-snapshots|plain-outputs):/.test(type) && outputs?.volumeId !== undefined,
        );
        const mean = (text) =>
            Math.round(
                snapshots.reduce((sum, one) => sum + Buffer.byteLength(text(one)) + 1, 0) / snapshots.length,
            );
        const indented = (one) => JSON.stringify(one, null, 4).replace(/^/gm, " ".repeat(12));
        return { bytes: mean((one) => JSON.stringify(one)), exported: mean((one) => `${indented(one)}\n`) };
    }

    async close() {
        if (!process.env.BENCH_KEEP) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }

    #pulumi(args, options = {}) {
        return run(this.cli, args, { cwd: this.folder, env: this.env, ...options });
    }
}

/** Runs a command line tool that starts a process for each command, and has no state. */
class AwsCli {
    #snapshots = [];

    constructor(python, account, volumes) {
        this.python = python;
        this.account = account;
        this.volumes = volumes;
    }

    up() {
        return timed(async () => {
            for (const volume of this.volumes) {
                const tags = `Tags=[{Key=Name,Value=${volume}},{Key=Group,Value=payments},{Key=BillingCode,Value=CC-1042}]`;
                const { stdout } = await this.#aws(
                    ...[
                        "create-snapshot",
                        "--volume-id",
                        volume,
                        "--query",
                        "SnapshotId",
                        "--output",
                        "text",
                    ],
                    ...["--tag-specifications", `ResourceType=snapshot,${tags}`],
                );
                this.#snapshots.push(stdout.trim());
            }
            await this.#aws("wait", "snapshot-completed", "--snapshot-ids", ...this.#snapshots);
        });
    }

    destroy() {
        return timed(async () => {
            for (const snapshot of this.#snapshots)
                await this.#aws("delete-snapshot", "--snapshot-id", snapshot);
        });
    }

    close() {
        // The AWS CLI has no state.
    }

    #aws(...args) {
        return run(this.python, ["-m", "awscli", "ec2", ...args], { env: this.account.env });
    }
}

class Ansible {
    constructor(python, account, volumes) {
        this.python = python;
        this.account = account;
        this.volumes = volumes;
        this.output = join(workFolder, `ansible-${randomUUID().slice(0, 8)}.json`);
    }

    async up() {
        await mkdir(workFolder, { recursive: true });
        return this.#play("create.yml", JSON.stringify({ volumes: this.volumes, output: this.output }));
    }

    destroy() {
        return this.#play("delete.yml", `@${this.output}`);
    }

    async close() {
        await rm(this.output, { force: true });
    }

    #play(playbook, variables) {
        const interpreter = "ansible_python_interpreter={{ ansible_playbook_python }}";
        const args = [
            "-m",
            "ansible",
            "playbook",
            "-i",
            "localhost,",
            "-c",
            "local",
            "-e",
            variables,
            "-e",
            interpreter,
        ];
        return run(this.python, [...args, join(peers, "ansible", playbook)], {
            env: {
                ...this.account.env,
                ANSIBLE_NOCOLOR: "1",
                ANSIBLE_LOCALHOST_WARNING: "False",
                LC_ALL: "C.UTF-8",
            },
        });
    }
}

async function timed(work) {
    const start = performance.now();
    await work();
    return { seconds: (performance.now() - start) / 1000 };
}

const tool = (Peer) => (python) => ({ open: async (account, volumes) => new Peer(python, account, volumes) });
const program = (peer, options, door) => ({
    open: (account, volumes) => Stack.open(peer, account, volumes, options, door),
});

export const ours = { name: "this package", ...program("ours") };
export const barrier = {
    name: "this package, one CompletedSnapshots",
    ...program("ours", { barrier: true }),
};
export const barrierWrittenLast = {
    name: "this package, one CompletedSnapshots, state written last",
    ...program("ours", { barrier: true }, { env: stateWrittenLast }),
};
/** Runs all waits at the same time. */
export const oursParallel = { name: "this package, --parallel 100", ...program("ours") };
export const background = {
    name: "this package, in the background",
    ...program("ours", { background: true }),
};
/** Runs the bundle of `npm run dist` instead of the dynamic-provider host. */
const bundled = (name, options) => ({
    name,
    async open(account, volumes) {
        const folder = dirname(await pluginLauncher());
        return Stack.open("ours", account, volumes, options, {
            settings: pluginsYaml("ebs-snapshots", folder),
            config: { "ebs-snapshots:plugin": "true" },
        });
    },
});
export const oursPlugin = bundled("this package, plugin", {});
export const backgroundPlugin = bundled("this package, plugin, in the background", { background: true });

/** Runs a minimal plugin, whose resources have no properties, or the data of a snapshot of this package. */
const plainly = (name, options) => ({
    name,
    open: (account, volumes) =>
        Stack.open("plain-plugin", account, volumes, options, {
            settings: pluginsYaml("plain-outputs", join(peers, "plain-plugin")),
        }),
});
export const plainPlugin = plainly("do-nothing plugin", {});
export const plainPluginCarrier = plainly("do-nothing plugin with the same data", { carries: true });
/** Shows what the data alone costs. */
export const plainPluginCarrierWithoutTraces = plainly(
    "do-nothing plugin with the same data, without stack traces",
    { carries: true, withoutTraces: true },
);

/** Returns the lines of Pulumi.yaml that contain the folder of a plugin. */
function pluginsYaml(name, folder) {
    return `plugins: { providers: [{ name: ${name}, path: ${JSON.stringify(folder)} }] }\n`;
}

let tarballs;

/** Bundles the plugin once per run. */
export async function pluginLauncher() {
    const [first] = await (tarballs ??= makeTarballs(join(root, "temp", "bench", "plugin")));
    return join(dirname(first), "content", "pulumi-resource-ebs-snapshots");
}

/** Receives snapshots instead of volumes. */
export const shares = { name: "this package, shares", of: "snapshots", ...program("shares") };
/** Receives instances instead of volumes. */
export const sets = { name: "this package, InstanceSnapshots", of: "instances", ...program("sets") };
/** Creates snapshots with these features. */
export const withFeatures = (name, features) => ({
    name: `this package, ${name}`,
    ...program("ours", { features }),
});
export const plain = { name: "plain dynamic provider", ...program("plain") };
export const plainLocks = { name: "plain dynamic provider, lock", ...program("plain", { lock: true }) };
export const oursVolumes = { name: "this package, VolumeFromSnapshot", ...program("ours-volumes") };
export const clones = { name: "this package, VolumeClone", ...program("clones") };
/** Receive snapshots instead of volumes. */
export const copies = { name: "this package, SnapshotCopy", of: "snapshots", ...program("copies") };
export const plainShares = {
    name: "plain dynamic provider, shares",
    of: "snapshots",
    ...program("plain-shares"),
};
export const plainVolumes = { name: "plain dynamic provider, volumes", ...program("plain-volumes") };
export const nothing = { name: "do-nothing dynamic provider", ...program("nothing") };
export const carrier = { name: "do-nothing provider with the same data", ...program("carrier") };

/** Returns the tools that are available on this machine, and the unavailable ones with the reason. */
export async function otherTools() {
    const leftOut = [
        {
            name: "aws.ebs.Snapshot of @pulumi/aws",
            why: "its plugin, a binary of its own, is in no package registry and was not measured",
        },
    ];
    const found = {};
    for (const [key, name, folder, Peer, module, line] of [
        ["awsCli", "AWS CLI", "aws-cli", AwsCli, ["awscli", "--version"], /aws-cli\/\S+/],
        [
            "ansible",
            "Ansible amazon.aws.ec2_snapshot",
            "ansible",
            Ansible,
            ["ansible", "playbook", "--version"],
            /core \S+(?=\])/,
        ],
    ]) {
        try {
            const python = await environment(folder);
            const { output } = await run(python, ["-m", ...module], { env: { ...process.env } });
            found[key] = { name, version: line.exec(output)?.[0] ?? "unknown", ...tool(Peer)(python) };
        } catch (error) {
            leftOut.push({ name, why: `its set-up failed: ${error.message.trim().split("\n").at(-1)}` });
        }
    }
    try {
        found.terraform = await terraform();
    } catch (error) {
        leftOut.push({ name: "Terraform's AWS provider", why: error.message.trim().split("\n").at(-1) });
    }
    return { ...found, leftOut };
}

/** Creates a virtual environment, once for each list of requirements. */
async function environment(peer) {
    const requirements = join(peers, peer, "requirements.txt");
    const hash = createHash("sha256")
        .update(await readFile(requirements))
        .digest("hex")
        .slice(0, 12);
    const home = join(root, ".tools", `bench-${peer}-${hash}`);
    const python = (folder) => join(folder, "bin", "python");
    if (existsSync(home)) return python(home);
    console.error(`Setting up ${peer} in .tools/, once, one to three minutes ...`);
    const temporary = `${home}.${process.pid}.tmp`;
    const env = { ...process.env };
    try {
        await run("python3", ["-m", "venv", temporary], { env });
        await run(python(temporary), ["-m", "pip", "install", "--quiet", "-r", requirements], { env });
        await rename(temporary, home);
    } finally {
        await rm(temporary, { recursive: true, force: true });
    }
    return python(home);
}
