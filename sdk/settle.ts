/**
 * Tells the provider's own code, at the end of an `up`, which new resources the state holds now: from there on no
 * later run may take them for the leavings of an interrupted one.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { Stored } from "../provider/settle";

const shortestPause = 2_500;
const longestPause = 60_000;
const began = Date.now();

/**
 * One call at the end, and before that few: where many snapshots are completed one after another for minutes, one in
 * 2.5 seconds would nearly double what all of them ask of EC2 (a Describe in two seconds).
 */
function pause(): number {
    return Math.min(Math.max((Date.now() - began) / 2, shortestPause), longestPause);
}

/** By the configuration of the program: programs of several stacks may share a process (Automation API). */
const stored = new Map<string, Stored[]>();
let timer: NodeJS.Timeout | undefined;

/** `one` is undefined where nothing was made in this run. */
export function settleWhenStored(one: pulumi.Output<Stored | undefined>): void {
    const config = JSON.stringify(pulumi.runtime.allConfig());
    one.apply((made) => {
        if (made === undefined) return;
        stored.set(config, [...(stored.get(config) ?? []), made]);
        // A program ends when it has nothing left to do; one that lives on (Automation API) settles after a pause.
        if (timer === undefined) process.once("beforeExit", flush);
        timer ??= setTimeout(flush, pause()).unref();
    });
}

function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    process.off("beforeExit", flush);
    const ready = [...stored];
    stored.clear();
    for (const [text, ids] of ready) {
        const config = JSON.parse(text) as Record<string, string>;
        void import("../provider/settle.js")
            .then(({ settle }) => settle((key) => config[key], ids))
            // Nothing depends on it: an unsettled claim can only be adopted by the same resource, within its patience.
            .catch((error: unknown) => pulumi.log.debug(`claims not settled: ${String(error)}`));
    }
}
