// Provides the environment of the demo: EC2 (emulated, or AWS itself), a volume in it, and the Pulumi CLI with the
// quickstart, with its backend, home and stack configuration in a temporary folder. The stage removes all of it when
// the demo ends in any way.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulatorProcess } from "../test/emulator/start.mjs";
import { descendants, kill } from "./processes.mjs";
import { pulumiCli } from "./pulumi-cli.mjs";
import { layProject } from "./pulumi-project.mjs";
import { tools } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const quickstart = join(root, "examples", "quickstart");
const dist = new URL("../dist/", import.meta.url);
const snapshotSeconds = 8;
/** The CLI prints no dots while it waits, and no link into the temporary folder. */
const plainly = ["--suppress-progress", "--suppress-permalink=true"];
/** A CLI that receives SIGINT may take this long to end before it is killed. */
const grace = 30_000;

/** Ends the demo with a message that contains the reason. */
export class Stop extends Error {}

export class Stage {
    program = join(quickstart, "index.ts");
    /** Describes the source of the snapshots in messages. */
    volume;
    /** The volume from the snapshot is created in this zone. */
    zone = "us-east-1a";
    onAws = false;
    #ec2;
    #volumeId;
    #ownVolume = false;
    /** Contains the snapshots of the volume that existed before the demo. */
    #before = new Set();
    #emulator;
    #settings = {};
    #environment = {};
    #cli;
    #folder;
    /** Is true if the stack may contain resources. */
    #dirty = false;
    #child;
    #signal;

