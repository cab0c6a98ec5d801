// Finds and kills the processes that a CLI has started. Plugins and language hosts are in process groups of their own, so
// that killing the group of the CLI leaves them.

import { execFileSync } from "node:child_process";

/** Returns the ids of a process and all processes below it. */
export function descendants(pid) {
    const lines = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    const processes = lines.map((line) => line.trim().split(/\s+/).map(Number));
    const below = (top) => [
        top,
        ...processes.filter(([, parent]) => parent === top).flatMap(([child]) => below(child)),
    ];
    return below(pid);
}

/** Kills a process (-9), unless it has ended already. */
export function kill(pid) {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // The process has ended already.
    }
}
