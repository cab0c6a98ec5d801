// Measures the preview of many unchanged resources with both providers, and with resources that do nothing.
import {
    carrier,
    nothing,
    ours,
    oursPlugin,
    plainPlugin,
    plainPluginCarrier,
    plainPluginCarrierWithoutTraces,
} from "./contenders.mjs";
import { entry, round, verdict, withStacks } from "./measure.mjs";

const mostTurns = 3;

export const previewRows = [
    previewRow("preview", "preview of N unchanged", ours, [
        { peer: nothing, limit: 1.27 },
        { peer: carrier, limit: 1.1, turns: 1 },
    ]),
    previewRow("preview-plugin", "preview of N unchanged through the plugin", oursPlugin, [
        { peer: plainPlugin, limit: 1.1 },
        { peer: plainPluginCarrier, limit: 1.1, turns: 1 },
        { peer: plainPluginCarrierWithoutTraces },
    ]),
];

/**
 * Compares a contender with its peers; a limit, if any, is the highest ratio of their times. A peer that is much slower
 * has one turn. All snapshots are complete in the state: those in the background are not unchanged, because the next
 * preview reads whether they are.
 */
function previewRow(id, title, contender, peers) {
    const turnsOf = new Map([
        [contender, mostTurns],
        ...peers.map(({ peer, turns = mostTurns }) => [peer, turns]),
    ]);
    const contenders = [...turnsOf.keys()];
    return {
        id,
        title,
        n: 500,
        alone: true,
        async run(n) {
            const times = new Map(contenders.map((who) => [who, []]));
            await withStacks(contenders, n, async (stacks) => {
                await Promise.all(stacks.map(([, stack]) => stack.prepare()));
                // The contenders run in turn, so that other load on the machine affects all of them; the fastest run is
                // affected least.
                for (let turn = 0; turn < mostTurns; turn++) {
                    for (const [who, stack] of stacks)
                        if (turn < turnsOf.get(who)) times.get(who).push((await stack.preview()).seconds);
                }
            });
            const runs = [...times].map(([who, all]) => ({
                ...entry(who, n, `quickest of ${turnsOf.get(who)}`, { seconds: Math.min(...all), calls: {} }),
                all: all.map(round),
            }));
            const [first, ...others] = runs;
            return {
                runs,
                verdicts: others.flatMap((other, index) => {
                    const { limit } = peers[index];
                    const ratio = first.seconds / other.seconds;
                    return limit === undefined
                        ? []
                        : verdict(`preview : preview, ${other.who}`, ratio, limit, "times");
                }),
            };
        },
    };
}
