// Builds commands of Go modules, and shows the remaining time.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run-command.mjs";

/** The interval of the messages during a build. */
const REPORT_MS = 15_000;

/**
 * Prepares a scratch module for each command. All run concurrently, because they wait for the network: they download
 * the dependencies and list in `stale` the packages to compile.
 */
export function goTargets(folder, targets) {
    return Promise.all(
        targets.map(async (target) => {
            const go = await goModule(join(folder, target.name), target.requirement, target.replacement);
            const stale = "{{if .Stale}}{{.ImportPath}}{{end}}";
            const listed = await go(["list", "-deps", "-f", stale, target.from]);
            return { ...target, go, stale: listed.trim().split("\n").filter(Boolean) };
        }),
    );
}

/** Compiles the targets one after another: the compiler itself uses all processors. */
export async function compile(targets, bin, log) {
    const startedAt = Date.now();
    const total = new Set(targets.flatMap(({ stale }) => stale)).size;
    log(`  building from the Go module proxy: ${total} packages to compile, once ...`);
    const compiled = new Set();
    const report = setInterval(
        () => log(`  ${progress({ compiled: compiled.size, total }, { startedAt })}`),
        REPORT_MS,
    );
    try {
        for (const { name, from, flags = "-s -w", go } of targets) {
            const args = ["build", "-v", "-ldflags", flags, "-o", join(bin, name), from];
            await go(args, (line) => line.startsWith("go: ") || compiled.add(line));
            log(`  ${name}: built`);
        }
    } finally {
        clearInterval(report);
    }
}

/** Returns the text of a progress; the remaining time is an estimate, and is unknown at first. */
export function progress({ compiled, total }, { startedAt, now = Date.now() }) {
    const elapsed = (now - startedAt) / 1_000;
    const counted = `${Math.round(elapsed)} s: ${compiled} of ${total} packages`;
    if (compiled < total / 20 || compiled >= total) return counted;
    const left = (elapsed * (total - compiled)) / compiled;
    return `${counted}, about ${left < 90 ? `${Math.ceil(left / 10) * 10} s` : `${Math.round(left / 60)} min`} left`;
}

/** Creates a scratch module that requires one other module; returns a function that runs `go` in it. */
export async function goModule(folder, requirement, replacement) {
    mkdirSync(folder, { recursive: true });
    // `-mod=mod` updates go.sum as needed. `go mod tidy` would also fetch the test dependencies of every dependency.
    const env = { ...process.env, GOWORK: "off", GOFLAGS: `${await goEnv("GOFLAGS")} -mod=mod`.trim() };
    const go = (args, onLine) => run("go", args, { env, cwd: folder, onLine });
    await go(["mod", "init", "scratch.invalid/tools"]);
    await go(["mod", "edit", `-require=${requirement}`, ...(replacement ? [`-replace=${replacement}`] : [])]);
    return go;
}

export async function goEnv(name) {
    return (await run("go", ["env", name])).trim();
}
