// Provides the environment of the demo: EC2 (emulated, or AWS itself), a volume in it, and the Pulumi CLI with the
// quickstart, with its backend, home and stack configuration in a temporary folder. The stage removes all of it when
// the demo ends in any way.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulatorProcess } from "../../test/emulator/start.mjs";
import { pulumiCli } from "../pulumi-cli.mjs";
import { layProject } from "../pulumi-project.mjs";
import { tools } from "../tools.mjs";
import { Account, dist } from "./account.mjs";
import { Cli, Stop } from "./cli.mjs";
import { prompt, say, table } from "./terminal.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const quickstart = join(root, "examples", "quickstart");
const snapshotSeconds = 8;
/** The CLI prints no dots while it waits, and no link into the temporary folder. */
const plainly = ["--suppress-progress", "--suppress-permalink=true"];

export class Stage {
    program = join(quickstart, "index.ts");
    /** Describes the source of the snapshots in messages. */
    volume;
    /** The volume from the snapshot is created in this zone. */
    zone = "us-east-1a";
    onAws = false;
    #cli = new Cli();
    #cliPath;
    #account;
    #emulator;
    #settings = {};
    #environment = {};
    #folder;
    /** Is true if the stack may contain resources. */
    #isDirty = false;

    constructor() {
        // Without this, the SDK prints nine lines about its support of Node 20.
        process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
        if (!existsSync(new URL("sdk/index.js", dist)))
            throw new Stop("The package is not built: npm run build");
    }

    /** Starts an EC2 emulator on this machine, with a volume of 8 GiB. */
    async useEmulator() {
        ({ pulumi: this.#cliPath } = await tools());
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
        this.#account = await Account.open({
            ...this.#settings,
            "aws:accessKey": keys[0],
            "aws:secretKey": keys[1],
        });
        const body = JSON.stringify({ snapshotSeconds });
        const answer = await fetch(`${endpoint}/_emulator/settings`, { method: "PUT", body });
        if (!answer.ok) throw new Error(`the emulator answered ${answer.status}`);
        await this.#account.createVolume(this.zone, 8);
        this.volume = `the volume ${this.#account.volumeId} (8 GiB)`;
    }

    /**
     * Connects to AWS itself. `confirm` is called when the account and region are shown, before anything is created.
     */
    async useAws({ region, volume }, confirm) {
        this.onAws = true;
        this.#environment = inherited(/^PULUMI_/);
        const account = await Account.open(region === undefined ? {} : { "aws:region": region });
        this.#account = account;
        this.#settings = { "aws:region": account.region };
        const id = await account.id();
        this.zone = await account.firstZone();
        const size = volume === undefined ? 1 : await account.sizeOf(volume);
        this.volume =
            volume === undefined ? "a new empty volume (1 GiB)" : `the volume ${volume} (${size} GiB)`;
        say(
            `Account  ${id}`,
            `Region   ${account.region}`,
            volume === undefined
                ? `Volume   a new empty one of 1 GiB in ${this.zone}, deleted at the end`
                : `Volume   ${volume}, ${size} GiB; it is only read`,
            "Creates  a snapshot of it, shares it with account 444455556666, creates a volume 2 GiB larger from it,",
            "         and deletes both. AWS charges for the data that they store.",
        );
        await confirm();
        this.#cliPath = await pulumiCli();
        if (volume === undefined) await account.createVolume(this.zone, 1);
        else await account.useVolume(volume);
    }

