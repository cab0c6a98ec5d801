// Declares the README's recipes: each snapshot waits, or none does and one barrier, if any, waits for all.
const { CompletedSnapshots, Snapshot } = require("pulumi-ebs-snapshots");
const { volumes, background, barrier, features } = require("./input.json");

const snapshots = volumes.map(
    (volumeId, index) =>
        new Snapshot(`snapshot-${index}`, {
            volumeId,
            group: "payments",
            billingCode: "CC-1042",
            ...(background || barrier ? { waitForCompletion: false } : {}),
            ...features,
        }),
);
if (barrier) {
    new CompletedSnapshots("all", { snapshotIds: snapshots.map(({ snapshotId }) => snapshotId) });
}
