const { VolumeFromSnapshot } = require("pulumi-ebs-snapshots");
const { volumes: snapshots } = require("./input.json");

snapshots.forEach((snapshotId, index) => {
    new VolumeFromSnapshot(`volume-${index}`, {
        snapshotId,
        availabilityZone: "us-east-1a",
        group: "payments",
    });
});
