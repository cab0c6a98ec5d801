const { VolumeClone } = require("pulumi-ebs-snapshots");
const { volumes } = require("./input.json");

volumes.forEach((sourceVolumeId, index) => {
    new VolumeClone(`clone-${index}`, { sourceVolumeId, group: "payments" });
});
