// Provides the Pulumi CLI for tests, demo and benchmark: exactly the version of the dev dependency `pulumi`.
//
//     import { pulumiCli } from "./pulumi-cli.mjs";   await pulumiCli()   // -> path of `pulumi`
//     node scripts/pulumi-cli.mjs                                          // prints the path
//
// The CLI is installed where the npm package `pulumi` and the Automation API install theirs, so that all of them share
// one copy. Like the tests, this works only on POSIX systems.

import { accessSync, chmodSync, constants, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, goEnv, goTargets } from "./go-build.mjs";
import { endGroup, run, runningCommands, ToolError } from "./run-command.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** All must exist: the language hosts run programs, and the last binary runs dynamic resources. */
const BINARIES = [
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-language-yaml",
    "pulumi-resource-pulumi-nodejs",
];

export const RECIPE = {
    /** The CLI's go.mod requires this version of Go. */
    go: "1.25.11",
    cli: "github.com/pulumi/pulumi/pkg/v3",
    sdk: "github.com/pulumi/pulumi/sdk/v3",
    /**
     * The CLI's own go.mod contains this `replace`, and the CLI does not compile without it; a module that requires the
     * CLI does not inherit it.
     */
    clipboard:
        "github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e",
    /**
     * This is the last release that contains the Node language host; later ones have it in a separate module, which the
     * proxy does not serve.
     */
    languageHost: "v3.68.0",
    yaml: "github.com/pulumi/pulumi-yaml",
    yamlHost: "v1.25.0",
};

/** A download ends within this time at 5 Mbit/s; the limit detects a network that drops packets. */
const DOWNLOAD_MS = 4 * 60_000;

export const STAGING = ".installing-";

/** Returns the path of a working `pulumi`, and installs it first if it is missing. `log` receives one line per step. */
export async function pulumiCli(log = (line) => console.error(line)) {
    const version = wantedVersion();
    const folder = join(versionsFolder(), version);
    if (!complete(folder)) await install(version, folder, log);
    return join(folder, "bin", "pulumi");
}

/** Contains each version in a separate folder, where the npm package `pulumi` also installs them. */
export function versionsFolder() {
    return join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "versions");
}

export function wantedVersion() {
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

// The files are created in a folder on the same file system, which is renamed at the end. A run that is interrupted, or
// two concurrent runs, never leave an incomplete installation that the next run would use.
async function install(version, folder, log) {
    const versions = dirname(folder);
    mkdirSync(versions, { recursive: true });
    await dropLeftovers(versions);
    const staging = await mkdtemp(join(versions, STAGING));
    const dropStaging = () => rm(staging, { recursive: true, force: true, maxRetries: 3 });
    const interrupted = (signal) => {
        for (const child of runningCommands) endGroup(child);
        void dropStaging().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
    const started = Date.now();
    try {
        log(`Pulumi CLI ${version}: not in ${folder}, downloading it ...`);
        let origin = "downloaded";
        let made = await download(version, staging, log);
        if (!made) {
            origin = "built";
            made = await build(version, staging, log);
        }
        await works(made, version);
        await moveInto(made, folder);
        log(`Pulumi CLI ${version}: ${origin} in ${seconds(started)}, kept in ${folder}`);
    } finally {
        process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
        await dropStaging();
    }
}

/** Removes the files of killed runs; if they are younger than an hour, their run may still be active. */
async function dropLeftovers(versions) {
    for (const name of await readdir(versions)) {
        if (!name.startsWith(STAGING)) continue;
        const age = await stat(join(versions, name)).then(
            ({ mtimeMs }) => Date.now() - mtimeMs,
            () => 0, // a concurrent run has removed it
        );
        if (age > 60 * 60_000) await rm(join(versions, name), { recursive: true, force: true });
    }
}

/**
 * Downloads the CLI in the official way, through the npm package `pulumi`; returns undefined if the network blocks it.
 */
async function download(version, staging, log) {
    const script = join(root, "node_modules", "pulumi", "run.js");
    const env = { ...process.env, PULUMI_HOME: staging, PULUMI_VERSION: version };
    const unpacked = join(staging, "versions", version);
    try {
        await run(process.execPath, [script, "version"], { env, timeout: DOWNLOAD_MS });
        if (complete(unpacked)) return unpacked;
        log("  the download brought no complete CLI; building it instead");
    } catch (error) {
        const why = error.output?.split("\n").at(-1) || error.message;
        log(`  no download here (${why}); building it instead`);
    }
    return undefined;
}

/** Builds the same version from the Go module proxy. */
async function build(version, staging, log) {
    await requireGo();
    const built = join(staging, "built");
    const bin = join(built, "bin");
    mkdirSync(bin, { recursive: true });

    const sdk = `${RECIPE.sdk}@v${version}`;
    const stamp = `-X ${RECIPE.sdk}/go/common/version.Version=v${version}`;
    const targets = await goTargets(staging, [
        {
            name: "pulumi",
            from: `${RECIPE.cli}/cmd/pulumi`,
            requirement: `${RECIPE.cli}@v${version}`,
            replacement: RECIPE.clipboard,
            flags: `-s -w ${stamp}`,
        },
        {
            name: "pulumi-language-nodejs",
            from: `${RECIPE.sdk}/nodejs/cmd/pulumi-language-nodejs`,
            requirement: `${RECIPE.sdk}@${RECIPE.languageHost}`,
        },
        {
            name: "pulumi-language-yaml",
            from: `${RECIPE.yaml}/cmd/pulumi-language-yaml`,
            requirement: `${RECIPE.yaml}@${RECIPE.yamlHost}`,
        },
    ]);
    await compile(targets, bin, log);

    // This is a shell script; the module cache contains it as read-only and without the x bit.
    const { Dir: sources } = JSON.parse(await targets[0].go(["mod", "download", "-json", sdk]));
    const to = join(bin, "pulumi-resource-pulumi-nodejs");
    copyFileSync(join(sources, "nodejs", "dist", "pulumi-resource-pulumi-nodejs"), to);
    chmodSync(to, 0o755);
    return built;
}

export async function requireGo() {
    const remedy = `install Go ${RECIPE.go} or newer, or put the CLI's bin/ there yourself`;
    let have;
    try {
        have = await goEnv("GOVERSION");
    } catch {
        throw new ToolError(
            `The Pulumi CLI can be neither downloaded nor built: no \`go\` in PATH; ${remedy}.`,
        );
    }
    // From 1.21 on, Go downloads the toolchain that a module requires, unless GOTOOLCHAIN forbids it.
    const fetches = atLeast(have, "1.21.0") && !/^(local|path|go)/.test(await goEnv("GOTOOLCHAIN"));
    if (!fetches && !atLeast(have, RECIPE.go)) {
        throw new ToolError(`The Pulumi CLI cannot be built with ${have}: ${remedy}.`);
    }
}

/** Compares versions such as go1.26.8 and 1.25.11; a development build without a release number counts as new. */
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

/** Moves the folder into place. If a concurrent run was faster, its copy remains; an incomplete copy is moved away. */
async function moveInto(source, folder) {
    for (let tries = 0; ; tries++) {
        try {
            await rename(source, folder);
            return;
        } catch (error) {
            if (complete(folder)) return;
            if (tries === 2 || !["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
            await rename(folder, join(dirname(source), `half-${tries}`));
        }
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
