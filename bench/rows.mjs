// What is measured, and what it is held against. Each row gives one run a contender, and verdicts on this package.
import { Account } from "./account.mjs";
import { barrier, nothing, ours, plain } from "./contenders.mjs";

/** Tools that start processes by the resource need no hundred of them to show what each costs. */
const fewer = (n) => Math.min(n, 20);
const fewest = (n) => Math.min(n, 4);

export const rows = [
    {
        id: "up-at-once",
        title: "`up` of N new snapshots that complete at once",
        n: 100,
        async run(n, { awsCli, ansible }) {
            const runs = [];
            for (const [who, count] of [
                [ours, n],
                [plain, n],
                [awsCli, fewer(n)],
                [ansible, fewer(n)],
            ]) {
                if (who !== undefined) runs.push(await life(who, count, (stack) => stack.up()));
            }
            return { runs, verdicts: [callsOfUp(runs[0])] };
        },
    },
    {
        id: "up-30s",
        title: "`up` of N new snapshots that take T = 30 s",
        n: 100,
        async run(n, { awsCli, ansible }) {
            const up = (who, count) => life(who, count, (stack) => stack.up(), { take: 30 });
            const runs = [await up(barrier, n)];
            // These mostly wait, and each has an account of its own: side by side they are no slower.
            const waiting = [
                [ours, n],
                [plain, n],
                [awsCli, fewer(n)],
                [ansible, fewest(n)],
            ];
            runs.push(
                ...(await Promise.all(waiting.filter(([who]) => who).map(([who, count]) => up(who, count)))),
            );
            const [{ seconds }] = runs;
            return {
                runs,
                verdicts: [
                    callsOfUp(runs[0]),
                    callsOfUp(runs[1]),
                    verdict("wall time of `up` with `CompletedSnapshots`, T = 30 s", seconds, 30 + 15, "s"),
                ],
            };
        },
    },
    {
        id: "again",
        title: "a second `up` and a preview of N unchanged",
        n: 100,
        async run(n) {
            const runs = [];
            for (const who of [ours, plain]) {
                await withStack(who, n, {}, async (stack, account) => {
                    await stack.up();
                    runs.push(entry(who, n, "second up", await account.counting(() => stack.up())));
                    runs.push(entry(who, n, "preview", await account.counting(() => stack.preview())));
                });
            }
            const [up, preview] = runs;
            return {
                runs,
                verdicts: [
                    verdict("calls of a second `up`", total(up), 0),
                    verdict("calls of a preview", total(preview), 0),
                ],
            };
        },
    },
    {
        id: "refresh",
        title: "`refresh` of N among 20,000 foreign snapshots",
        n: 100,
        async run(n) {
            const runs = [];
            for (const who of [ours, barrier, plain]) {
                await withStack(who, n, { foreign: 20_000 }, async (stack, account) => {
                    await stack.up();
                    for (const [what, args] of [
                        ["--parallel 1", ["--parallel", "1"]],
                        ["default parallelism", []],
                    ]) {
                        runs.push(entry(who, n, what, await account.counting(() => stack.refresh(...args))));
                    }
                });
            }
            const verdicts = runs
                .slice(0, 4)
                .map((one) =>
                    verdict(
                        `calls of \`refresh\`, ${one.what}${one.who === barrier.name ? ", with `CompletedSnapshots`" : ""}`,
                        total(one),
                        n / 200 + 5,
                    ),
                );
            return { runs, verdicts };
        },
    },
    {
        id: "destroy",
        title: "`destroy` of N",
        n: 100,
        async run(n, { awsCli, ansible }) {
            const runs = [];
            for (const [who, count] of [
                [ours, n],
                [plain, n],
                [awsCli, fewest(n)],
                [ansible, fewest(n)],
            ]) {
                if (who === undefined) continue;
                await withStack(who, count, {}, async (stack, account) => {
                    await stack.up();
                    runs.push(entry(who, count, "", await account.counting(() => stack.destroy())));
                });
            }
            const [{ calls }] = runs;
            return {
                runs,
                verdicts: [
                    verdict("DeleteSnapshot of `destroy`", calls.DeleteSnapshot ?? 0, n, "", "exactly"),
                    verdict("other calls of `destroy`", total(runs[0]) - (calls.DeleteSnapshot ?? 0), 5),
                ],
            };
        },
    },
    {
        id: "state",
        title: "state per snapshot, as `pulumi stack export` writes it",
        n: 20,
        async run(n) {
            const runs = [];
            for (const who of [ours, plain]) {
                await withStack(who, n, {}, async (stack) => {
                    await stack.up();
                    runs.push({ ...entry(who, n, "", { calls: {} }), ...(await stack.state()) });
                });
            }
            return { runs, verdicts: [verdict("state per snapshot", runs[0].bytes, 2_500, "bytes")] };
        },
    },
    {
        id: "memory",
        title: "peak memory of the provider process in `up`",
        n: 1_000,
        async run(n) {
            const runs = [];
            for (const who of [ours, barrier, plain]) {
                for (const count of [1, n]) {
                    runs.push(await life(who, count, (stack) => stack.up({ memory: true })));
                }
            }
            const grows = (one, many) => many.peakKb / one.peakKb;
            return {
                runs,
                verdicts: [
                    verdict(`memory with N = ${n} : with N = 1`, grows(runs[0], runs[1]), 1.3, "times"),
                    verdict(`the same with \`CompletedSnapshots\``, grows(runs[2], runs[3]), 1.3, "times"),
                ],
            };
        },
    },
    {
        id: "preview",
        title: "preview of N unchanged",
        n: 500,
        async run(n) {
            const times = { [ours.name]: [], [nothing.name]: [] };
            await withStack(ours, n, {}, async (mine) => {
                await withStack(nothing, n, {}, async (plainest) => {
                    await mine.up();
                    await plainest.up();
                    // By turns, so that what else the machine does meets both; the quickest of each is the least disturbed.
                    for (let turn = 0; turn < 5; turn++) {
                        times[ours.name].push((await mine.preview()).seconds);
                        times[nothing.name].push((await plainest.preview()).seconds);
                    }
                });
            });
            const runs = [ours, nothing].map((who) => ({
                ...entry(who, n, "quickest of 5", { seconds: Math.min(...times[who.name]), calls: {} }),
                all: times[who.name].map(round),
            }));
            const ratio = runs[0].seconds / runs[1].seconds;
            return {
                runs,
                verdicts: [verdict("preview : preview of do-nothing resources", ratio, 1.1, "times")],
            };
        },
    },
];

