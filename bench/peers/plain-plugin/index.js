// Declares minimal resources of a plugin, without properties or with the data of a snapshot of this package.
const pulumi = require("@pulumi/pulumi");
const { volumes, carries } = require("./input.json");

const outputs = {
    snapshotId: undefined,
    arn: undefined,
    ownerId: undefined,
    state: undefined,
    startTime: undefined,
    volumeSize: undefined,
    encrypted: undefined,
    tagsAll: undefined,
};

/** Its token is as long as that of this package, so that the states differ only in their data. */
class Snapshot extends pulumi.CustomResource {
    constructor(name, inputs, opts) {
        super("plain-outputs:index:Snapshot", name, inputs, opts);
    }
}

const provider = new pulumi.ProviderResource("plain-outputs", "plain-outputs", {});

volumes.forEach((volumeId, index) => {
    const name = `snapshot-${index}`;
    const inputs = {
        volumeId,
        group: "payments",
        billingCode: "CC-1042",
        waitForCompletion: false,
        name,
        region: "us-east-1",
    };
    new Snapshot(name, carries ? { ...inputs, ...outputs } : {}, { provider });
});
