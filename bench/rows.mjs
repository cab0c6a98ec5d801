// What is measured, and what it is held against. Each row gives one run a contender, and verdicts on this package.
import { Account } from "./account.mjs";
import {
    background,
    barrier,
    carrier,
    nothing,
    ours,
    oursVolumes,
    plain,
    plainVolumes,
    shares,
} from "./contenders.mjs";
import { featureRows } from "./feature-rows.mjs";
import { entry, lifeOf, round, total, verdict, withStack, withStacks } from "./measure.mjs";

/** Tools that start processes for each resource need no hundred of them to show what one costs. */
const few = (n) => Math.min(n, 10);
const fewest = (n) => Math.min(n, 4);

/**
 * A row that is measured `alone` has the machine for itself; one `beside` mostly waits, and others run meanwhile.
 * Every contender has an account of its own.
 */
export const rows = [
    {
        id: "up-30s",
        title: "`up` of N new snapshots that take T = 30 s, with one `CompletedSnapshots`",
        n: 100,
        alone: true,
        async run(n) {
            const run = await upThatTakes(30, barrier, n);
            return {
                runs: [run],
                verdicts: [
                    ...callsOfUp(run),
                    verdict(
                        "wall time of `up`, T = 30 s, with `CompletedSnapshots`",
                        run.seconds,
                        30 + 15,
                        "s",
                    ),
                ],
            };
        },
    },
    {
        id: "up-30s-each",
        title: "the same, each snapshot waited for by itself",
        n: 100,
        beside: true,
        async run(n, { awsCli, ansible }) {
            const runs = await Promise.all(
                present([ours, n], [plain, n], [awsCli, few(n)], [ansible, fewest(n)]).map(([who, count]) =>
                    upThatTakes(30, who, count),
                ),
            );
            return { runs, verdicts: callsOfUp(runs[0], ", each waited for") };
        },
    },
    {
        id: "up-at-once",
        title: "`up` of N new snapshots that complete at once",
        n: 100,
        async run(n, others) {
            const lives = await livesOf(n, others);
            const runs = lives.map(({ up }) => up);
            return {
                runs,
                verdicts: runs.slice(0, 2).flatMap((run) => callsOfUp(run, ", complete at once")),
            };
        },
    },
    {
        id: "again",
        title: "a second `up`, and a preview, of N unchanged",
        n: 100,
        async run(n, others) {
            const runs = (await livesOf(n, others)).flatMap(({ again = [] }) => again);
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
        async run(n, others) {
            const runs = (await livesOf(n, others)).flatMap(({ refresh = [] }) => refresh);
            const verdicts = runs
                .filter(({ who }) => who !== plain.name)
                .map((run) =>
                    verdict(`calls of \`refresh\`, ${run.what}${byBarrier(run)}`, total(run), n / 200 + 5),
                );
            return { runs, verdicts };
        },
    },
    {
        id: "destroy",
        title: "`destroy` of N",
        n: 100,
        async run(n, others) {
            const runs = (await livesOf(n, others)).map(({ destroy }) => destroy);
            const { calls } = runs[0];
            const deleted = calls.DeleteSnapshot ?? 0;
            return {
                runs,
                verdicts: [
                    verdict("DeleteSnapshot of `destroy`", deleted, n, "calls", "exactly"),
                    verdict("other calls of `destroy`", total(runs[0]) - deleted, 5),
                ],
            };
        },
    },
    {
        id: "state",
        title: "state per snapshot",
        n: 100,
        async run(n, others) {
            const runs = (await livesOf(n, others)).flatMap(({ state = [] }) => state);
            return { runs, verdicts: [verdict("state per snapshot", runs[0].bytes, 2_500, "bytes")] };
        },
    },
    {
        id: "volumes",
        title: "N volumes from a snapshot, with an EC2 that makes one available after 1 s",
        n: 50,
        async run(n) {
            const lives = [
                await volumeLife(oursVolumes, 1),
                await volumeLife(oursVolumes, n),
                await volumeLife(plainVolumes, n),
            ];
            const [one, many] = lives;
            const { up } = many;
            const created = up.calls.CreateVolume ?? 0;
            return {
                runs: lives.flatMap(({ up, destroy }) => [up, destroy]),
                verdicts: [
                    verdict("making one volume, beyond EC2's 1 s", one.up.span - 1, 2, "s"),
                    verdict("deleting one volume", one.destroy.span, 2, "s"),
                    verdict("CreateVolume of `up`", created, n, "calls", "exactly"),
                    verdict(
                        "other calls of `up` of volumes",
                        total(up) - created,
                        up.seconds / 2 + n / 100 + 10,
                    ),
                ],
            };
        },
    },
    {
        id: "memory",
        title: "peak memory of the provider process in `up`",
        n: 1_000,
        async run(n) {
            const measure = async (who) => {
                const one = await life(who, 1, (stack) => stack.up({ memory: true }));
                return [one, await life(who, n, (stack) => stack.up({ memory: true }))];
            };
            const runs = (await Promise.all([barrier, plain].map(measure))).flat();
            const [one, many] = runs;
            const ratio = many.peakKb / one.peakKb;
            return { runs, verdicts: [verdict(`memory with N = ${n} : with N = 1`, ratio, 1.3, "times")] };
        },
    },
    {
        id: "shares",
        title: "a life of N `SnapshotShare`s of N snapshots",
        n: 100,
        async run(n) {
            const life = await lifeOf(shares, n);
            const { up, "second up": again, refresh, destroy } = life;
            const looks = (run) => run.calls.DescribeSnapshotAttribute ?? 0;
            const changes = (run) => run.calls.ModifySnapshotAttribute ?? 0;
            // One note a share; and a preview that can refuse looks at each new snapshot, one check after another.
            const others = (run) => total(run) - changes(run) - looks(run);
            return {
                runs: Object.values(life),
                verdicts: [
                    verdict("ModifySnapshotAttribute of `up` of shares", changes(up), n, "calls", "exactly"),
                    verdict("DescribeSnapshotAttribute of `up` of shares", looks(up), 2 * n),
                    verdict("other calls of `up` of shares", others(up), 2.5 * n + 10),
                    verdict("calls of a second `up` of shares", total(again), 0),
                    verdict(
                        "DescribeSnapshotAttribute of `refresh` of shares",
                        looks(refresh),
                        n,
                        "calls",
                        "exactly",
                    ),
                    verdict("other calls of `refresh` of shares", others(refresh), n / 200 + 5),
                    verdict(
                        "ModifySnapshotAttribute of `destroy` of shares",
                        changes(destroy),
                        n,
                        "calls",
                        "exactly",
                    ),
                    verdict(
                        "other calls of `destroy` of shares",
                        others(destroy) + looks(destroy),
                        3 * n + 5,
                    ),
                ],
            };
        },
    },
    ...featureRows,
    {
        id: "preview",
        title: "preview of N unchanged",
        n: 500,
        alone: true,
        async run(n) {
            const contenders = [background, nothing, carrier];
            const times = new Map(contenders.map((who) => [who, []]));
            await withStacks(contenders, n, async (stacks) => {
                for (const [, stack] of stacks) await stack.up();
                // By turns, so that what else the machine does meets all; the quickest is the least disturbed.
                for (let turn = 0; turn < 5; turn++) {
                    for (const [who, stack] of stacks) times.get(who).push((await stack.preview()).seconds);
                }
            });
            const runs = [...times].map(([who, all]) => ({
                ...entry(who, n, "quickest of 5", { seconds: Math.min(...all), calls: {} }),
                all: all.map(round),
            }));
            const [mine, ...others] = runs;
            return {
                runs,
                verdicts: others.map((other) =>
                    verdict(`preview : preview, ${other.who}`, mine.seconds / other.seconds, 1.1, "times"),
                ),
            };
        },
    },
];

/** What a contender does from its first `up` to its `destroy`, measured once for all rows that show parts of it. */
const lives = new Map();

function livesOf(n, { awsCli, ansible }) {
    if (!lives.has(n))
        lives.set(
            n,
            live(n, present([ours, n], [barrier, n], [plain, n], [awsCli, few(n)], [ansible, few(n)])),
        );
    return lives.get(n);
}

async function live(n, contenders) {
    const all = [];
    for (const [who, count] of contenders) {
        all.push(
            await withStack(who, count, { foreign: 20_000 }, async (stack, account) => {
                const measured = async (what, work) => entry(who, count, what, await account.counting(work));
                const up = await measured("", () => stack.up());
                const kept =
                    stack.refresh === undefined
                        ? {}
                        : {
                              again: [
                                  await measured("second up", () => stack.up()),
                                  await measured("preview", () => stack.preview()),
                              ],
                              refresh: [
                                  await measured("--parallel 1", () => stack.refresh("--parallel", "1")),
                                  await measured("default parallelism", () => stack.refresh()),
                              ],
                              state: [{ ...entry(who, count, "", { calls: {} }), ...(await stack.state()) }],
                          };
                return { up, ...kept, destroy: await measured("", () => stack.destroy()) };
            }),
        );
    }
    return all;
}

function present(...contenders) {
    return contenders.filter(([who]) => who !== undefined);
}

function upThatTakes(seconds, who, n) {
    return life(who, n, (stack) => stack.up(), { take: seconds });
}

/** One thing done by a contender that was just given N volumes. */
async function life(who, n, act, options = {}) {
    return withStack(who, n, options, async (stack, account) =>
        entry(who, n, "", await account.counting(() => act(stack))),
    );
}

/** N volumes of one snapshot, made and deleted. */
async function volumeLife(who, n) {
    const account = await Account.open();
    try {
        await account.set({ volumeSeconds: 1 });
        const snapshot = await account.seedSnapshot();
        const stack = await who.open(account, Array(n).fill(snapshot));
        try {
            const measured = async (what, work) => entry(who, n, what, await account.counting(work));
            return {
                up: await measured("up", () => stack.up()),
                destroy: await measured("destroy", () => stack.destroy()),
            };
        } finally {
            await stack.close();
        }
    } finally {
        await account.close();
    }
}

/** One CreateSnapshot a snapshot, and others that grow with time alone. */
function callsOfUp(run, which = "") {
    const created = run.calls.CreateSnapshot ?? 0;
    return [
        verdict(`CreateSnapshot of \`up\`${which}${byBarrier(run)}`, created, run.n, "calls", "exactly"),
        verdict(
            `other calls of \`up\`${which}${byBarrier(run)}`,
            total(run) - created,
            run.seconds / 2 + run.n / 100 + 10,
        ),
    ];
}

function byBarrier({ who }) {
    return who === barrier.name ? ", with `CompletedSnapshots`" : "";
}
