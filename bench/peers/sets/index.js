// Declares multi-volume snapshots per instance; the ids that other programs use as volumes are instances here.
const { InstanceSnapshots } = require("pulumi-ebs-snapshots");
const { volumes: instanceIds } = require("./input.json");

for (const [index, instanceId] of instanceIds.entries()) {
    new InstanceSnapshots(`set-${index}`, { instanceId, group: "payments" });
}
