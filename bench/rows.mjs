// Defines the measurements and their targets. Each row has one run for each contender, and verdicts on this package.
import {
    barrier,
    barrierWrittenLast,
    copies,
    ours,
    oursParallel,
    oursVolumes,
    plain,
    plainShares,
    plainVolumes,
    shares,
} from "./contenders.mjs";
import { clonesRow, featureRows } from "./feature-rows.mjs";
import {
    few,
    fewest,
    growth,
    life,
    livesBeside,
    livesOf,
    present,
    upOnceMore,
    upThatTakes,
    volumeLife,
} from "./lives.mjs";
import { pluginRow } from "./plugin-row.mjs";
import { previewRows } from "./preview-rows.mjs";
import { lifeOf, total, verdict } from "./measure.mjs";

/**
 * A row that is measured `alone` has the machine to itself; a row with `beside` mostly waits, so that the next rows run
 * at the same time, and the row that `waitsLongest` begins first. After a row with `untilIdle`, the next one begins once
 * the machine is idle. Every contender has its own account.
 */
export const rows = [
    {
        id: "up-30s",
        title: "`up` of N new snapshots that take T = 30 s, with one `CompletedSnapshots`",
        n: 100,
        beside: true,
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
        id: "up-30s-parallel",
        title: "the same, each snapshot waited for by itself, with `--parallel 100`",
        n: 100,
        untilIdle: true,
        async run(n) {
            const run = await life(oursParallel, n, (stack) => stack.up({ args: ["--parallel", "100"] }), {
                take: 30,
            });
            return {
                runs: [run],
                verdicts: [
                    verdict("wall time of `up`, T = 30 s, `--parallel 100`", run.seconds, 30 + 15, "s"),
                ],
            };
        },
    },
    {
        id: "up-at-once",
        title: "`up` of N new snapshots that complete at once",
        n: 100,
        async run(n, others) {
            const runs = (await livesOf(n, others)).map(({ up }) => up);
            const again = [await upOnceMore(ours, n), await upOnceMore(plain, n)];
            return {
                runs: [...runs, ...again],
                verdicts: [
                    ...runs.slice(0, 2).flatMap((run) => callsOfUp(run, ", complete at once")),
                    verdict(
                        "`up`, complete at once : the plain one",
                        Math.min(runs[0].seconds, again[0].seconds) /
                            Math.min(runs[2].seconds, again[1].seconds),
                        1.1,
                        "times",
                    ),
                ],
            };
        },
    },
    {
        id: "again",
        title: "a second `up`, and a preview, of N unchanged",
        n: 100,
        async run(n, others) {
            const runs = (await livesOf(n, others)).flatMap(({ again: second = [] }) => second);
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
                .filter(({ who }) => who.startsWith("this package"))
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
        id: "up-30s-each",
        title: "`up` of N new snapshots that take T = 30 s, each waited for by itself",
        n: 100,
        beside: true,
        waitsLongest: true,
        // The starts of the tools take both cores.
        untilIdle: true,
        async run(n, { awsCli, ansible, terraform }) {
            const runs = await Promise.all(
                present(
                    [ours, n],
                    [plain, n],
                    [terraform?.snapshots, n],
                    [awsCli, few(n)],
                    [ansible, fewest(n)],
                ).map(([who, count]) => upThatTakes(30, who, count)),
            );
            return { runs, verdicts: callsOfUp(runs[0], ", each waited for") };
        },
    },
    {
        id: "shares",
        title: "a life of N `SnapshotShare`s of N snapshots",
        n: 100,
        async run(n, { terraform }) {
            const life = await lifeOf(shares, n);
            const peers = await livesBeside([plainShares, terraform?.shares], n);
            const { up, "second up": second, refresh, destroy } = life;
            const reads = (run) => run.calls.DescribeSnapshotAttribute ?? 0;
            const changes = (run) => run.calls.ModifySnapshotAttribute ?? 0;
            const others = (run) => total(run) - changes(run) - reads(run);
            return {
                runs: [...Object.values(life), ...peers],
                verdicts: [
                    verdict("ModifySnapshotAttribute of `up` of shares", changes(up), n, "calls", "exactly"),
                    verdict("calls of `up` of shares", total(up), 3.1 * n + 10),
                    verdict("calls of a second `up` of shares", total(second), 0),
                    verdict(
                        "DescribeSnapshotAttribute of `refresh` of shares",
                        reads(refresh),
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
                    verdict("other calls of `destroy` of shares", others(destroy) + reads(destroy), n + 5),
                ],
            };
        },
    },
    ...featureRows,
    {
        id: "growth",
        title: "the cost of N = 10, 100 and 1,000 among 20,000 foreign snapshots: `up`, and a `refresh`",
        n: 1_000,
        async run(n, { terraform }) {
            const counts = [...new Set([n / 100, n / 10, n].map(Math.ceil))];
            // A plain provider with the most snapshots would take a quarter of the whole run's time.
            const contenders = present(
                [barrier, counts],
                [barrierWrittenLast, counts],
                [plain, counts.slice(0, -1)],
                [terraform?.snapshots, counts],
            );
            const runs = [];
            // Other tools may still run at first, which the largest number feels least.
            for (const [who, these] of contenders) {
                const ascending = [];
                for (const count of these.toReversed()) ascending.unshift(...(await growth(who, count)));
                runs.push(...ascending);
            }
            const peaks = runs.filter(({ who, what }) => who === barrier.name && what === "up");
            const ratio = peaks.at(-1).peakKb / peaks[0].peakKb;
            return {
                runs,
                verdicts: [verdict(`memory with N = ${n} : with N = ${counts[0]}`, ratio, 1.3, "times")],
            };
        },
    },
    {
        id: "copies",
        title: "a life of N copies of snapshots",
        n: 20,
        slowPeer: (n, { terraform }) => lifeOf(terraform.copies, n),
        async run(n, _others, slowPeer) {
            const life = await lifeOf(copies, n);
            return {
                runs: [life, ...(await slowPeer)].flatMap((steps) => Object.values(steps)),
                verdicts: [
                    verdict("CopySnapshot of `up`", life.up.calls.CopySnapshot ?? 0, n, "calls", "exactly"),
                    verdict("calls of a second `up` of copies", total(life["second up"]), 0),
                ],
            };
        },
    },
    clonesRow,
    {
        id: "volumes",
        title: "N volumes from a snapshot, with an EC2 that makes one available after 1 s",
        n: 50,
        alone: true,
        slowPeer: (n, { terraform }) => volumeLife(terraform.volumes, n),
        async run(n, _others, slowPeer) {
            const one = await volumeLife(oursVolumes, 1);
            const many = await volumeLife(oursVolumes, n);
            const plainly = await volumeLife(plainVolumes, n);
            const lives = [one, many, plainly, ...(await slowPeer)];
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
                        up.seconds / 2 + n / 4 + 10,
                    ),
                    verdict("`up` of volumes : the plain one", up.seconds / plainly.up.seconds, 1.1, "times"),
                    verdict(
                        "`destroy` of volumes, beyond the plain one",
                        many.destroy.seconds - plainly.destroy.seconds,
                        3,
                        "s",
                    ),
                ],
            };
        },
    },
    pluginRow,
    ...previewRows,
];

/** Expects one CreateSnapshot per snapshot, and other calls that grow only with time. */
function callsOfUp(run, which = "") {
    const created = run.calls.CreateSnapshot ?? 0;
    return [
        verdict(`CreateSnapshot of \`up\`${which}${byBarrier(run)}`, created, run.n, "calls", "exactly"),
        verdict(
            `other calls of \`up\`${which}${byBarrier(run)}`,
            total(run) - created,
            run.seconds / 2 + run.n / 4 + 10,
        ),
    ];
}

function byBarrier({ who }) {
    return who === barrier.name ? ", with `CompletedSnapshots`" : "";
}
