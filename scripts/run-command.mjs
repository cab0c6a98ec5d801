// Runs the commands that install the tools, so that an interrupted installation can end them.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Reports a failure by its message only, because a stack does not help the user. */
export class ToolError extends Error {}

export const runningCommands = new Set();

/**
 * Runs a command to its end and returns stdout; if it fails, the error contains the output as `output`. `onLine` receives
 * each line of stderr.
 */
export function run(command, args, { timeout, onLine, ...options } = {}) {
    return new Promise((resolve, reject) => {
        // The command has its own process group, so that its children (a shell, curl, compilers) end with it.
        const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
        runningCommands.add(child);
        let stdout = "";
        let output = "";
        child.stdout.on("data", (data) => {
            stdout += data;
            output += data;
        });
        child.stderr.on("data", (data) => {
            output += data;
        });
        if (onLine) createInterface({ input: child.stderr }).on("line", onLine);
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
            runningCommands.delete(child);
        };
        const fail = (why) => {
            const message = output
                .split("\n")
                .filter((line) => line && !line.startsWith("go: downloading"))
                .slice(-20)
                .join("\n");
            reject(
                Object.assign(new ToolError(`${command} ${args.join(" ")}: ${why}\n${message}`), {
                    output: message + late,
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

export function endGroup(child) {
    try {
        process.kill(-child.pid);
    } catch {
        // The process has ended already.
    }
}