    constructor() {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
            process.on(signal, () => this.#interrupt(signal));
        // The output is closed (`| head`, a closed terminal), so that no person sees the rest of the demo.
        process.stdout.on("error", () => this.#interrupt("SIGHUP"));
        process.stderr.on("error", () => this.#interrupt("SIGHUP"));
        // Without this, the SDK prints nine lines about its support of Node 20.
        process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
        if (!existsSync(new URL("sdk/index.js", dist)))
            throw new Stop("The package is not built: npm run build");
    }

    /** Starts an EC2 emulator on this machine, with a volume of 8 GiB. */
    async useEmulator() {
        ({ pulumi: this.#cli } = await tools());
        // A proxy cannot reach this machine's loopback address.
        process.env.NO_PROXY = process.env.no_proxy = "127.0.0.1,localhost";
        this.#emulator = await startEmulatorProcess();
        const { endpoint } = this.#emulator;
        const keys = ["AKIATEST123456789012", "demo"];
        this.#environment = {
            ...inherited(/^(AWS|PULUMI)_/),
            AWS_ACCESS_KEY_ID: keys[0],
            AWS_SECRET_ACCESS_KEY: keys[1],
            AWS_EC2_METADATA_DISABLED: "true",
            // These files do not exist: without them the SDK would read those in the user's home.
            AWS_CONFIG_FILE: "/nonexistent/config",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
        };
        this.#settings = {
            "aws:region": "us-east-1",
            "aws:endpoints": JSON.stringify([{ ec2: endpoint, sts: endpoint }]),
        };
        await this.#connect({ ...this.#settings, "aws:accessKey": keys[0], "aws:secretKey": keys[1] });
        const body = JSON.stringify({ snapshotSeconds });
        const answer = await fetch(`${endpoint}/_emulator/settings`, { method: "PUT", body });
        if (!answer.ok) throw new Error(`the emulator answered ${answer.status}`);
        await this.#createVolume(this.zone, 8);
        this.volume = `the volume ${this.#volumeId} (8 GiB)`;
    }

    /**
     * Connects to AWS itself. `confirm` is called when the account and region are shown, before anything is created.
     */
    async useAws({ region, volume }, confirm) {
        this.onAws = true;
        this.#environment = inherited(/^PULUMI_/);
        await this.#connect(region === undefined ? {} : { "aws:region": region });
        this.#settings = { "aws:region": this.#ec2.region };
        const account = await this.#account();
        this.zone = await this.#zone();
        const size = volume === undefined ? 1 : await this.#sizeOf(volume);
        this.volume =
            volume === undefined ? "a new empty volume (1 GiB)" : `the volume ${volume} (${size} GiB)`;
        this.say(
            `Account  ${account}`,
            `Region   ${this.#ec2.region}`,
            volume === undefined
                ? `Volume   a new empty one of 1 GiB in ${this.zone}, deleted at the end`
                : `Volume   ${volume}, ${size} GiB; it is only read`,
            "Creates  a snapshot of it, shares it with account 444455556666, creates a volume 2 GiB larger from it,",
            "         and deletes both. AWS charges for what they hold.",
        );
        await confirm();
        this.#cli = await pulumiCli();
        if (volume === undefined) await this.#createVolume(this.zone, 1);
        else this.#volumeId = volume;
        this.#before = new Set((await this.#snapshots()).map(({ SnapshotId }) => SnapshotId));
    }

    /** Creates a stack with the configuration that the program reads. */
    async open() {
        this.#folder = await mkdtemp(join(tmpdir(), "ebs-snapshots-demo-"));
        const [home, temporary] = ["home", "tmp"].map((name) => join(this.#folder, name));
        await mkdir(temporary);
        // The stack's configuration belongs to a copy of Pulumi.yaml, so that no file remains in the example.
        this.#environment = await layProject({
            cli: this.#cli,
            folder: this.#folder,
            stack: "demo",
            passphrase: "demo",
            settings: await readFile(join(quickstart, "Pulumi.yaml"), "utf8"),
            config: { ...this.#settings, volumeId: this.#volumeId },
            environment: {
                ...this.#environment,
                // Pulumi leaves pipes in this folder, and ts-node its compiled files.
                TMPDIR: temporary,
                PULUMI_STACK: "demo",
                PULUMI_SUPPRESS_NEO_LINK: "true",
            },
            home,
        });
        await this.#run(["stack", "init", "demo", "--no-select", "--cwd", this.#folder], { quietly: true });
    }

    get #configFile() {
        return ["--config-file", join(this.#folder, "Pulumi.demo.yaml")];
    }

    async unset(key) {
        this.#prompt(`pulumi config rm ${key}`);
        await this.#run(["config", "rm", key, ...this.#configFile], { quietly: true });
    }

    async configure(key, value) {
        this.#prompt(`pulumi config set ${key} ${value}`);
        await this.#run(["config", "set", key, value, ...this.#configFile], { quietly: true });
    }

    async preview(...args) {
        this.#prompt(["pulumi preview", ...args].join(" "));
        await this.#run(["preview", ...args, ...plainly, ...this.#configFile]);
    }

    async up() {
        this.#prompt("pulumi up");
        this.#dirty = true;
        await this.#run(["up", "--yes", "--skip-preview", ...plainly, ...this.#configFile]);
    }

    /** Runs `up`, and kills it when its output matches; returns whether it was killed before its end. */
    async upUntilKilled(pattern) {
        this.#prompt("pulumi up");
        this.#dirty = true;
        const args = ["up", "--yes", "--skip-preview", ...plainly, ...this.#configFile];
        const isKilled = await this.#run(args, { killAt: pattern });
        if (isKilled) this.#prompt("kill -9 <pulumi>");
        return isKilled;
    }

    /** Removes the lock that a killed run leaves on the stack. */
    async unlock() {
        this.#prompt("pulumi cancel");
        await this.#run(["cancel", "demo", "--yes", "--cwd", this.#folder], { quietly: true });
    }

    /** Removes the pending operation of the killed run from the state; otherwise each run would show a warning. */
    async clearPendingOperation() {
        this.#prompt("pulumi refresh --clear-pending-creates");
        await this.#run(
            ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...this.#configFile],
            {
                quietly: true,
            },
        );
    }

    /** Runs a preview that the provider rejects. */
    async failingPreview() {
        this.#prompt("pulumi preview");
        await this.#run(["preview", ...plainly, ...this.#configFile], { fails: true });
    }

    /** Prints the plan of a schedule. */
    async plan(schedule, from, until) {
        const file = join(this.#folder, "schedule.json");
        await writeFile(file, JSON.stringify(schedule));
        this.#prompt(`ebs-snapshots plan schedule.json --from ${from} --until ${until}`);
        const { main } = await import(new URL("cli/index.js", dist));
        const { text } = await main(["plan", file, "--from", from, "--until", until]);
        this.say("", text.trimEnd());
    }

    async destroy() {
        this.#prompt("pulumi destroy");
        await this.#run(["destroy", "--yes", "--skip-preview", ...plainly, ...this.#configFile]);
        this.#dirty = false;
        this.#prompt("pulumi stack rm");
        // Without the option, the CLI would delete the user's own configuration of a stack with this name.
        await this.#run(["stack", "rm", "demo", "--yes", "--preserve-config"]);
    }

    /** Lists the snapshots of the volume as EC2 shows them. */
    async list() {
        const tag = (snapshot, key) => snapshot.Tags?.find(({ Key }) => Key === key)?.Value ?? "";
        const rows = (await this.#snapshots()).map((snapshot) => [
            snapshot.SnapshotId,
            tag(snapshot, "Name"),
            tag(snapshot, "Group"),
            tag(snapshot, "BillingCode"),
            snapshot.State,
            `${snapshot.VolumeSize} GiB`,
            snapshot.StartTime.toISOString().replace(/\.\d+Z$/, "Z"),
        ]);
        if (rows.length === 0) return this.say(`EC2 shows no snapshot of ${this.#volumeId}.`);
        const heads = ["id", "name", "group", "billing code", "state", "size", "started"];
        const widths = heads.map((head, column) =>
            Math.max(head.length, ...rows.map((row) => row[column].length)),
        );
        const line = (row) =>
            `  ${row.map((cell, column) => cell.padEnd(widths[column])).join("  ")}`.trimEnd();
        console.log([this.#styled("2", line(heads)), ...rows.map(line)].join("\n"));
    }

    /** Lists the volumes from the snapshot as EC2 shows them. */
    async listRecovered() {
        const found = await this.#recovered();
        if (found.length === 0) this.say("EC2 shows no volume created from a snapshot of it.");
        for (const { VolumeId, Size, AvailabilityZone, State } of found) {
            const ready = State === "available" ? ", ready to be attached" : "";
            this.say(`  ${VolumeId}  ${Size} GiB  ${AvailabilityZone}  ${State}${ready}`);
        }
    }

    /** Ends all processes and deletes everything that can be deleted; reports what remains. */
    async clear() {
        const signal = this.#signal;
        // The interrupted work has ended; the cleanup may be interrupted as well.
        this.#signal = undefined;
        const left = this.onAws && this.#volumeId !== undefined ? await this.#clearAws() : false;
        await this.#emulator?.stop();
        if (this.#folder !== undefined && !(left && this.#dirty)) {
            await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
        }
        return { signal, left };
    }

    async #clearAws() {
        const left = [];
        if (this.#dirty) {
            this.say("", "Deleting what the demo has created.");
            await this.destroy().catch((error) => console.error(error.message));
        }
        try {
            const existing = await this.#snapshots();
            left.push(...existing.map(({ SnapshotId }) => SnapshotId).filter((id) => !this.#before.has(id)));
            left.push(...(await this.#recovered()).map(({ VolumeId }) => VolumeId));
        } catch (error) {
            console.error(error.message);
        }
        if (this.#ownVolume) {
            await this.#deleteVolume().catch((error) => {
                console.error(error.message);
                left.push(this.#volumeId);
            });
        }
        if (left.length > 0) this.say("", `Left in your account, ${this.#ec2.region}: ${left.join(", ")}`);
        if (this.#dirty) this.say(`The stack's state is kept in ${this.#folder}; its passphrase is "demo".`);
        return left.length > 0 || this.#dirty;
    }

    // These functions write to the terminal.

    #steps = 0;
    #coloured = process.stdout.isTTY ? !process.env.NO_COLOR : Boolean(Number(process.env.FORCE_COLOR ?? 0));

    step(title) {
        console.log(`\n${this.#styled("1", `${++this.#steps}. ${title}`)}`);
    }

    say(...lines) {
        for (const line of lines) console.log(line);
    }

    show(text) {
        console.log(`\n${text.trimEnd().replace(/^(?=.)/gm, "    ")}`);
    }

    #prompt(command) {
        console.log(`\n${this.#styled("36", `$ ${command}`)}`);
    }

    #styled(code, text) {
        return this.#coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
    }

    // These functions run the CLI.

    /**
     * Runs the CLI to its end; with `quietly` its output is shown only if it fails, and with `fails` it is expected to
     * fail. With `killAt`, the CLI is killed when its output matches; the result is whether that happened.
     */
    async #run(args, { quietly = false, fails = false, killAt } = {}) {
        this.#checkInterrupt();
        const colour = ["--color", this.#coloured ? "always" : "never"];
        const child = spawn(this.#cli, [...args, ...colour], {
            cwd: quickstart,
            env: this.#environment,
            stdio: quietly || killAt !== undefined ? ["ignore", "pipe", "pipe"] : "inherit",
            // The CLI has its own process group: it receives Ctrl-C through this process, and none of its children
            // outlives it.
            detached: true,
        });
        this.#child = child;
        let output = "";
        let isKilled = false;
        for (const stream of [child.stdout, child.stderr])
            stream?.on("data", (data) => {
                output += data;
                if (!quietly) process.stdout.write(data);
                if (isKilled || killAt === undefined || !killAt.test(output)) return;
                isKilled = true;
                descendants(child.pid).forEach(kill);
            });
        const status = await new Promise((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (code, signal) => resolve(code ?? signal));
        });
        this.#child = undefined;
        endGroup(child, "SIGKILL");
        this.#checkInterrupt();
        if (isKilled) return true;
        if (fails && status === 0)
            throw new Stop(`pulumi ${args[0]} succeeded, but should have been refused.`);
        if (!fails && status !== 0)
            throw new Stop(`${quietly ? output : ""}pulumi ${args[0]} ended with ${status}.`);
        return false;
    }

    #interrupt(signal) {
        this.#signal ??= signal;
        const child = this.#child;
        if (child === undefined) return;
        // On the first signal, the CLI finishes the operations in progress; on a second one it ends immediately.
        endGroup(child, "SIGINT");
        setTimeout(() => child === this.#child && endGroup(child, "SIGKILL"), grace).unref();
    }

    #checkInterrupt() {
        if (this.#signal !== undefined) throw new Stop("Interrupted.");
    }

    // These functions call EC2 through the provider's client, with its configuration, credentials and proxies.

    async #connect(settings) {
        const load = (file) => import(new URL(file, dist));
        const [{ openEc2 }, { readConfiguration }, { configuredRegion }] = await Promise.all(
            ["provider/aws/ec2.js", "schema/configuration.js", "provider/aws/region.js"].map(load),
        );
        const clock = { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
        const configuration = readConfiguration((key) => settings[key]);
        const region = await configuredRegion(configuration.aws);
        if (region === undefined) throw new Stop("Which region? Add --region, or set AWS_REGION.");
        this.#ec2 = openEc2(configuration, region, undefined, { clock });
    }

    async #account() {
        try {
            return await this.#ec2.account();
        } catch (error) {
            // The provider's remedy is for stacks: here it would be misleading.
            const hasNone = error.key === "aws:profile" && process.env.AWS_PROFILE === undefined;
            throw new Stop(
                hasNone
                    ? "No AWS credentials found. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run without --aws."
                    : `AWS did not say who you are: ${error.message}`,
            );
        }
    }

    async #zone() {
        const Filters = [
            { Name: "zone-type", Values: ["availability-zone"] },
            { Name: "state", Values: ["available"] },
        ];
        const found = await this.#ec2.send("DescribeAvailabilityZones", { Filters });
        return found.AvailabilityZones[0].ZoneName;
    }

    async #sizeOf(volume) {
        const found = await this.#ec2.volumes.read(volume);
        if (found === undefined) throw new Stop(`There is no volume ${volume} in ${this.#ec2.region}.`);
        return found.Size;
    }

    async #createVolume(zone, size) {
        const tags = [{ Key: "Name", Value: "pulumi-ebs-snapshots demo" }];
        const input = {
            AvailabilityZone: zone,
            Size: size,
            VolumeType: "gp3",
            TagSpecifications: [{ ResourceType: "volume", Tags: tags }],
        };
        const created = await this.#ec2.send("CreateVolume", input, { idempotent: false });
        this.#volumeId = created.VolumeId;
        this.#ownVolume = true;
    }

    async #deleteVolume() {
        await this.#ec2.send("DeleteVolume", { VolumeId: this.#volumeId });
    }

    /** Returns the resources with the tag of the demo's stack. */
    async #recovered() {
        const tags = { "pulumi-ebs-snapshots:stack": ["organization/quickstart/demo"] };
        return [...(await this.#ec2.volumes.tagged(tags)).values()];
    }

    async #snapshots() {
        const Filters = [{ Name: "volume-id", Values: [this.#volumeId] }];
        const { Snapshots } = await this.#ec2.send("DescribeSnapshots", { OwnerIds: ["self"], Filters });
        return Snapshots ?? [];
    }
}

/** Returns this process's environment without variables that could change the account, login or stack. */
function inherited(without) {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !without.test(name)));
}

function endGroup(child, signal) {
    try {
        process.kill(-child.pid, signal);
    } catch {
        // The process has ended already.
    }
}
