// Declares minimal resources of a plugin, without properties or with the data of a snapshot of this package.
const pulumi = require("@pulumi/pulumi");
const { volumes, carries, withoutTraces } = require("./input.json");

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
        const limit = Error.stackTraceLimit;
        // The SDK records a stack trace for each property, which this package avoids.
        if (withoutTraces) Error.stackTraceLimit = 0;
        super("plain-outputs:index:Snapshot", name, inputs, opts);
        Error.stackTraceLimit = limit;
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
