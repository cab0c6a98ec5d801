// One copy a snapshot; what the other programs get as volumes are snapshots here.
const { SnapshotCopy } = require("pulumi-ebs-snapshots");
const { volumes: snapshotIds } = require("./input.json");

for (const [index, sourceSnapshotId] of snapshotIds.entries()) {
    new SnapshotCopy(`copy-${index}`, { sourceSnapshotId, sourceRegion: "us-east-1" });
}
