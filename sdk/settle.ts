/**
 * Tells the provider's own code, at the end of an `up`, which new resources the state holds now: from there on no
 * later run may take them for the leavings of an interrupted one.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { Stored } from "../provider/settle";

/** At most one call in so many milliseconds, and one at the end. */
const pause = 2_500;

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
        timer ??= setTimeout(flush, pause).unref();
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
