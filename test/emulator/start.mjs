// Starts the emulator's process. It is plain JavaScript, because the demo runs it without compilation.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { emulatorPython } from "../../scripts/emulator-venv.mjs";

const server = fileURLToPath(new URL("server.py", import.meta.url));

/**
 * @returns {Promise<{ endpoint: string; pid: number; stop(): Promise<void> }>}
 */
export async function startEmulatorProcess() {
    const python = await emulatorPython();
    const child = spawn(python, [server, "--port", "0", "--parent", String(process.pid)], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const line = await new Promise((resolve, reject) => {
        createInterface({ input: child.stdout }).once("line", resolve);
        child.once("error", reject);
        child.once("close", (code) => reject(new Error(`the EC2 emulator ended with status ${code}`)));
    });
    /** @type {{ endpoint: string }} */
    const { endpoint } = JSON.parse(line);
    return {
        endpoint,
        pid: child.pid ?? 0,
        async stop() {
            // Closing its standard input ends the process.
            child.stdin.end();
            await ended;
        },
    };
}
