// Provides the tools that the tests, demo and benchmark need in addition to node_modules: the Pulumi CLI and the
// emulated EC2. `npm test` and vitest's global setup call it each time, since it returns quickly if both exist.

import { fileURLToPath } from "node:url";
import { emulatorPython } from "./emulator-venv.mjs";
import { pulumiCli } from "./pulumi-cli.mjs";

/** Installs both concurrently: one waits for the network, the other for the compiler. It reports both failures. */
export async function tools() {
    const [pulumi, python] = await Promise.allSettled([pulumiCli(), emulatorPython()]);
    const failures = [pulumi, python]
        .filter(({ status }) => status === "rejected")
        .map(({ reason }) => reason);
    if (failures.length > 0)
        throw new AggregateError(failures, failures.map(({ message }) => message).join("\n"));
    return { pulumi: pulumi.value, python: python.value };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        await tools();
    } catch (error) {
        console.error(error.message);
        process.exitCode = 1;
    }
}
