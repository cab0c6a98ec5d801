// Provides the tools for tests of programs in Python: the language host, a Python with `pulumi`, and this package's SDK.
//
// A CLI that was downloaded has the host; otherwise it is built from the Go module proxy. The generator of the SDK is
// built from the CLI's own modules. Both are kept beside the CLI, so that a clean clone builds them only once.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "./emulator-venv.mjs";
import { goModule } from "./go-build.mjs";
import { pulumiCli, RECIPE, requireGo, STAGING, versionsFolder, wantedVersion } from "./pulumi-cli.mjs";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const host = "pulumi-language-python";
const generator = join(root, "scripts", "sdk-generator", "main.go");

/** Returns the folders of the host and of Python for `PATH`, and installs the SDK into a folder for `PYTHONPATH`. */
export async function pythonTools(log = (line) => console.error(line)) {
    const requirements = join(root, "test/engine/plugin/python/requirements.txt");
    const [tools, python] = await Promise.all([
        built(log),
        pythonWith(requirements, "Python programs (pulumi)"),
    ]);
    return {
        path: [dirname(python), tools].join(delimiter),
        installSdk: async (folder) => {
            const source = join(folder, "source");
            await run(join(tools, "sdk-generator"), [join(root, "schema.json"), source]);
            const how = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"];
            await run(python, ["-m", "pip", "install", ...how, "--target", folder, source]);
        },
    };
}

/** Builds what is missing, in a folder that is renamed at the end: an interrupted one never counts. */
async function built(log) {
    const cli = dirname(await pulumiCli(log));
    const version = wantedVersion();
    const hash = createHash("sha256")
        .update(await readFile(generator))
        .digest("hex")
        .slice(0, 8);
    const folder = join(versionsFolder(), `${version}-python-${hash}`);
    if (existsSync(folder)) return folder;
    await requireGo();
    log(`Python host and SDK generator for Pulumi ${version}: building, 10 to 60 seconds, once ...`);
    const staging = await mkdtemp(join(versionsFolder(), STAGING));
    try {
        const bin = join(staging, "bin");
        mkdirSync(bin);
        if (!existsSync(join(cli, host))) await buildHost(join(staging, "host"), bin);
        await buildGenerator(join(staging, "generator"), bin, version);
        await rename(bin, folder).catch((error) => {
            if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
        });
    } finally {
        await rm(staging, { recursive: true, force: true });
    }
    return folder;
}

async function buildHost(folder, bin) {
    const go = await goModule(folder, `${RECIPE.sdk}@${RECIPE.languageHost}`);
    const path = `${RECIPE.sdk}/python/cmd/${host}`;
    await go(["build", "-ldflags", "-s -w", "-o", join(bin, host), path]);
    // The script that loads the program; the module cache contains it as read-only and without the x bit.
    const sdk = JSON.parse(await go(["mod", "download", "-json", `${RECIPE.sdk}@${RECIPE.languageHost}`]));
    copyFileSync(join(sdk.Dir, "python", "cmd", `${host}-exec`), join(bin, `${host}-exec`));
    chmodSync(join(bin, `${host}-exec`), 0o755);
}

async function buildGenerator(folder, bin, version) {
    const go = await goModule(folder, `${RECIPE.cli}@v${version}`, RECIPE.clipboard);
    copyFileSync(generator, join(folder, "main.go"));
    await go(["build", "-ldflags", "-s -w", "-o", join(bin, "sdk-generator"), "."]);
}
