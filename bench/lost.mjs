// Finds the rows that this package loses against a peer of the same run, with the same step and the same N.
import { total } from "./measure.mjs";

const own = "this package";
/** A difference below this ratio is noise of the machine. */
const tolerance = 1.1;

/** Returns each value of this package that a peer improves on, with the value of the best peer. */
export function lostRows(rows) {
    return rows.flatMap(({ title, runs }) => {
        const peers = runs.filter(({ who }) => !who.startsWith(own) && !who.startsWith("do-nothing"));
        return runs
            .filter(({ who }) => who.startsWith(own))
            .flatMap((run) => {
                const same = peers.filter(({ n, what }) => n === run.n && what === run.what);
                return [
                    ...beaten(run, same, ({ seconds }) => seconds, "s", tolerance),
                    ...beaten(run, same, calls, "calls", 1),
                    ...beaten(run, same, ({ bytes }) => bytes, "bytes", 1),
                    ...beaten(run, same, megabytes, "MB", tolerance),
                ].map((lost) => ({ title, ...lost }));
            });
    });
}

function beaten(run, peers, figureOf, unit, ratio) {
    const figure = figureOf(run);
    const [best] = peers
        .filter((peer) => figureOf(peer) !== undefined)
        .sort((one, other) => figureOf(one) - figureOf(other));
    if (figure === undefined || best === undefined || figure <= figureOf(best) * ratio) return [];
    return [{ who: run.who, what: run.what, figure, unit, best: best.who, bestFigure: figureOf(best) }];
}

function calls(run) {
    return run.seconds === undefined ? undefined : total(run);
}

function megabytes({ peakKb }) {
    return peakKb === undefined ? undefined : Math.round(peakKb / 1024);
}
