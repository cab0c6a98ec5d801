// Runs the Pulumi CLI of the demo, one command at a time, and ends it when the demo is interrupted.

import { spawn } from "node:child_process";
import { descendants, kill } from "../processes.mjs";
import { isColoured } from "./terminal.mjs";

/** A CLI that receives SIGINT may take this long to end before it is killed. */
const grace = 30_000;

/** Ends the demo with a message that contains the reason. */
export class Stop extends Error {}

export class Cli {
    #child;
    #signal;

    constructor() {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
            process.on(signal, () => this.#interrupt(signal));
        // The output is closed (`| head`, a closed terminal), so that no person sees the rest of the demo.
        process.stdout.on("error", () => this.#interrupt("SIGHUP"));
        process.stderr.on("error", () => this.#interrupt("SIGHUP"));
    }

    /**
     * Runs the CLI to its end; with `quietly` its output is shown only if it fails, and with `fails` it is expected to
     * fail. With `killAt`, the CLI is killed when its output matches; the result is whether that happened.
     */
    async run({ path, cwd, env }, args, { quietly = false, fails = false, killAt } = {}) {
        this.#checkInterrupt();
        const child = spawn(path, [...args, "--color", isColoured ? "always" : "never"], {
            cwd,
            env,
            stdio: quietly || killAt !== undefined ? ["ignore", "pipe", "pipe"] : "inherit",
            // The CLI has its own process group: it receives Ctrl-C through this process, and none of its children
            // outlives it.
            detached: true,
        });
        this.#child = child;
        let output = "";
        let isKilled = false;
        for (const stream of [child.stdout, child.stderr])
            stream?.on("data", (data) => {
                output += data;
                if (!quietly) process.stdout.write(data);
                if (isKilled || killAt === undefined || !killAt.test(output)) return;
                isKilled = true;
                descendants(child.pid).forEach(kill);
            });
        const status = await new Promise((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (code, signal) => resolve(code ?? signal));
        });
        this.#child = undefined;
        endGroup(child, "SIGKILL");
        this.#checkInterrupt();
        if (isKilled) return true;
        if (fails && status === 0)
            throw new Stop(`pulumi ${args[0]} succeeded, but should have been refused.`);
        if (!fails && status !== 0)
            throw new Stop(`${quietly ? output : ""}pulumi ${args[0]} ended with ${status}.`);
        return false;
    }

    /** Returns the signal that has interrupted the demo, if any. The cleanup that follows may be interrupted as well. */
    takeSignal() {
        const signal = this.#signal;
        this.#signal = undefined;
        return signal;
    }

    #interrupt(signal) {
        this.#signal ??= signal;
        const child = this.#child;
        if (child === undefined) return;
        // On the first signal, the CLI finishes the operations in progress; on a second one it ends immediately.
        endGroup(child, "SIGINT");
        setTimeout(() => child === this.#child && endGroup(child, "SIGKILL"), grace).unref();
    }

    #checkInterrupt() {
        if (this.#signal !== undefined) throw new Stop("Interrupted.");
    }
}

function endGroup(child, signal) {
    try {
        process.kill(-child.pid, signal);
    } catch {
        // The process has ended already.
    }
}
