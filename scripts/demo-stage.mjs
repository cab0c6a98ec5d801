// What the demo stands on: an EC2 (emulated, or AWS itself), a volume in it, and the Pulumi CLI on the project at the
// root, with its backend, home and stack configuration in a temporary folder. All of it ends with the demo, however
// that ends.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulatorProcess } from "../test/emulator/start.mjs";
import { pulumiCli } from "./pulumi-cli.mjs";
import { tools } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = new URL("../dist/", import.meta.url);
const snapshotSeconds = 8;
/** Without dots while nothing happens, and without a link into the temporary folder. */
const plainly = ["--suppress-progress", "--suppress-permalink=true"];
/** How long a CLI that was asked to end may take before it is made to. */
const grace = 30_000;

/** The demo ends here, for a reason that these words say. */
export class Stop extends Error {}

export class Stage {
    program = join(root, "examples", "quickstart", "index.ts");
    /** Where Pulumi.yaml is. */
    #project;
    /** What the snapshots are of, in words. */
    volume;
    /** Where a volume is made from the snapshot. */
    zone = "us-east-1a";
    onAws = false;
    #cloud;
    #volumeId;
    #ownVolume = false;
    /** Snapshots of the volume that were there before the demo. */
    #before = new Set();
    #emulator;
    #settings = {};
    #environment = {};
    #cli;
    #folder;
    /** Whether the stack may hold something. */
    #dirty = false;
    #child;
    #signal;

