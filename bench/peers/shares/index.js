// Declares one share per snapshot; the ids that other programs use as volumes are snapshots here.
const { SnapshotShare } = require("pulumi-ebs-snapshots");
const { volumes: snapshotIds } = require("./input.json");

for (const [index, snapshotId] of snapshotIds.entries()) {
    new SnapshotShare(`share-${index}`, { snapshotId, accounts: ["111122223333"] });
}
