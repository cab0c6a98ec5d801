// Provides the language hosts for Python and Go, and the generator of SDKs.
//
// A CLI that was downloaded has the hosts; otherwise they are built from the Go module proxy. The generator is built from
// the CLI's own modules. All are kept beside the CLI, so that a clean clone builds them only once.

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { goModule } from "./go-build.mjs";
import { pulumiCli, RECIPE, requireGo, STAGING, versionsFolder, wantedVersion } from "./pulumi-cli.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const generator = join(root, "scripts", "sdk-generator", "main.go");
/** Later releases have the host in a separate module, which the proxy does not serve. */
const goHost = "v3.66.0";

let building;

/** Returns the folder of the hosts and of `sdk-generator`. */
export function languageHosts(log = (line) => console.error(line)) {
    return (building ??= built(log));
}

/** Builds missing hosts in a folder that is renamed at the end, so that an interrupted build is never used. */
async function built(log) {
    const cli = dirname(await pulumiCli(log));
    const version = wantedVersion();
    const hash = createHash("sha256")
        .update(await readFile(generator))
        .update(goHost)
        .digest("hex")
        .slice(0, 8);
    const folder = join(versionsFolder(), `${version}-languages-${hash}`);
    if (existsSync(folder)) return folder;
    await requireGo();
    log(
        `Python host, Go host and SDK generator for Pulumi ${version}: building, half a minute to two, once ...`,
    );
    const staging = await mkdtemp(join(versionsFolder(), STAGING));
    try {
        const bin = join(staging, "bin");
        mkdirSync(bin);
        const isMissing = (host) => !existsSync(join(cli, host));
        if (isMissing("pulumi-language-python")) await buildPythonHost(join(staging, "python"), bin);
        if (isMissing("pulumi-language-go")) await buildGoHost(join(staging, "go"), bin);
        await buildGenerator(join(staging, "generator"), bin, version);
        await rename(bin, folder).catch((error) => {
            if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
        });
    } finally {
        await rm(staging, { recursive: true, force: true });
    }
    return folder;
}

async function buildPythonHost(folder, bin) {
    const host = "pulumi-language-python";
    const go = await goModule(folder, `${RECIPE.sdk}@${RECIPE.languageHost}`);
    const path = `${RECIPE.sdk}/python/cmd/${host}`;
    await go(["build", "-ldflags", "-s -w", "-o", join(bin, host), path]);
    // This script loads the program; the module cache contains it as read-only and without the x bit.
    const sdk = JSON.parse(await go(["mod", "download", "-json", `${RECIPE.sdk}@${RECIPE.languageHost}`]));
    copyFileSync(join(sdk.Dir, "python", "cmd", `${host}-exec`), join(bin, `${host}-exec`));
    chmodSync(join(bin, `${host}-exec`), 0o755);
}

async function buildGoHost(folder, bin) {
    const go = await goModule(folder, `${RECIPE.sdk}@${goHost}`);
    const path = `${RECIPE.sdk}/go/pulumi-language-go`;
    await go(["build", "-ldflags", "-s -w", "-o", join(bin, "pulumi-language-go"), path]);
}

async function buildGenerator(folder, bin, version) {
    const go = await goModule(folder, `${RECIPE.cli}@v${version}`, RECIPE.clipboard);
    copyFileSync(generator, join(folder, "main.go"));
    await go(["build", "-ldflags", "-s -w", "-o", join(bin, "sdk-generator"), "."]);
}