    /** Creates a stack with the configuration that the program reads. */
    async open() {
        this.#folder = await mkdtemp(join(tmpdir(), "ebs-snapshots-demo-"));
        const [home, temporary] = ["home", "tmp"].map((name) => join(this.#folder, name));
        await mkdir(temporary);
        // The stack's configuration belongs to a copy of Pulumi.yaml, so that no file remains in the example.
        this.#environment = await layProject({
            cli: this.#cliPath,
            folder: this.#folder,
            stack: "demo",
            passphrase: "demo",
            settings: await readFile(join(quickstart, "Pulumi.yaml"), "utf8"),
            config: { ...this.#settings, volumeId: this.#account.volumeId },
            environment: {
                ...this.#environment,
                // Pulumi leaves pipes in this folder, and ts-node its compiled files.
                TMPDIR: temporary,
                // `npm run lint` checks the types of the example, which takes seconds in each run.
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
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
        prompt(`pulumi config rm ${key}`);
        await this.#run(["config", "rm", key, ...this.#configFile], { quietly: true });
    }

    async configure(key, value) {
        prompt(`pulumi config set ${key} ${value}`);
        await this.#run(["config", "set", key, value, ...this.#configFile], { quietly: true });
    }

    async preview(...args) {
        prompt(["pulumi preview", ...args].join(" "));
        await this.#run(["preview", ...args, ...plainly, ...this.#configFile]);
    }

    async up() {
        prompt("pulumi up");
        this.#isDirty = true;
        await this.#run(["up", "--yes", "--skip-preview", ...plainly, ...this.#configFile]);
    }

    /** Runs `up`, and kills it when its output matches; returns whether it was killed before its end. */
    async upUntilKilled(pattern) {
        prompt("pulumi up");
        this.#isDirty = true;
        const args = ["up", "--yes", "--skip-preview", ...plainly, ...this.#configFile];
        const isKilled = await this.#run(args, { killAt: pattern });
        if (isKilled) prompt("kill -9 <pulumi>");
        return isKilled;
    }

    /** Removes the lock that a killed run leaves on the stack. */
    async unlock() {
        prompt("pulumi cancel");
        await this.#run(["cancel", "demo", "--yes", "--cwd", this.#folder], { quietly: true });
    }

    /** Removes the pending operation of the killed run from the state; otherwise each run would show a warning. */
    async clearPendingOperation() {
        prompt("pulumi refresh --clear-pending-creates");
        await this.#run(
            ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...this.#configFile],
            {
                quietly: true,
            },
        );
    }

    /** Runs a preview that the provider rejects. */
    async failingPreview() {
        prompt("pulumi preview");
        await this.#run(["preview", ...plainly, ...this.#configFile], { fails: true });
    }

    /** Prints the plan of a schedule. */
    async plan(schedule, from, until) {
        const file = join(this.#folder, "schedule.json");
        await writeFile(file, JSON.stringify(schedule));
        prompt(`ebs-snapshots plan schedule.json --from ${from} --until ${until}`);
        const { main } = await import(new URL("cli/index.js", dist));
        const { text } = await main(["plan", file, "--from", from, "--until", until]);
        say("", text.trimEnd());
    }

    async destroy() {
        prompt("pulumi destroy");
        await this.#run(["destroy", "--yes", "--skip-preview", ...plainly, ...this.#configFile]);
        this.#isDirty = false;
        prompt("pulumi stack rm");
        // Without the option, the CLI would delete the user's own configuration of a stack with this name.
        await this.#run(["stack", "rm", "demo", "--yes", "--preserve-config"]);
    }

    /** Lists the snapshots of the volume as EC2 shows them. */
    async list() {
        const tag = (snapshot, key) => snapshot.Tags?.find(({ Key }) => Key === key)?.Value ?? "";
        const rows = (await this.#account.snapshots()).map((snapshot) => [
            snapshot.SnapshotId,
            tag(snapshot, "Name"),
            tag(snapshot, "Group"),
            tag(snapshot, "BillingCode"),
            snapshot.State,
            `${snapshot.VolumeSize} GiB`,
            snapshot.StartTime.toISOString().replace(/\.\d+Z$/, "Z"),
        ]);
        if (rows.length === 0) return say(`EC2 shows no snapshot of ${this.#account.volumeId}.`);
        table(["id", "name", "group", "billing code", "state", "size", "started"], rows);
    }

    /** Lists the volumes from the snapshot as EC2 shows them. */
    async listRecovered() {
        const found = await this.#account.recovered();
        if (found.length === 0) say("EC2 shows no volume created from a snapshot of it.");
        for (const { VolumeId, Size, AvailabilityZone, State } of found) {
            const ready = State === "available" ? ", ready to be attached" : "";
            say(`  ${VolumeId}  ${Size} GiB  ${AvailabilityZone}  ${State}${ready}`);
        }
    }

    /** Ends all processes and deletes everything that can be deleted; reports what remains. */
    async clear() {
        const signal = this.#cli.takeSignal();
        const left = this.onAws && this.#account?.volumeId !== undefined ? await this.#clearAws() : false;
        await this.#emulator?.stop();
        if (this.#folder !== undefined && !(left && this.#isDirty)) {
            await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
        }
        return { signal, left };
    }

    async #clearAws() {
        if (this.#isDirty) {
            say("", "Deleting what the demo has created.");
            await this.destroy().catch((error) => console.error(error.message));
        }
        const left = await this.#account.clear();
        if (left.length > 0) say("", `Left in your account, ${this.#account.region}: ${left.join(", ")}`);
        if (this.#isDirty) say(`The stack's state is kept in ${this.#folder}; its passphrase is "demo".`);
        return left.length > 0 || this.#isDirty;
    }

    #run(args, options) {
        return this.#cli.run({ path: this.#cliPath, cwd: quickstart, env: this.#environment }, args, options);
    }
}

/** Returns this process's environment without variables that could change the account, login or stack. */
function inherited(without) {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !without.test(name)));
}
