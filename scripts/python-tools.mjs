// Provides the tools for tests of programs in Python: the language host, a Python with `pulumi`, and this package's SDK.

import { execFile } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "./emulator-venv.mjs";
import { languageHosts } from "./language-hosts.mjs";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Returns the folders of the host and of Python for `PATH`, and installs the SDK into a folder for `PYTHONPATH`. */
export async function pythonTools(log = (line) => console.error(line)) {
    const requirements = join(root, "test/engine/plugin/python/requirements.txt");
    const [tools, python] = await Promise.all([
        languageHosts(log),
        pythonWith(requirements, "Python programs (pulumi)"),
    ]);
    return {
        path: [dirname(python), tools].join(delimiter),
        installSdk: async (folder) => {
            const source = join(folder, "source");
            await run(join(tools, "sdk-generator"), ["python", join(root, "schema.json"), source]);
            const options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"];
            await run(python, ["-m", "pip", "install", ...options, "--target", folder, source]);
        },
    };
}