/** One thing done by a contender that was just given N volumes. */
async function life(who, n, act, options = {}) {
    return withStack(who, n, options, async (stack, account) =>
        entry(who, n, "", await account.counting(() => act(stack))),
    );
}

async function withStack(who, n, { take = 0, foreign = 0 }, work) {
    const account = await Account.open();
    try {
        await account.snapshotsTake(take);
        const volumes = await account.seed({ volumes: n, snapshots: foreign });
        const stack = await who.open(account, volumes);
        try {
            return await work(stack, account);
        } finally {
            await stack.close();
        }
    } finally {
        await account.close();
    }
}

function entry(who, n, what, { seconds, calls, peakKb }) {
    return {
        who: who.name,
        n,
        what,
        ...(seconds === undefined ? {} : { seconds: round(seconds) }),
        calls,
        ...(peakKb === undefined ? {} : { peakKb }),
    };
}

export function total({ calls }) {
    return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** Calls besides those that make what was asked for, which grow with time. */
function callsOfUp({ who, n, calls, seconds }) {
    const made = calls.CreateSnapshot ?? 0;
    const one = verdict(
        `calls of \`up\` besides ${n} CreateSnapshot${who === barrier.name ? ", with `CompletedSnapshots`" : ""}`,
        total({ calls }) - made,
        seconds / 2 + n / 100 + 10,
    );
    return made === n
        ? one
        : { ...one, met: false, what: `${one.what}: CreateSnapshot was called ${made} times` };
}

function verdict(what, figure, limit, unit = "calls", bound = "at most") {
    const met = bound === "exactly" ? figure === limit : figure <= limit;
    return { what, figure: round(figure), bound, limit: round(limit), unit, met };
}

function round(number) {
    return Math.round(number * 100) / 100;
}
