// Runs a command to its end, and measures its time and the memory of the provider process below it.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** Marks a command's processes, independent of where the engine starts them. */
const mark = "PULUMI_EBS_BENCH_RUN";

/**
 * @param {{ cwd?: string; env: Record<string, string>; memory?: boolean }} options
 * @returns {Promise<{ seconds: number; output: string; stdout: string; peakKb?: number }>}
 */
export async function run(command, args, { cwd, env, memory = false }) {
    const id = randomUUID();
    const start = performance.now();
    const child = spawn(command, args, {
        cwd,
        env: { ...env, [mark]: id },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let stdout = "";
    child.stdout.on("data", (data) => {
        output += data;
        stdout += data;
    });
    child.stderr.on("data", (data) => (output += data));
    const watched = memory ? watchMemory(id) : undefined;
    const code = await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    const seconds = (performance.now() - start) / 1000;
    if (code !== 0) {
        throw new Error(`${args.join(" ")} ended with ${code}:\n${output.slice(-2_000)}`);
    }
    return { seconds, output, stdout, ...watched?.() };
}

/** The kernel records each process's own peak, so that polling misses only its last moments. */
function watchMemory(id) {
    let peakKb = 0;
    let pids = [];
    let reads = 0;
    const timer = setInterval(() => {
        if (reads++ % 10 === 0) pids = providers(id);
        for (const pid of pids) {
            const peak = /^VmHWM:\s+(\d+) kB/m.exec(readable(`/proc/${pid}/status`));
            peakKb = Math.max(peakKb, Number(peak?.[1] ?? 0));
        }
    }, 100);
    return () => {
        clearInterval(timer);
        return { peakKb };
    };
}

function providers(id) {
    return readdirSync("/proc").filter(
        (pid) =>
            /^\d+$/.test(pid) &&
            /dynamic-provider|pulumi-resource-(ebs-snapshots|plain-outputs)|terraform-provider-aws/.test(
                readable(`/proc/${pid}/cmdline`),
            ) &&
            readable(`/proc/${pid}/environ`).includes(`${mark}=${id}`),
    );
}

/** A process may end while its file is read. */
function readable(file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
