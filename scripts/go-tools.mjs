// Provides the tools for tests of Go programs: the language host, and the build of a program with this package's SDK.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { languageHosts } from "./language-hosts.mjs";
import { RECIPE, wantedVersion } from "./pulumi-cli.mjs";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Returns the folder of the host for `PATH`, and compiles the program in a folder to the file `program` there. */
export async function goTools(log = (line) => console.error(line)) {
    const tools = await languageHosts(log);
    return {
        path: tools,
        compile: async (folder) => {
            const sdk = join(folder, "sdks", "go");
            await run(join(tools, "sdk-generator"), ["go", join(root, "schema.json"), sdk]);
            const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
            const go = (...args) => run("go", args, { cwd: folder, env });
            // The modules of the CLI are compiled already.
            await go("mod", "edit", `-require=${RECIPE.sdk}@v${wantedVersion()}`);
            await go("build", "-o", "program", ".");
        },
    };
}
