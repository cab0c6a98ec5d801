// Provides the tools for tests of Go programs: the language host, and the build of a program with this package's SDK.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { languageHosts } from "./language-hosts.mjs";
import { RECIPE, wantedVersion } from "./pulumi-cli.mjs";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

export async function goTools(log = (line) => console.error(line)) {
    const tools = await languageHosts(log);
    return {
        compile: async (folder) => {
            const sdk = join(folder, "sdks", "go");
            await run(join(tools, "sdk-generator"), ["go", join(root, "schema.json"), sdk]);
            const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
            const go = (...args) => run("go", args, { cwd: folder, env });
            // The modules of the CLI are compiled already.
            await go("mod", "edit", `-require=${RECIPE.sdk}@v${wantedVersion()}`);
            await go("build", "-o", "program", ".");
            // This version of the host takes the program as an argument only, and the CLI passes it as an option.
            const host = `#!/bin/sh\nexec '${join(tools, "pulumi-language-go")}' -binary program "$@"\n`;
            await writeFile(join(folder, "pulumi-language-go"), host, { mode: 0o755 });
        },
    };
}
