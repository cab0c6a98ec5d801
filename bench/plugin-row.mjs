// Measures both providers: the dynamic-provider host, and the plugin of `npm run dist`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { background, backgroundPlugin, plainPluginCarrier, pluginLauncher } from "./contenders.mjs";
import { entry, verdict, withStack } from "./measure.mjs";

const dynamicHost = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");

export const pluginRow = {
    id: "plugin",
    title: "a life of N through the dynamic-provider host and through the plugin",
    n: 100,
    alone: true,
    async run(n) {
        const starts = [
            await quickestStart(background, dynamicHost),
            await quickestStart(backgroundPlugin, await pluginLauncher()),
        ];
        const lives = [];
        for (const who of [background, backgroundPlugin, plainPluginCarrier]) lives.push(await life(who, n));
        const [dynamic, plugin, plain] = lives;
        const [slow, quick] = starts;
        return {
            runs: [...starts, ...lives.flatMap((steps) => Object.values(steps))],
            verdicts: [
                verdict("state per snapshot through the plugin", plugin.state.bytes, 1_400, "bytes"),
                verdict(
                    "state through the plugin : of a plain plugin with the same data",
                    plugin.state.bytes / plain.state.bytes,
                    1.1,
                    "times",
                ),
                verdict("start of the plugin : of the host", quick.seconds / slow.seconds, 0.4, "times"),
                verdict(
                    "memory of the plugin : of the host",
                    plugin.up.peakKb / dynamic.up.peakKb,
                    0.8,
                    "times",
                ),
            ],
        };
    },
};

function life(who, n) {
    return withStack(who, n, {}, async (stack, account) => {
        const steps = {
            up: () => stack.up({ memory: true }),
            preview: () => stack.preview(),
            refresh: () => stack.refresh(),
            destroy: () => stack.destroy(),
        };
        const measured = {};
        for (const [what, step] of Object.entries(steps)) {
            measured[what] = entry(who, n, what, await account.counting(step));
            if (what === "up")
                measured.state = { who: who.name, n, what: "state", calls: {}, ...(await stack.state()) };
        }
        return measured;
    });
}

/** Measures until the process prints its port, for which the engine waits. */
async function quickestStart(who, script) {
    const starts = [];
    for (let turn = 0; turn < 5; turn++) {
        const start = performance.now();
        // No server listens at this address, because a provider calls the engine only to log a message.
        const child = spawn(process.execPath, [script, "127.0.0.1:1"], {
            stdio: ["ignore", "pipe", "ignore"],
        });
        await once(child.stdout, "data");
        const seconds = (performance.now() - start) / 1000;
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        starts.push({ seconds, peakKb: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)[1]) });
        child.kill("SIGKILL");
        await once(child, "close");
    }
    const quickest = starts.reduce((best, one) => (one.seconds < best.seconds ? one : best));
    return entry(who, 1, "start, quickest of 5", { ...quickest, calls: {} });
}
