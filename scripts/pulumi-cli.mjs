// The Pulumi CLI that tests, demo and benchmark run: exactly the version of the dev dependency `pulumi`.
//
//     import { pulumiCli } from "./pulumi-cli.mjs";   await pulumiCli()   // -> path of `pulumi`
//     node scripts/pulumi-cli.mjs                                          // the same, printed
//
// It lies where the npm package `pulumi` and the Automation API keep theirs, so all of them share one copy.
// POSIX only, as the tests are.

import { spawn } from "node:child_process";
import { accessSync, chmodSync, constants, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** All three must be there: without the second no program runs, without the third no dynamic resource does. */
const BINARIES = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

const RECIPE = {
    /** `go` line of the CLI's go.mod. */
    go: "1.25.11",
    cli: "github.com/pulumi/pulumi/pkg/v3",
    sdk: "github.com/pulumi/pulumi/sdk/v3",
    /** Replaced in the CLI's own go.mod, and the CLI does not compile without; a `replace` does not travel. */
    clipboard:
        "github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e",
    /** The last release that holds the Node language host; later it is a module of its own, which the proxy does not serve. */
    languageHost: "v3.68.0",
};

/** A real download takes less than this on 5 Mbit/s; a network that swallows packets is given up by then. */
const DOWNLOAD_MS = 4 * 60_000;

const STAGING = ".installing-";

/** A failure to tell in its message alone: no stack helps whoever reads it. */
export class ToolError extends Error {}

/** Path of a working `pulumi`, made first where it is missing. `log` gets one line per step. */
export async function pulumiCli(log = (line) => console.error(line)) {
    const version = wantedVersion();
    const home = process.env.PULUMI_HOME || join(homedir(), ".pulumi");
    const folder = join(home, "versions", version);
    if (!complete(folder)) await install(version, folder, log);
    return join(folder, "bin", "pulumi");
}

function wantedVersion() {
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return devDependencies.pulumi;
}

function complete(folder) {
    try {
        for (const name of BINARIES) accessSync(join(folder, "bin", name), constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

// Everything is made in a folder beside the final one (same file system) and renamed at the end, so that a run that is
// interrupted, or two runs at once, never leave half an installation that the next run would take for a whole one.
async function install(version, folder, log) {
    const versions = dirname(folder);
    mkdirSync(versions, { recursive: true });
    await dropLeftovers(versions);
    const staging = await mkdtemp(join(versions, STAGING));
    const dropStaging = () => rm(staging, { recursive: true, force: true, maxRetries: 3 });
    const interrupted = (signal) => {
        for (const child of running) endGroup(child);
        void dropStaging().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
    const started = Date.now();
    try {
        log(`Pulumi CLI ${version}: not in ${folder}, downloading it ...`);
        let how = "downloaded";
        let made = await download(version, staging, log);
        if (!made) {
            how = "built";
            made = await build(version, staging, log);
        }
        await works(made, version);
        await moveInto(made, folder);
        log(`Pulumi CLI ${version}: ${how} in ${seconds(started)}, kept in ${folder}`);
    } finally {
        process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
        await dropStaging();
    }
}

/** What a run that was killed outright left behind; one that is younger than an hour may still be at work. */
async function dropLeftovers(versions) {
    for (const name of await readdir(versions)) {
        if (!name.startsWith(STAGING)) continue;
        const age = await stat(join(versions, name)).then(
            ({ mtimeMs }) => Date.now() - mtimeMs,
            () => 0, // gone meanwhile
        );
        if (age > 60 * 60_000) await rm(join(versions, name), { recursive: true, force: true });
    }
}

/** The official way, done by the npm package `pulumi`; undefined where the network does not allow it. */
async function download(version, staging, log) {
    const script = join(root, "node_modules", "pulumi", "run.js");
    const env = { ...process.env, PULUMI_HOME: staging, PULUMI_VERSION: version };
    const made = join(staging, "versions", version);
    try {
        await run(process.execPath, [script, "version"], { env, timeout: DOWNLOAD_MS });
        if (complete(made)) return made;
        log("  the download brought no complete CLI; building it instead");
    } catch (error) {
        const why = error.output?.split("\n").at(-1) || error.message;
        log(`  no download here (${why}); building it instead`);
    }
    return undefined;
}

/** The same version from the Go module proxy. */
async function build(version, staging, log) {
    await requireGo();
    log("  building from the Go module proxy: 3 to 6 minutes on 2 cores, once ...");
    const made = join(staging, "built");
    const bin = join(made, "bin");
    mkdirSync(bin, { recursive: true });

    const stamp = `-X ${RECIPE.sdk}/go/common/version.Version=v${version}`;
    const cli = await goModule(join(staging, "cli"), `${RECIPE.cli}@v${version}`, RECIPE.clipboard);
    await step("pulumi", () =>
        cli(["build", "-ldflags", `-s -w ${stamp}`, "-o", join(bin, "pulumi"), `${RECIPE.cli}/cmd/pulumi`]),
    );
    const host = await goModule(join(staging, "host"), `${RECIPE.sdk}@${RECIPE.languageHost}`);
    await step("pulumi-language-nodejs", () =>
        host([
            "build",
            "-ldflags",
            "-s -w",
            "-o",
            join(bin, "pulumi-language-nodejs"),
            `${RECIPE.sdk}/nodejs/cmd/pulumi-language-nodejs`,
        ]),
    );
    await step("pulumi-resource-pulumi-nodejs", async () => {
        // A shell script; the module cache holds it read-only and without the x bit.
        const sdk = JSON.parse(await cli(["mod", "download", "-json", `${RECIPE.sdk}@v${version}`]));
        const to = join(bin, "pulumi-resource-pulumi-nodejs");
        copyFileSync(join(sdk.Dir, "nodejs", "dist", "pulumi-resource-pulumi-nodejs"), to);
        chmodSync(to, 0o755);
    });
    return made;

    async function step(name, work) {
        const started = Date.now();
        await work();
        log(`  ${name}: ${seconds(started)}`);
    }
}

/** A scratch module that requires one other; answers a function that runs `go` in it. */
async function goModule(folder, requirement, replacement) {
    mkdirSync(folder, { recursive: true });
    // `-mod=mod` writes go.sum as it goes. `go mod tidy` would fetch what the tests of every dependency need as well.
    const env = { ...process.env, GOWORK: "off", GOFLAGS: `${await goEnv("GOFLAGS")} -mod=mod`.trim() };
    const go = (args) => run("go", args, { env, cwd: folder });
    await go(["mod", "init", "scratch.invalid/tools"]);
    await go(["mod", "edit", `-require=${requirement}`, ...(replacement ? [`-replace=${replacement}`] : [])]);
    return go;
}

async function requireGo() {
    const remedy = `install Go ${RECIPE.go} or newer, or put the CLI's bin/ there yourself`;
    let have;
    try {
        have = await goEnv("GOVERSION");
    } catch {
        throw new ToolError(
            `The Pulumi CLI can be neither downloaded nor built: no \`go\` in PATH; ${remedy}.`,
        );
    }
    // From 1.21 on, Go fetches the toolchain that a module asks for, unless GOTOOLCHAIN forbids it.
    const fetches = atLeast(have, "1.21.0") && !/^(local|path|go)/.test(await goEnv("GOTOOLCHAIN"));
    if (!fetches && !atLeast(have, RECIPE.go)) {
        throw new ToolError(`The Pulumi CLI cannot be built with ${have}: ${remedy}.`);
    }
}

async function goEnv(name) {
    return (await run("go", ["env", name])).trim();
}

/** go1.26.8 against 1.25.11; what is no release (a development build) counts as new. */
function atLeast(have, want) {
    const numbers = (text) => (/\d+(\.\d+)+/.exec(text)?.[0] ?? "999.0").split(".").map(Number);
    const [a, b] = [numbers(have), numbers(want)];
    for (let i = 0; i < b.length; i++) {
        const difference = (a[i] ?? 0) - (b[i] ?? 0);
        if (difference !== 0) return difference > 0;
    }
    return true;
}

async function works(folder, version) {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const says = (await run(join(folder, "bin", "pulumi"), ["version"], { env })).trim();
    if (says !== `v${version}`) throw new ToolError(`The Pulumi CLI says it is ${says}, not v${version}.`);
}

/** Another run may have been quicker: then its copy stays. What lies there incomplete makes way. */
async function moveInto(made, folder) {
    for (let tries = 0; ; tries++) {
        try {
            await rename(made, folder);
            return;
        } catch (error) {
            if (complete(folder)) return;
            if (tries === 2 || !["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
            await rename(folder, join(dirname(made), `half-${tries}`));
        }
    }
}

const running = new Set();

/** Runs to the end and answers stdout; on failure the error carries what was written, as `output`. */
function run(command, args, { timeout, ...options } = {}) {
    return new Promise((resolve, reject) => {
        // A process group of its own, so that what the command starts (a shell, curl, compilers) ends with it.
        const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
        running.add(child);
        let stdout = "";
        let output = "";
        child.stdout.on("data", (data) => {
            stdout += data;
            output += data;
        });
        child.stderr.on("data", (data) => {
            output += data;
        });
        let late = "";
        const timer = setTimeout(
            () => {
                late = `not done after ${timeout / 1000} s\n`;
                endGroup(child);
            },
            timeout ?? 2 ** 31 - 1,
        );
        const end = () => {
            clearTimeout(timer);
            running.delete(child);
        };
        const fail = (why) => {
            const told = output
                .split("\n")
                .filter((line) => line && !line.startsWith("go: downloading"))
                .slice(-20)
                .join("\n");
            reject(
                Object.assign(new ToolError(`${command} ${args.join(" ")}: ${why}\n${told}`), {
                    output: told + late,
                }),
            );
        };
        child.on("error", (error) => {
            end();
            fail(error.message);
        });
        child.on("close", (code, signal) => {
            end();
            if (code === 0) resolve(stdout);
            else fail(late || `exit ${code ?? signal}`);
        });
    });
}

function endGroup(child) {
    try {
        process.kill(-child.pid);
    } catch {
        // it has ended by itself
    }
}

function seconds(since) {
    return `${Math.round((Date.now() - since) / 1000)} s`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        console.log(await pulumiCli());
    } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        console.error(error.message);
        process.exitCode = 1;
    }
}
