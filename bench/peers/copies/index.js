// Declares one copy per snapshot; the ids that other programs use as volumes are snapshots here.
const { SnapshotCopy } = require("pulumi-ebs-snapshots");
const { volumes: snapshotIds } = require("./input.json");

for (const [index, sourceSnapshotId] of snapshotIds.entries()) {
    new SnapshotCopy(`copy-${index}`, { sourceSnapshotId, sourceRegion: "us-east-1" });
}
