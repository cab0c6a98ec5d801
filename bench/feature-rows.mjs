// What a snapshot has besides its data, and sets of snapshots: how many calls that takes beside the one that asks for it.
import { volumesOfInstance } from "./account.mjs";
import { plainLocks, sets, withFeatures } from "./contenders.mjs";
import { lifeOf, total, verdict } from "./measure.mjs";

/** Waits look once in two seconds for each kind of thing that is awaited: they grow with time, not with N. */
const waitsFor =
    (kinds) =>
    ({ seconds, n }) =>
        (kinds * seconds) / 2 + n / 100 + 10;
/** One look for 200, and what a run asks once. */
const fewLooks = ({ n }) => n / 200 + 5;

/** LockSnapshot and ModifySnapshotTier take one snapshot a call; of fast restore each call has one, as it is completed. */
export const featureRows = [
    {
        id: "locks",
        title: "a life of N snapshots with `lock`, which an `up` lifts before the `destroy`",
        n: 100,
        async run(n) {
            const lock = { mode: "governance", duration: "30 days" };
            const life = await lifeOf(withFeatures("lock", { lock }), n, {}, true);
            const beside = await lifeOf(plainLocks, n);
            return {
                runs: [...Object.values(life), ...Object.values(beside)],
                verdicts: judged("lock", life, {
                    up: [["CreateSnapshot", "LockSnapshot"], waitsFor(1)],
                    refresh: [[], fewLooks],
                    "up that lifts": [["UnlockSnapshot"], fewLooks],
                    destroy: [["DeleteSnapshot"], fewLooks],
                }),
            };
        },
    },
    {
        id: "fast-restore",
        title: "a life of N snapshots with `fastRestore`, which takes 2 s to be enabled, or disabled",
        n: 100,
        async run(n) {
            const fastRestore = { availabilityZones: ["us-east-1a"] };
            const settings = { fastRestoreSeconds: 2, fastRestoreLimit: n };
            const life = await lifeOf(withFeatures("fastRestore", { fastRestore }), n, settings);
            return {
                runs: Object.values(life),
                verdicts: judged("fastRestore", life, {
                    up: [["CreateSnapshot", "EnableFastSnapshotRestores"], waitsFor(2)],
                    refresh: [[], fewLooks],
                    destroy: [["DisableFastSnapshotRestores", "DeleteSnapshot"], waitsFor(1)],
                }),
            };
        },
    },
    {
        id: "archive",
        title: 'a life of N snapshots with `storageTier: "archive"`, which takes 2 s',
        n: 100,
        async run(n) {
            const life = await lifeOf(withFeatures("archive", { storageTier: "archive" }), n, {
                tieringSeconds: 2,
            });
            return {
                runs: Object.values(life),
                verdicts: judged("archive", life, {
                    up: [["CreateSnapshot", "ModifySnapshotTier"], waitsFor(2)],
                    refresh: [[], fewLooks],
                    destroy: [["DeleteSnapshot"], fewLooks],
                }),
            };
        },
    },
    {
        id: "sets",
        title: `a life of N \`InstanceSnapshots\` of instances with ${volumesOfInstance} volumes each`,
        n: 10,
        async run(n) {
            const life = await lifeOf(sets, n);
            const deleted = life.destroy.calls.DeleteSnapshot ?? 0;
            return {
                runs: Object.values(life),
                verdicts: [
                    ...judged("sets", life, {
                        up: [["CreateSnapshots"], waitsFor(1)],
                        refresh: [[], fewLooks],
                    }),
                    verdict(
                        "DeleteSnapshot of `destroy`, sets",
                        deleted,
                        n * volumesOfInstance,
                        "calls",
                        "exactly",
                    ),
                    verdict(
                        "other calls of `destroy`, sets",
                        total(life.destroy) - deleted,
                        fewLooks(life.destroy),
                    ),
                ],
            };
        },
    },
];

/** `asked`: by step, the actions of which there is one for each of N, and how many others there may be. */
function judged(feature, life, asked) {
    const again = verdict(`calls of a second \`up\`, ${feature}`, total(life["second up"]), 0);
    const steps = Object.entries(asked).flatMap(([what, [actions, limit]]) => {
        const run = life[what];
        const counts = actions.map((action) => run.calls[action] ?? 0);
        const others = total(run) - counts.reduce((sum, count) => sum + count, 0);
        const which = actions.length > 0 ? "other calls" : "calls";
        return [
            ...actions.map((action, index) =>
                verdict(`${action} of \`${what}\`, ${feature}`, counts[index], run.n, "calls", "exactly"),
            ),
            verdict(`${which} of \`${what}\`, ${feature}`, others, limit(run)),
        ];
    });
    return [again, ...steps];
}
