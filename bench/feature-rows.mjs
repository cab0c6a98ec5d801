// Measures snapshots with features, such as a lock, multi-volume snapshots, and copies of volumes: it counts the calls
// beyond the create.
import { volumesOfInstance } from "./account.mjs";
import { clones, plainLocks, sets, withFeatures } from "./contenders.mjs";
import { lifeOf, total, verdict } from "./measure.mjs";

/** For each kind of resource, waits read once per two seconds, and once per four waits that start. */
const waitsFor =
    (kinds) =>
    ({ seconds, n }) =>
        (kinds * seconds) / 2 + (kinds * n) / 4 + 10;
/** One call reads 200 resources, and each run sends a few fixed calls. */
const fewReads = ({ n }) => n / 200 + 5;

const fastRestoreSettings = (n) => ({ fastRestoreSeconds: 2, fastRestoreLimit: n });

/**
 * LockSnapshot and ModifySnapshotTier accept one snapshot per call; fast snapshot restore is enabled by one call for
 * each snapshot as it completes.
 */
export const featureRows = [
    {
        id: "locks",
        title: "a life of N snapshots with `lock`, which an `up` lifts before the `destroy`",
        n: 100,
        async run(n) {
            const lock = { mode: "governance", duration: "30 days" };
            const life = await lifeOf(withFeatures("lock", { lock }), n, {}, { lifted: true });
            const beside = await lifeOf(plainLocks, n);
            return {
                runs: [...Object.values(life), ...Object.values(beside)],
                verdicts: evaluateFeature("lock", life, {
                    up: [["CreateSnapshot", "LockSnapshot"], waitsFor(1)],
                    refresh: [[], fewReads],
                    "up that lifts": [["UnlockSnapshot"], fewReads],
                    destroy: [["DeleteSnapshot"], fewReads],
                }),
            };
        },
    },
    {
        id: "fast-restore",
        title: "a life of N snapshots with `fastRestore`, which takes 2 s to be enabled, or disabled",
        n: 100,
        beside: true,
        slowPeer: (n, { terraform }) => lifeOf(terraform.fastRestore, n, fastRestoreSettings(n)),
        async run(n, _others, slowPeer) {
            const fastRestore = { availabilityZones: ["us-east-1a"] };
            const life = await lifeOf(
                withFeatures("fastRestore", { fastRestore }),
                n,
                fastRestoreSettings(n),
            );
            return {
                runs: [life, ...(await slowPeer)].flatMap((steps) => Object.values(steps)),
                verdicts: evaluateFeature("fastRestore", life, {
                    up: [["CreateSnapshot", "EnableFastSnapshotRestores"], waitsFor(2)],
                    refresh: [[], fewReads],
                    destroy: [["DisableFastSnapshotRestores", "DeleteSnapshot"], waitsFor(1)],
                }),
            };
        },
    },
    {
        id: "archive",
        title: 'a life of N snapshots with `storageTier: "archive"`, which takes 2 s',
        n: 100,
        beside: true,
        async run(n) {
            const life = await lifeOf(withFeatures("archive", { storageTier: "archive" }), n, {
                tieringSeconds: 2,
            });
            return {
                runs: Object.values(life),
                verdicts: evaluateFeature("archive", life, {
                    up: [["CreateSnapshot", "ModifySnapshotTier"], waitsFor(2)],
                    refresh: [[], fewReads],
                    destroy: [["DeleteSnapshot"], fewReads],
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
                    ...evaluateFeature("sets", life, {
                        up: [["CreateSnapshots"], waitsFor(1)],
                        refresh: [[], fewReads],
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
                        fewReads(life.destroy),
                    ),
                ],
            };
        },
    },
];

export const clonesRow = {
    id: "clones",
    title: "a life of N `VolumeClone` of N volumes, with an EC2 that makes one available after 1 s",
    n: 50,
    alone: true,
    async run(n) {
        const life = await lifeOf(clones, n, { volumeSeconds: 1 });
        return {
            runs: Object.values(life),
            verdicts: evaluateFeature("clones", life, {
                // The engine checks resources one after another, and each check reads its source.
                up: [["CopyVolumes"], (run) => run.n + waitsFor(1)(run)],
                refresh: [[], fewReads],
                destroy: [["DeleteVolume"], waitsFor(1)],
            }),
        };
    },
};

/** Returns the verdicts. `expected` lists the actions that each step calls N times, and the limit of its other calls. */
function evaluateFeature(feature, life, expected) {
    const unchanged = verdict(`calls of a second \`up\`, ${feature}`, total(life["second up"]), 0);
    const steps = Object.entries(expected).flatMap(([what, [actions, limit]]) => {
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
    return [unchanged, ...steps];
}