    constructor({ project = root } = {}) {
        this.#project = project;
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
            process.on(signal, () => this.#interrupt(signal));
        // The reader has gone (`| head`, a closed terminal): nobody is left to show anything to.
        process.stdout.on("error", () => this.#interrupt("SIGHUP"));
        process.stderr.on("error", () => this.#interrupt("SIGHUP"));
        // Else the SDK writes nine lines about Node 20 and its own future.
        process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
        if (!existsSync(new URL("sdk/index.js", dist)))
            throw new Stop("The package is not built: npm run build");
    }

    /** An EC2 on this machine, with a volume of 8 GiB. */
    async useEmulator() {
        ({ pulumi: this.#cli } = await tools());
        // A proxy does not know this machine's own address.
        process.env.NO_PROXY = process.env.no_proxy = "127.0.0.1,localhost";
        this.#emulator = await startEmulatorProcess();
        const { endpoint } = this.#emulator;
        const keys = ["AKIATEST123456789012", "demo"];
        this.#environment = {
            ...inherited(/^(AWS|PULUMI)_/),
            AWS_ACCESS_KEY_ID: keys[0],
            AWS_SECRET_ACCESS_KEY: keys[1],
            AWS_EC2_METADATA_DISABLED: "true",
            // Files that do not exist: else the SDK would read those in the user's home.
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
        await this.#makeVolume(this.zone, 8);
        this.volume = `the volume ${this.#volumeId} (8 GiB)`;
    }

    /** AWS itself. `confirm` is asked once it is told where, and before anything is made. */
    async useAws({ region, volume }, confirm) {
        this.onAws = true;
        this.#environment = inherited(/^PULUMI_/);
        await this.#connect(region === undefined ? {} : { "aws:region": region });
        this.#settings = { "aws:region": this.#cloud.region };
        const account = await this.#account();
        this.zone = await this.#zone();
        const size = volume === undefined ? 1 : await this.#sizeOf(volume);
        this.volume =
            volume === undefined ? "a new empty volume (1 GiB)" : `the volume ${volume} (${size} GiB)`;
        this.say(
            `Account  ${account}`,
            `Region   ${this.#cloud.region}`,
            volume === undefined
                ? `Volume   a new empty one of 1 GiB in ${this.zone}, deleted at the end`
                : `Volume   ${volume}, ${size} GiB; it is only read`,
            "Makes    two snapshots of it, one after the other, and a volume 2 GiB larger from the second, and deletes",
            "         them all. AWS charges for what they hold.",
        );
        await confirm();
        this.#cli = await pulumiCli();
        if (volume === undefined) await this.#makeVolume(this.zone, 1);
        else this.#volumeId = volume;
        this.#before = new Set((await this.#snapshots()).map(({ SnapshotId }) => SnapshotId));
    }

    /** A stack, and what the program reads from its configuration. */
    async open() {
        this.#folder = await mkdtemp(join(tmpdir(), "ebs-snapshots-demo-"));
        const [home, state, temporary] = ["home", "state", "tmp"].map((name) => join(this.#folder, name));
        await Promise.all([home, state, temporary].map((folder) => mkdir(folder)));
        Object.assign(this.#environment, {
            PATH: dirname(this.#cli) + delimiter + process.env.PATH,
            // Pulumi leaves pipes there, and ts-node what it has compiled.
            TMPDIR: temporary,
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: "demo",
            PULUMI_STACK: "demo",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_SUPPRESS_NEO_LINK: "true",
        });
        // `stack init` writes the stack's configuration beside Pulumi.yaml: with a copy, nothing is left at the root.
        await copyFile(join(this.#project, "Pulumi.yaml"), join(this.#folder, "Pulumi.yaml"));
        await this.#run(["stack", "init", "demo", "--no-select", "--cwd", this.#folder], { quietly: true });
        const settings = Object.entries({ ...this.#settings, volumeId: this.#volumeId });
        const plain = settings.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
        await this.#run(["config", "set-all", ...plain, ...this.#configFile], { quietly: true });
    }

    get #configFile() {
        return ["--config-file", join(this.#folder, "Pulumi.demo.yaml")];
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

    async destroy() {
        this.#prompt("pulumi destroy");
        await this.#run(["destroy", "--yes", "--skip-preview", ...plainly, ...this.#configFile]);
        this.#dirty = false;
        this.#prompt("pulumi stack rm");
        // It would delete the configuration of a stack of this name beside Pulumi.yaml, which is not ours.
        await this.#run(["stack", "rm", "demo", "--yes", "--preserve-config"]);
    }

    /** The snapshots of the volume as EC2 shows them. */
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

    /** The volumes made from the snapshot, as EC2 shows them. */
    async listRecovered() {
        const found = await this.#recovered();
        if (found.length === 0) this.say("EC2 shows no volume made from a snapshot of it.");
        for (const { VolumeId, Size, AvailabilityZone, State } of found) {
            const ready = State === "available" ? ", ready to be attached" : "";
            this.say(`  ${VolumeId}  ${Size} GiB  ${AvailabilityZone}  ${State}${ready}`);
        }
    }

    /** Ends everything, and leaves nothing behind that can be removed; tells what is. */
    async clear() {
        const signal = this.#signal;
        // What was interrupted is over; what follows may be interrupted in its turn.
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
            this.say("", "Deleting what the demo has made.");
            await this.destroy().catch((error) => console.error(error.message));
        }
        try {
            const there = await this.#snapshots();
            left.push(...there.map(({ SnapshotId }) => SnapshotId).filter((id) => !this.#before.has(id)));
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
        if (left.length > 0) this.say("", `Left in your account, ${this.#cloud.region}: ${left.join(", ")}`);
        if (this.#dirty) this.say(`The stack's state is kept in ${this.#folder}; its passphrase is "demo".`);
        return left.length > 0 || this.#dirty;
    }

    // What a reader sees.

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

    // The CLI.

    /** Runs the CLI to its end; `quietly`, what it writes is shown only if it fails. */
    async #run(args, { quietly = false } = {}) {
        this.#heed();
        const colour = ["--color", this.#coloured ? "always" : "never"];
        const child = spawn(this.#cli, [...args, ...colour], {
            cwd: this.#project,
            env: this.#environment,
            stdio: quietly ? ["ignore", "pipe", "pipe"] : "inherit",
            // A process group of its own: Ctrl-C reaches it through us, and none of its children outlives it.
            detached: true,
        });
        this.#child = child;
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += data));
        const status = await new Promise((resolve, reject) => {
            child.once("error", reject);
            child.once("exit", (code, signal) => resolve(code ?? signal));
        });
        this.#child = undefined;
        endGroup(child, "SIGKILL");
        this.#heed();
        if (status !== 0) throw new Stop(`${output}pulumi ${args[0]} ended with ${status}.`);
    }

    #interrupt(signal) {
        this.#signal ??= signal;
        const child = this.#child;
        if (child === undefined) return;
        // The CLI ends what it has begun; a second one makes it end at once.
        endGroup(child, "SIGINT");
        setTimeout(() => child === this.#child && endGroup(child, "SIGKILL"), grace).unref();
    }

    #heed() {
        if (this.#signal !== undefined) throw new Stop("Interrupted.");
    }

    // EC2, through the very client of the provider: same configuration, same credentials, same proxies.

    async #connect(settings) {
        const load = (file) => import(new URL(`provider/ec2/${file}.js`, dist));
        const [{ openCloud }, { readConfiguration }, { configuredRegion }] = await Promise.all(
            ["cloud", "config", "region"].map(load),
        );
        const clock = { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
        const configuration = readConfiguration((key) => settings[key]);
        const region = await configuredRegion(configuration.aws);
        if (region === undefined) throw new Stop("Which region? Add --region, or set AWS_REGION.");
        this.#cloud = openCloud(configuration, region, undefined, { clock });
    }

    async #account() {
        try {
            return await this.#cloud.account();
        } catch (error) {
            throw new Stop(
                error.code === "CredentialsProviderError"
                    ? "No AWS credentials found. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run without --aws."
                    : `AWS did not say who you are: ${error.message}`,
            );
        }
    }

    async #zone() {
        const { DescribeAvailabilityZonesCommand } = await import("@aws-sdk/client-ec2");
        const Filters = [
            { Name: "zone-type", Values: ["availability-zone"] },
            { Name: "state", Values: ["available"] },
        ];
        const request = new DescribeAvailabilityZonesCommand({ Filters });
        const found = await this.#cloud.call("DescribeAvailabilityZones", (ec2) => ec2.send(request));
        return found.AvailabilityZones[0].ZoneName;
    }

    async #sizeOf(volume) {
        const found = await this.#cloud.volumes.read(volume);
        if (found === undefined) throw new Stop(`There is no volume ${volume} in ${this.#cloud.region}.`);
        return found.Size;
    }

    async #makeVolume(zone, size) {
        const { CreateVolumeCommand } = await import("@aws-sdk/client-ec2");
        const tags = [{ Key: "Name", Value: "pulumi-ebs-snapshots demo" }];
        const request = new CreateVolumeCommand({
            AvailabilityZone: zone,
            Size: size,
            VolumeType: "gp3",
            TagSpecifications: [{ ResourceType: "volume", Tags: tags }],
        });
        const made = await this.#cloud.call("CreateVolume", (ec2) => ec2.send(request), {
            repeatable: false,
        });
        this.#volumeId = made.VolumeId;
        this.#ownVolume = true;
    }

    async #deleteVolume() {
        const { DeleteVolumeCommand } = await import("@aws-sdk/client-ec2");
        const request = new DeleteVolumeCommand({ VolumeId: this.#volumeId });
        await this.#cloud.call("DeleteVolume", (ec2) => ec2.send(request));
    }

    /** What carries the tag of the demo's stack. */
    async #recovered() {
        const tags = { "pulumi-ebs-snapshots:stack": ["organization/ebs-snapshots-quickstart/demo"] };
        return [...(await this.#cloud.volumes.tagged(tags)).values()];
    }

    async #snapshots() {
        const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
        const Filters = [{ Name: "volume-id", Values: [this.#volumeId] }];
        const request = new DescribeSnapshotsCommand({ OwnerIds: ["self"], Filters });
        const { Snapshots } = await this.#cloud.call("DescribeSnapshots", (ec2) => ec2.send(request));
        return Snapshots ?? [];
    }
}

/** This process's environment without what could change whose account, login or stack is used. */
function inherited(without) {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !without.test(name)));
}

function endGroup(child, signal) {
    try {
        process.kill(-child.pid, signal);
    } catch {
        // it has ended by itself
    }
}
